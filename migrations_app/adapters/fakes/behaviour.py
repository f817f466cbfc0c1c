"""What the containers of the fake engine do once they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from migrations_app.ports import ExecResult

Answer = Callable[[Sequence[str]], ExecResult]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one container behaves; times in seconds since it started.

    ``logs`` are (when, stream, text). ``exits``: when and with which code it ends by itself.
    ``listens`` maps a port to the HTTP status it answers with (0: it speaks no HTTP, the port is
    just open), from ``listens_after`` on; ``loopback_only``: on 127.0.0.1 alone. ``heeds_sigterm``:
    it ends in time when it is stopped. ``answers`` runs the commands that are executed in it.
    """

    logs: Sequence[tuple[float, str, str]] = ()
    exits: tuple[float, int] | None = None
    oom_killed: bool = False
    listens: Mapping[int, int] = field(default_factory=dict)
    listens_after: float = 0.0
    loopback_only: bool = False
    memory: int = 8 * 2**20
    cpu_share: float = 0.01
    user: str = "0"
    heeds_sigterm: bool = True
    answers: Answer | None = None
