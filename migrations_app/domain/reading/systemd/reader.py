"""Member files of units: containers and pods of one bundle, put together as services."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from migrations_app.domain.bundle import Facts
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.podman_argv import Reach, RunReading, read_command
from migrations_app.domain.reading.reading import Desk, Reading, TextMember
from migrations_app.domain.reading.systemd.account import account
from migrations_app.domain.reading.systemd.life import with_dependencies, with_timers
from migrations_app.domain.reading.systemd.services import services
from migrations_app.domain.reading.systemd.site import Found, Site
from migrations_app.domain.reading.systemd.unit import CommandLine, Unit
from migrations_app.domain.reading.units.parse import Dialect, read_unit_file
from migrations_app.domain.reading.units.several import split_units

_ENDINGS = (".service", ".timer")


def read_systemd(members: Sequence[TextMember], desk: Desk) -> Reading:
    """Read all units of a bundle together: pods with their containers, timers with theirs."""
    site = Site(desk)
    for member in members:
        normal = posixpath.normpath(member.name)
        if normal not in desk.drawn and not posixpath.dirname(normal).endswith(".d"):
            _read_member(site, member)
    broken = {problem.place.file for problem in site.problems}
    site.found = [item for item in site.found if item.unit.unit.file not in broken]
    specs = services(site)
    specs = with_timers(site, specs)
    specs = [with_dependencies(site, spec) for spec in specs]
    for item in site.found:
        account(site, item)
    units = [item.unit for item in site.found]
    readings = [item.reading for item in site.found if item.reading is not None]
    return Reading(
        specs=tuple(specs),
        findings=(*(f for reading in readings for f in reading.findings), *site.findings),
        loss=tuple(row for unit in units for row in unit.rows.values()),
        questions=(
            *{q.id: q for unit in units for q in unit.questions.values()}.values(),
            *(q for reading in readings for q in reading.questions),
        ),
        facts=Facts(variables=_variables(site)),
        problems=tuple(site.problems),
    )


def _variables(site: Site) -> dict[str, str]:
    """The variables that commands use and units do not set, with the values in force."""
    found: dict[str, str] = {}
    for item in site.found:
        taken = item.reading.variables if item.reading is not None else {}
        found |= {k: v for k, v in taken.items() if k not in item.unit.environment}
        found |= item.unit.in_force
    return found


def _read_member(site: Site, member: TextMember) -> None:
    base = posixpath.basename(member.name)
    for part in split_units(member.text, _ENDINGS):
        name = part.name or (base if base.endswith(_ENDINGS) else f"{base}.service")
        try:
            unit = read_unit_file(
                part.text,
                file=member.name,
                name=name,
                dialect=Dialect.SYSTEMD,
                first_line=part.first_line,
            )
        except UnreadableSource as error:
            site.problems += error.problems
            continue
        if "Timer" in unit.sections:
            site.timers.append(unit)
        else:
            _read_unit(site, Unit(unit, site.desk))


def _read_unit(site: Site, unit: Unit) -> None:
    found = Found(unit)
    site.found.append(found)
    for command in unit.commands("ExecStartPre", "ExecStart"):
        if not command.engine:
            continue
        reading = _read_command(unit, command)
        if reading is not None:
            found.reading = reading
            found.is_pod = command.verb == ("pod", "create")
        elif command.verb[:1] == ("start",) and command.setting.key == "ExecStart":
            found.starts = command.verb[-1], command.setting.place
    if found.reading is not None:
        site.problems += found.reading.problems
    site.problems += unit.problems


def _read_command(unit: Unit, command: CommandLine) -> RunReading | None:
    folder = posixpath.dirname(unit.unit.file)
    working = unit.last("Service", "WorkingDirectory")
    if working is not None and not working.value.startswith(("/", "~", "%")):
        folder = posixpath.join(folder, working.value)
    reach = Reach.of(unit.desk, folder, unit.unit.name)
    reach = replace(
        reach,
        variables={**reach.variables, **unit.environment},
        prefix=command.setting.path,
    )
    return read_command(command.tokens, reach)
