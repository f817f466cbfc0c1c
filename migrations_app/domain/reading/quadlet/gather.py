"""From member files to units: several in one text, their names, and their drop-ins."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from migrations_app.domain.bundle import Missing, SourceKind
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.quadlet.kinds import ENDINGS, UnitKind
from migrations_app.domain.reading.quadlet.neighbours import missing_neighbours
from migrations_app.domain.reading.quadlet.others import COMMANDS
from migrations_app.domain.reading.quadlet.site import Site
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.reading.reading import Desk, TextMember
from migrations_app.domain.reading.units.parse import Dialect, read_unit_file
from migrations_app.domain.reading.units.several import UnitText, split_units
from migrations_app.domain.reading.units.unit_file import UnitFile

_DROP_IN = ".conf"


@dataclass(slots=True)
class Gathered:
    """The units of all members, and why others are none."""

    units: list[QuadletUnit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def gather(members: Sequence[TextMember], desk: Desk) -> Gathered:
    """Read every member. One that is the drop-in of another adds to it and is no unit."""
    gathered = Gathered()
    for member in members:
        if _is_drop_in(member.name):
            continue
        texts = split_units(member.text, ENDINGS)
        try:
            read = [_read(member, text, number, len(texts)) for number, text in enumerate(texts)]
        except UnreadableSource as error:
            gathered.problems += error.problems
            continue
        gathered.units += [unit for unit in read if unit is not None]
    drop_ins = _DropIns.of(desk, gathered.problems)
    gathered.units = [drop_ins.merged(unit) for unit in gathered.units]
    _tell_apart(gathered.units)
    return gathered


def lend(units: Sequence[QuadletUnit], desk: Desk) -> tuple[QuadletUnit, ...]:
    """The units, and the neighbours that they name, as far as those are within reach."""
    known = list(units)
    tried: set[str] = set()
    while True:
        site = Site(tuple(known))
        wanted = {
            posixpath.join(unit.folder, name) for unit in known for name in _named(unit, site)
        }
        found = [_lent(path, desk) for path in sorted(wanted - tried)]
        tried |= wanted
        known += [unit for unit in found if unit is not None]
        if not any(found):
            return tuple(known)


def _named(unit: QuadletUnit, site: Site) -> Iterator[str]:
    """The units that a unit names and that are not there."""
    for refusal in (*COMMANDS[unit.kind](unit, site).refusals, *missing_neighbours(unit, site)):
        name = refusal.subject
        if name.endswith(ENDINGS) and "/" not in name and site.find(name, unit) is None:
            yield name


def _lent(path: str, desk: Desk) -> QuadletUnit | None:
    try:
        text = decode(desk.read(path), path, desk.limits)
        unit = _read(TextMember(path, text, SourceKind.QUADLET), UnitText("", text), 0, 1)
    except (Missing, UnreadableSource):
        return None
    return unit and replace(unit, lent=True)


def _is_drop_in(name: str) -> bool:
    folder = posixpath.basename(posixpath.dirname(name))
    return name.endswith(_DROP_IN) and folder.endswith(".d")


def _read(member: TextMember, text: UnitText, number: int, count: int) -> QuadletUnit | None:
    given = text.name or (posixpath.basename(member.name) if count == 1 else "")
    unit = read_unit_file(
        text.text,
        file=member.name,
        name=given,
        dialect=Dialect.QUADLET,
        first_line=text.first_line,
    )
    kind = _kind(given, unit.sections)
    if kind is None:
        return None
    name = _unit_name(text.name, kind) if text.name else _by_member(member.name, kind, number)
    named = UnitFile.of(name, unit.file, unit.sections, unit.settings, unit.unread)
    return QuadletUnit(kind, named)


def _kind(name: str, sections: Sequence[str]) -> UnitKind | None:
    """By what it holds; where that is several kinds, by the ending of its name."""
    held = [UnitKind(section) for section in sections if section in set(UnitKind)]
    by_name = (kind for kind in held if name.endswith(kind.ending))
    return next(by_name, held[0] if held else None)


def _unit_name(given: str, kind: UnitKind) -> str:
    return given if given.endswith(kind.ending) else given + kind.ending


def _by_member(member: str, kind: UnitKind, number: int) -> str:
    """The name of a unit by that of its file; of several without names each has its number."""
    base = posixpath.basename(member)
    if base.endswith(kind.ending) and not number:
        return base
    stem = (base.rpartition(".")[0] or base).strip("-.") or "unit"
    return f"{stem}-{number + 1}{kind.ending}" if number else stem + kind.ending


def _tell_apart(units: list[QuadletUnit]) -> None:
    """Units of one name get the names of their files, so that places stay unambiguous."""
    seen: set[str] = set()
    for index, unit in enumerate(units):
        label = unit.name if unit.name not in seen else f"{unit.file}:{unit.name}"
        seen.add(unit.name)
        if label != unit.name:
            units[index] = replace(unit, unit=unit.unit.labelled(label))


@dataclass(slots=True)
class _DropIns:
    """The drop-ins in reach, by the name of their folder: ``web.container.d``."""

    folders: dict[str, list[UnitFile]] = field(default_factory=dict)

    @classmethod
    def of(cls, desk: Desk, problems: list[Problem]) -> _DropIns:
        found = cls()
        for name in sorted(desk.files.names()):
            if not _is_drop_in(name) or not _serves_quadlet(name):
                continue
            try:
                text = decode(desk.read(name), name, desk.limits)
                unit = read_unit_file(text, file=name, name=name, dialect=Dialect.QUADLET)
            except UnreadableSource as error:
                problems += error.problems
            except Missing:
                continue
            else:
                found.folders.setdefault(posixpath.dirname(name), []).append(unit)
        return found

    def merged(self, unit: QuadletUnit) -> QuadletUnit:
        """A unit with its drop-ins, in the order of their names; the nearest of one name counts."""
        chosen: dict[str, UnitFile] = {}
        for folder in drop_in_folders(unit.name, unit.kind):
            for drop_in in self.folders.get(posixpath.join(unit.folder, folder), ()):
                chosen.setdefault(posixpath.basename(drop_in.file), drop_in)
        merged = unit.unit
        for name in sorted(chosen):
            merged = merged.merged_with(chosen[name])
        return replace(unit, unit=merged)


def _serves_quadlet(name: str) -> bool:
    folder = posixpath.basename(posixpath.dirname(name)).removesuffix(".d")
    return any(folder.endswith(ending) or f".{folder}" == ending for ending in ENDINGS)


def drop_in_folders(name: str, kind: UnitKind) -> Iterator[str]:
    """Where drop-ins of a unit stand, the nearest first: ``a-b.container.d``, ``a-.container.d``,
    ``container.d``; an instance also takes those of its template."""
    tail = f"{kind.ending}.d"
    stem, at, instance = name.removesuffix(kind.ending).partition("@")
    yield f"{name}.d"
    if instance:
        yield f"{stem}@{tail}"
    parts = stem.split("-")
    for length in range(len(parts) - 1, 0, -1):
        shortened = "-".join(parts[:length]) + "-"
        if at:
            yield f"{shortened}@{tail}"
        yield shortened + tail
    yield tail.removeprefix(".")
