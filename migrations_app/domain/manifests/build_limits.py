"""What a container may use, and what is kept for it."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING
from typing import Any

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    changed,
    choices,
    said,
    without_empty,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ContainerSpec, Resources, ServiceSpec

_NO_GPU = "drop"
_WHOLE = re.compile(r"[1-9][0-9]*")


def resources(service: ServiceSpec, container: ContainerSpec, ledger: Ledger) -> dict[str, Any]:
    """Limits and requests; what is asked for is never more than what is allowed."""
    given = container.resources
    limits = {
        "cpu": _cpu(given, "cpu_limit", given.cpu_limit),
        "memory": _memory(given, "memory_limit", given.memory_limit),
        **_extended(container, ledger),
        **_gpus(service, container, ledger),
    }
    requests = {
        "cpu": _cpu(given, "cpu_request", _least(given.cpu_request, given.cpu_limit)),
        "memory": _memory(given, "memory_request", _least_size(given)),
    }
    return without_empty({"limits": without_empty(limits), "requests": without_empty(requests)})


def _least(request: str | None, limit: str | None) -> str | None:
    if request is None or limit is None:
        return request
    try:
        return min(request, limit, key=lambda text: Quantity.parse(text).amount)
    except InvalidInput:
        return request


def _least_size(given: Resources) -> int | None:
    if given.memory_request is None or given.memory_limit is None:
        return given.memory_request
    return min(given.memory_request, given.memory_limit)


def _cpu(given: Resources, attribute: str, cpus: str | None) -> Any:
    if cpus is None:
        return None
    try:
        amount = Quantity.parse(cpus).amount
    except InvalidInput:
        return None
    milli = int((amount * 1000).to_integral_value(ROUND_CEILING))
    if milli <= 0:
        return None
    text = str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"
    return changed(given.places, attribute, text, msg("CPUs in Kubernetes' notation."))


def _memory(given: Resources, attribute: str, size: int | None) -> Any:
    if size is None or size <= 0:
        return None
    text = Quantity.of_bytes(size).text
    return changed(given.places, attribute, text, msg("Bytes in Kubernetes' notation."))


def _extended(container: ContainerSpec, ledger: Ledger) -> dict[str, Any]:
    """Counted resources of a device plugin, which are always both request and limit."""
    made: dict[str, Any] = {}
    places = container.resources.places
    for name, count in container.resources.extended.items():
        if "/" in name and is_key(name) and _WHOLE.fullmatch(count):
            made[name] = said(places, f"extended/{name}", count)
        else:
            ledger.drop(
                places.get(f"extended/{name}"),
                msg("A resource of a node has a name with a domain, and is counted in whole ones."),
            )
    return made


def _gpus(service: ServiceSpec, container: ContainerSpec, ledger: Ledger) -> dict[str, Any]:
    """Graphics processors come from the plugin of their maker, which only a person knows."""
    if not container.gpus:
        return {}
    answer = ledger.ask(
        Question(
            id=f"gpu:{service.name}:{container.name}",
            code="gpu",
            text=msg(
                "Container %(container)s uses graphics processors. Which does the cluster have?",
                container=container.name,
            ),
            why=msg("A pod asks the device plugin of a maker for a number of them."),
            choices=choices(
                ("nvidia.com/gpu", msg("NVIDIA: nvidia.com/gpu")),
                ("amd.com/gpu", msg("AMD: amd.com/gpu")),
                ("gpu.intel.com/i915", msg("Intel: gpu.intel.com/i915")),
                (_NO_GPU, msg("None: the container does without")),
            ),
            recommended="nvidia.com/gpu",
            place=container.places.get("gpus", NOWHERE),
        )
    )
    if answer == _NO_GPU:
        ledger.drop(container.places.get("gpus"), msg("Left out; see the question."))
        return {}
    count = container.gpus if _WHOLE.fullmatch(container.gpus) else "1"
    reason = msg("A number of graphics processors; where all were asked for, one is.")
    return {answer: changed(container.places, "gpus", count, reason)}
