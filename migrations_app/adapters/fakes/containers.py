"""Containers and pods of the fake engine, and what of them can be seen at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.adapters.fakes.behaviour import Behaviour
from migrations_app.ports import ContainerState, ExecResult

KILLED = 137


@dataclass(slots=True)
class FakeContainer:
    """``started`` is None until it runs; ``stopped`` is when it was stopped, and its exit code."""

    id: str
    name: str
    image: str
    image_id: str
    behaviour: Behaviour
    pod: str = ""
    init: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    started: float | None = None
    stopped: tuple[float, int] | None = None

    def end(self, now: float) -> tuple[float, int] | None:
        """When it ended, and with which code; None while it runs or never ran."""
        if self.started is None:
            return None
        ends = [self.stopped] if self.stopped else []
        if self.behaviour.exits is not None:
            ends.append((self.started + self.behaviour.exits[0], self.behaviour.exits[1]))
        past = [end for end in ends if end[0] <= now]
        return min(past) if past else None

    def runs(self, now: float) -> bool:
        return self.started is not None and self.end(now) is None

    def word(self, now: float) -> str:
        """Podman's word for its state."""
        if self.started is None:
            return "created"
        return "running" if self.runs(now) else "exited"

    def age(self, now: float) -> float:
        """How long it has run, or ran."""
        end = self.end(now)
        return (end[0] if end else now) - (self.started if self.started is not None else now)

    def state(self, now: float, address: str) -> ContainerState:
        end = self.end(now)
        running = self.runs(now)
        return ContainerState(
            name=self.name,
            id=self.id,
            running=running,
            exit_code=end[1] if end else None,
            restarts=0,
            pid=1000 + int(self.id[:3], 16) if running else 0,
            address=address if running else "",
            oom_killed=bool(end) and self.behaviour.oom_killed,
        )

    def answer(self, command: Sequence[str]) -> ExecResult:
        """A few programs that any image has; a behaviour may know others."""
        if self.behaviour.answers is not None:
            return self.behaviour.answers(command)
        program, words = (command[0].rpartition("/")[2], command[1:]) if command else ("", ())
        if program == "true":
            return ExecResult(0, "")
        if program == "false":
            return ExecResult(1, "")
        if program == "echo":
            return ExecResult(0, " ".join(words) + "\n")
        if program == "cat" and words and words[0] in self.files:
            return ExecResult(0, self.files[words[0]].decode("utf-8", "replace"))
        if program == "cat":
            return ExecResult(
                1, f"cat: can't open '{' '.join(words)}': No such file or directory\n"
            )
        return ExecResult(127, f'exec: "{program}": executable file not found in $PATH\n')


@dataclass(slots=True)
class FakePod:
    id: str
    name: str
    labels: Mapping[str, str]
    network: str
    aliases: Sequence[str]
    address: str
    containers: list[FakeContainer] = field(default_factory=list)

    def word(self, now: float) -> str:
        words = {c.word(now) for c in self.containers}
        if words == {"created"}:
            return "Created"
        if words == {"running"}:
            return "Running"
        return "Degraded" if "running" in words else "Exited"


@dataclass(slots=True)
class FakeThing:
    """A network, a volume or a secret: all that matters is that it is there."""

    labels: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
