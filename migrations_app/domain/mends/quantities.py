"""Fractions of memory, written as whole numbers.

``0.5Gi`` is legal for a cluster, but ``podman kube play`` reads it as a number of bytes that is
no limit at all (Podman ``pkg/specgen/generate/kube``, ``quantityToInt64``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import map_containers, mapping, replace_at
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.messages import msg
from migrations_app.domain.quantities import Quantity


def whole(text: Any) -> Any:
    """A fractional amount of memory as whole binary units; everything else stays as it is."""
    if not isinstance(text, str) or "." not in text:
        return text
    try:
        return Quantity.parse(text).whole_binary()
    except InvalidInput:
        return text


def _with_whole_memory(container: Mapping[str, Any]) -> Mapping[str, Any]:
    result = container
    for side in ("limits", "requests"):
        amounts = mapping(mapping(container.get("resources")).get(side))
        for name in ("memory", "ephemeral-storage"):
            written = amounts.get(name)
            if (better := whole(written)) != written:
                result = replace_at(result, ("resources", side, name), better)
    return result


MEND = Mend(
    "RES-02",
    msg("Podman reads a fraction of memory as no limit; whole units mean the same everywhere."),
    lambda objects: map_containers(objects, _with_whole_memory),
)
