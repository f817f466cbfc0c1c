"""The units of a bundle while services are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv import RunReading
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.systemd.unit import Unit
from migrations_app.domain.reading.units.unit_file import UnitFile


@dataclass(slots=True)
class Found:
    """A unit and what its command makes.

    ``starts`` is the container that must exist already, and where that is said; ``home`` is the
    name of the service that the unit became a part of.
    """

    unit: Unit
    reading: RunReading | None = None
    is_pod: bool = False
    starts: tuple[str, Place] | None = None
    home: str = ""

    @property
    def made(self) -> RunReading:
        """What the command makes, of a unit that makes something."""
        if self.reading is None:
            raise LookupError(self.unit.unit.name)
        return self.reading


@dataclass(slots=True)
class Site:
    """Everything that is known so far."""

    desk: Desk
    found: list[Found] = field(default_factory=list)
    timers: list[UnitFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def say(
        self,
        code: str,
        severity: Severity,
        place: Place,
        message: Message,
        why: Message,
        fix: Message,
    ) -> None:
        found = Finding(code, severity, place, message, why, fix, subject=str(message))
        self.findings.append(found)
