"""``procMount`` left out of privileged containers, which see all of ``/proc`` without it.

Podman writes it for each of them (``libpod/kube.go``); a cluster takes it only from a pod with
``hostUsers: false``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.manifests.resources import map_containers, mapping
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.messages import msg


def _without_mask(container: Mapping[str, Any]) -> Mapping[str, Any]:
    security = mapping(container.get("securityContext"))
    if security.get("privileged") is not True or security.get("procMount") != "Unmasked":
        return container
    kept = {key: value for key, value in security.items() if key != "procMount"}
    return {**container, "securityContext": kept}


MEND = Mend(
    "SCH-06",
    msg("A privileged container sees all of /proc already."),
    lambda objects: map_containers(objects, _without_mask),
)
