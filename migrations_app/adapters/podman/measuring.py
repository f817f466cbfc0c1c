"""Memory, CPU and user of running containers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from migrations_app.adapters.podman import processes
from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import NotThere
from migrations_app.adapters.podman.watching import one
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.ports import Usage


@dataclass(frozen=True, slots=True)
class Process:
    """The main process of a container: ``id`` of the container, ``pid`` 0 if it does not run."""

    id: str
    pid: int


def usage(connection: Connection, containers: Sequence[str]) -> list[Usage]:
    """One sample of each container that runs; one that cannot be measured is left out."""
    if not containers:
        return []
    measured = _statistics(connection, containers)
    now = datetime.now(UTC)
    samples = []
    for name in containers:
        memory, cpu = measured.get(name, (0, 0))
        if not memory and (number := _here(connection, name)):
            memory, cpu = processes.memory(number), processes.cpu_nanoseconds(number)
        if memory:
            samples.append(Usage(now, name, memory, cpu))
    return samples


def running_user(connection: Connection, container: str) -> str:
    found = process(connection, container)
    if not found.pid:
        return ""
    is_here = connection.is_local and processes.is_of(found.pid, found.id)
    if is_here and (user := processes.user(found.pid)):
        return user
    answer = connection.get(f"containers/{segment(container)}/top", {"ps_args": "hpid,user"})
    users = {str(row[0]): str(row[1]) for row in answer["Processes"] if len(row) > 1}
    user = users.get(str(found.pid), "")
    return "0" if user == "root" else user if user.isdigit() else ""


def _statistics(connection: Connection, containers: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Memory in bytes and CPU in nanoseconds, by the name that was asked with."""
    params: dict[str, str | list[str]] = {"stream": "false", "containers": list(containers)}
    try:
        answer = connection.get("containers/stats", params)
    except EngineUnreachable:
        raise
    except EngineError:
        return {}
    found: list[Mapping[str, Any]] = answer.get("Stats") or []
    return {
        name: (int(item["MemUsage"]), int(item["CPUNano"]))
        for item in found
        for name in containers
        if name in (item["ContainerID"], item["Name"])
    }


def process(connection: Connection, container: str) -> Process:
    try:
        found = one(connection.get(f"containers/{segment(container)}/json"))
    except NotThere:
        return Process("", 0)
    return Process(str(found["Id"]), int(found["State"].get("Pid") or 0))


def _here(connection: Connection, container: str) -> int:
    """The number of the main process, if it is one of this machine's as we see them; else 0."""
    if not connection.is_local:
        return 0
    found = process(connection, container)
    return found.pid if found.pid and processes.is_of(found.pid, found.id) else 0
