"""Timers beside the units: what they start runs again and again."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from migrations_app.domain.bundle import Missing
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.neighbours import Made
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.systemd.calendar import cron_line
from migrations_app.domain.reading.units.parse import Dialect, read_unit_file
from migrations_app.domain.reading.units.unit_file import UnitFile

_ENDING = ".timer"
_TIMES = msg("A cluster runs it at the times of the schedule.")
_NO_TIMES = msg("No cron line says the same; write the schedule into the CronJob by hand.")


@dataclass(slots=True)
class Timers:
    """The timers of a bundle, and those that are looked up beside the units."""

    desk: Desk
    account: Account
    used: dict[str, UnitFile] = field(default_factory=dict)
    members: dict[str, UnitFile] | None = None

    def schedule(self, made: Sequence[Made]) -> list[Made]:
        """The services, each with the schedule of the timer that starts it."""
        return [self._scheduled(item) for item in made]

    def _scheduled(self, item: Made) -> Made:
        for service in item.services:
            timer = self._of(item.units[0].file, service)
            if timer is None:
                continue
            self.desk.drawn.add(posixpath.normpath(timer.file))
            self.used[timer.file] = timer
            calendar = timer.last("Timer", "OnCalendar")
            line = cron_line(calendar.value) if calendar is not None else None
            if calendar is not None and line is not None:
                places = {**item.spec.places, "schedule": calendar.place}
                spec = replace(item.spec, schedule=line, places=places)
                return replace(item, spec=spec)
        return item

    def settle(self) -> None:
        """A row for every setting of the timers that were used."""
        for timer in self.used.values():
            scheduled = any(self.account.knows(setting.place) for setting in timer.settings)
            for setting in timer.settings:
                if setting.section == "Timer" and not scheduled:
                    self.account.drop(setting.place, _NO_TIMES)
                else:
                    self.account.convert(setting.place, _TIMES)

    def _of(self, file: str, service: str) -> UnitFile | None:
        """The timer that starts a service: a member that says so, or one beside its unit."""
        known = self._members().get(service)
        if known is not None:
            return known
        guess = self._read(Desk.beside(file, service.removesuffix(".service") + _ENDING))
        return guess if guess is not None and _starts(guess) == service else None

    def _members(self) -> dict[str, UnitFile]:
        """The timers among the members, by the service that each starts."""
        if self.members is None:
            names = [name for name in self.desk.files.names() if name.endswith(_ENDING)]
            read = [timer for name in names if (timer := self._read(name)) is not None]
            self.members = {_starts(timer): timer for timer in reversed(read)}
        return self.members

    def _read(self, name: str) -> UnitFile | None:
        try:
            text = decode(self.desk.files.read(name), name, self.desk.limits)
            timer = read_unit_file(
                text, file=name, name=posixpath.basename(name), dialect=Dialect.SYSTEMD
            )
        except (Missing, UnreadableSource):
            return None
        return timer if "Timer" in timer.sections else None


def _starts(timer: UnitFile) -> str:
    """The service that a timer starts: the one of its own name, unless it says another."""
    target = timer.last("Timer", "Unit")
    return target.value if target is not None else timer.name.removesuffix(_ENDING) + ".service"
