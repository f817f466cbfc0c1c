"""Starting the containers of a pod, as a kubelet does: one init container after the other first.

Podman can start a pod as a whole. But while it does it holds the pod's lock for as long as the
init containers run, and nobody can even list the pods of that host meanwhile.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import Refused
from migrations_app.adapters.podman.watching import NEVER_RAN, RUNS, one
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import Message, msg

LOOK_EVERY = 0.1
_ITS_OWN_FAULT = re.compile(
    r"exec: |executable file .*not found|command that was not found|chdir to cwd", re.I
)


def start(connection: Connection, made: Mapping[str, Any], *, seconds: float) -> None:
    """Start what a play made; ``seconds`` are for the init containers together.

    Raises:
        EngineError: ``not_started`` where the pod itself is at fault.
    """
    until = time.monotonic() + seconds
    infra = one(connection.get(f"pods/{segment(str(made['ID']))}/json")).get("InfraContainerID")
    if infra:
        connection.post(f"containers/{segment(str(infra))}/start")
    for identity in made.get("InitContainers") or []:
        _start(connection, str(identity))
        _until_ended(connection, str(identity), until, seconds)
    for identity in made["Containers"] or []:
        _start(connection, str(identity))


def _start(connection: Connection, identity: str) -> None:
    try:
        connection.post(f"containers/{segment(identity)}/start")
    except Refused as error:
        if not _ITS_OWN_FAULT.search(error.said):
            raise
        name = str(_inspected(connection, identity)["Name"])
        why = msg("%(name)s did not start: %(said)s", name=name, said=error.said)
        raise not_started(why) from error


def _until_ended(connection: Connection, identity: str, until: float, seconds: float) -> None:
    while True:
        found = _inspected(connection, identity)
        word, code = str(found["State"]["Status"]), int(found["State"]["ExitCode"])
        name = str(found["Name"])
        if word not in RUNS and word not in NEVER_RAN:
            if code:
                raise not_started(
                    msg(
                        "Init container %(name)s ended with exit code %(code)s.",
                        name=name,
                        code=code,
                    )
                )
            return
        if time.monotonic() > until:
            raise not_started(
                msg(
                    "Init container %(name)s had not ended after %(seconds)s s.",
                    name=name,
                    seconds=round(seconds),
                )
            )
        time.sleep(LOOK_EVERY)


def not_started(why: Message) -> EngineError:
    return EngineError(why, code="not_started")


def _inspected(connection: Connection, identity: str) -> Mapping[str, Any]:
    return one(connection.get(f"containers/{segment(identity)}/json"))
