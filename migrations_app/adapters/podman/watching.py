"""How played containers are doing, and running a command in one."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from migrations_app.adapters.podman import processes
from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import NotThere
from migrations_app.adapters.podman.frames import frames
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.messages import msg
from migrations_app.ports import ContainerState, ExecResult

RUNS = ("running", "paused", "stopping")
NEVER_RAN = ("created", "configured", "initialized")
KILLED = 137
MOST_OUTPUT = 64 * 1024


class ExecTimeout(EngineError):
    """A command that was executed in a container had not ended when its time was over."""

    def __init__(self, command: str, seconds: float) -> None:
        super().__init__(
            msg("%(command)s had not ended after %(seconds)s s.", command=command, seconds=seconds),
            code="exec_timeout",
        )


def states(connection: Connection, pod: str) -> list[ContainerState]:
    """The containers of a pod, without the one that Podman adds to hold it together."""
    found = one(connection.get(f"pods/{segment(pod)}/json"))
    infra = str(found.get("InfraContainerID") or "")
    inspected = {
        str(item["Id"]): inspection
        for item in found.get("Containers") or []
        if (inspection := _container(connection, str(item["Id"]))) is not None
    }
    place = inspected.pop(infra, None)
    shared = _address(place) if place else ""
    found_states = [_state(item, shared or _address(item)) for item in inspected.values()]
    return [_told_by_the_kernel(connection, state) for state in found_states]


def execute(
    connection: Connection, container: str, command: Sequence[str], *, timeout: float
) -> ExecResult:
    body = {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True}
    session = connection.post(f"containers/{segment(container)}/exec", body=body)
    path = f"exec/{segment(str(session['Id']))}"
    begun = time.monotonic()
    said, size = [], 0
    try:
        chunks = connection.stream(
            "POST", f"{path}/start", body={"Detach": False, "Tty": False}, seconds=timeout
        )
        for _stream, text in frames(chunks):
            if size < MOST_OUTPUT:
                said.append(text)
            size += len(text)
    except EngineUnreachable:
        if time.monotonic() - begun < timeout:
            raise
        raise ExecTimeout(command[0], timeout) from None
    ended = connection.get(f"{path}/json")
    output = b"".join(said)[:MOST_OUTPUT].decode("utf-8", "replace")
    return ExecResult(int(ended["ExitCode"]), output)


def one(answer: Any) -> Mapping[str, Any]:
    """The inspection in an answer: Podman 5 gives a list where Podman 4 gives the thing itself."""
    found: Mapping[str, Any] = answer[0] if isinstance(answer, list) else answer
    return found


def _container(connection: Connection, identity: str) -> Mapping[str, Any] | None:
    """None: it has been removed meanwhile, as init containers are once they have ended."""
    try:
        return one(connection.get(f"containers/{segment(identity)}/json"))
    except NotThere:
        return None


def _state(item: Mapping[str, Any], address: str) -> ContainerState:
    state = item["State"]
    word = str(state["Status"])
    running = word in RUNS
    return ContainerState(
        name=str(item["Name"]),
        id=str(item["Id"]),
        running=running,
        exit_code=None if running or word in NEVER_RAN else int(state["ExitCode"]),
        restarts=int(item.get("RestartCount") or 0),
        pid=int(state.get("Pid") or 0),
        address=address if running else "",
        oom_killed=bool(state.get("OOMKilled")),
    )


def _told_by_the_kernel(connection: Connection, state: ContainerState) -> ContainerState:
    """Whether a killed container was killed for its memory, where Podman itself did not notice."""
    if state.exit_code != KILLED or state.oom_killed or not connection.is_local:
        return state
    return replace(state, oom_killed=processes.killed_for_memory(state.id))


def _address(item: Mapping[str, Any]) -> str:
    networks = item["NetworkSettings"].get("Networks") or {}
    addresses = (str(network.get("IPAddress") or "") for network in networks.values())
    return next(filter(None, addresses), "")
