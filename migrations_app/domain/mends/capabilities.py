"""Capabilities without the ``CAP_`` that Podman writes before them.

containerd takes the prefix for a part of the name, and Pod Security admission knows only the
plain names (Podman ``libpod/kube.go`` writes them with the prefix).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.manifests.resources import map_containers, mapping, replace_at
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.messages import msg


def plain_name(name: Any) -> Any:
    """``CAP_NET_RAW`` is ``NET_RAW``; everything else stays as it is."""
    if isinstance(name, str) and name.upper().startswith("CAP_"):
        return name.upper()[4:]
    return name


def _without_prefix(container: Mapping[str, Any]) -> Mapping[str, Any]:
    result = container
    capabilities = mapping(mapping(container.get("securityContext")).get("capabilities"))
    for side in ("add", "drop"):
        names = capabilities.get(side)
        if isinstance(names, list) and any(plain_name(name) != name for name in names):
            plain: list[Any] = []
            for name in map(plain_name, names):
                if name not in plain:
                    plain.append(name)
            result = replace_at(result, ("securityContext", "capabilities", side), plain)
    return result


MEND = Mend(
    "SEC-04",
    msg("Kubernetes writes capabilities without CAP_."),
    lambda objects: map_containers(objects, _without_prefix),
)
