"""Limits of the service that hold for its container, since both share one control group."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from migrations_app.domain.places import Place
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.spec import Resources

_UNITS = {"": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def service_limits(unit: QuadletUnit, known: Resources) -> Resources:
    """The limits of a container, with those of its service where it has none of its own.

    With ``--cgroups=split``, Quadlet's default, the container runs in the group of the service.
    """
    if unit.filled("CgroupsMode") is not None:
        return known
    places: dict[str, Place] = dict(known.places)
    memory, cpus, tasks = known.memory_limit, known.cpu_limit, known.pids_limit
    if memory is None and (found := unit.filled_in("Service", "MemoryMax")) is not None:
        if (memory := _size(found.text)) is not None:
            places["memory_limit"] = found.place
    if cpus is None and (found := unit.filled_in("Service", "CPUQuota")) is not None:
        if (cpus := _share(found.text)) is not None:
            places["cpu_limit"] = found.place
    if tasks is None and (found := unit.filled_in("Service", "TasksMax")) is not None:
        if found.text.isdigit():
            tasks, places["pids_limit"] = int(found.text), found.place
    return replace(known, memory_limit=memory, cpu_limit=cpus, pids_limit=tasks, places=places)


def _size(text: str) -> int | None:
    """Bytes; None for a share of the machine, or no bound."""
    number, unit = text.rstrip("BKMGT"), text[len(text.rstrip("BKMGT")) :]
    if not number.isdigit() or unit not in _UNITS:
        return None
    return int(number) * _UNITS[unit]


def _share(text: str) -> str | None:
    """``150%`` of one processor is ``1.5``."""
    try:
        share = Decimal(text.removesuffix("%")) / 100
    except InvalidOperation:
        return None
    if not text.endswith("%") or not share.is_finite() or share <= 0:
        return None
    return f"{share.normalize():f}"
