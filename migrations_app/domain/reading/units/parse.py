"""The lines of a unit file, read as systemd or as Podman's Quadlet reads them.

They differ in small things that change values: systemd joins a continued line by a space and ends
it at an empty line, Quadlet joins without one and passes over empty lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.units.unit_file import Piece, Setting, UnitFile


class Dialect(Enum):
    SYSTEMD = "systemd"
    QUADLET = "quadlet"


@dataclass(slots=True)
class _Line:
    """A line in the making, joined from several lines of the file."""

    text: str = ""
    pieces: list[Piece] = field(default_factory=list)

    def add(self, text: str, line: int, column: int) -> None:
        self.pieces.append(Piece(len(self.text), line, column))
        self.text += text


@dataclass(slots=True)
class _Parsing:
    file: str
    section: str = ""
    sections: list[str] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    unread: list[Setting] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_unit_file(
    text: str, *, file: str, name: str, dialect: Dialect, first_line: int = 1
) -> UnitFile:
    """Read one unit. ``first_line`` is where it begins in its file, if that holds several.

    Raises:
        UnreadableSource: lines that its own reader refuses, each with its place.
    """
    parsing = _Parsing(file)
    pending = _Line()
    lines = text.removesuffix("\n").split("\n")
    for number, raw in enumerate(lines, first_line):
        line = raw.strip()
        if not line or line[0] in "#;":
            if pending.text and not line and dialect is Dialect.SYSTEMD:
                _take(parsing, pending)
                pending = _Line()
            continue
        column = raw.index(line[0]) + 1
        if _continues(raw, dialect):
            joint = " " if dialect is Dialect.SYSTEMD else ""
            pending.add(line[:-1] + joint, number, column)
            if number < first_line + len(lines) - 1:
                continue
        else:
            pending.add(line, number, column)
        _take(parsing, pending)
        pending = _Line()
    if pending.text:
        _take(parsing, pending, unread=dialect is Dialect.QUADLET)
    if parsing.problems:
        raise UnreadableSource(msg("%(file)s is not a unit file.", file=file), parsing.problems)
    return UnitFile.of(name, file, parsing.sections, parsing.settings, parsing.unread)


def _continues(raw: str, dialect: Dialect) -> bool:
    """Whether the next line belongs to this one."""
    if dialect is Dialect.QUADLET:
        return raw.strip().endswith("\\")
    backslashes = len(raw) - len(raw.rstrip("\\"))
    return backslashes % 2 == 1


def _take(parsing: _Parsing, line: _Line, *, unread: bool = False) -> None:
    text = line.text
    if not text:
        return
    if _is_section(text):
        _open_section(parsing, line)
    elif text.find("=") > 0:
        _add_setting(parsing, line, unread=unread)
    else:
        _refuse(
            parsing,
            line,
            msg(
                "This line is neither a [section], nor key=value, nor a comment; Podman and "
                "systemd refuse the file. Mend it or put # before it."
            ),
        )


def _is_section(text: str) -> bool:
    end = text.find("]")
    return text[:1] == "[" and end > 0 and not text[end + 1 :].strip(" \t")


def _open_section(parsing: _Parsing, line: _Line) -> None:
    name = line.text[1 : line.text.find("]")]
    if not name or "[" in name or any(not char.isprintable() for char in name):
        _refuse(parsing, line, msg("A section needs a name, as in [Container]."))
        return
    parsing.section = name
    parsing.sections.append(name)


def _add_setting(parsing: _Parsing, line: _Line, *, unread: bool) -> None:
    if not parsing.section:
        _refuse(parsing, line, msg("A setting stands before the first [section]."))
        return
    before, _equals, after = line.text.partition("=")
    start = len(before) + 1 + len(after) - len(after.lstrip())
    first = line.pieces[0]
    setting = Setting(
        section=parsing.section,
        key=before.rstrip(),
        value=line.text[start:],
        file=parsing.file,
        line=first.line,
        column=first.column,
        pieces=_shifted(line.pieces, start),
    )
    (parsing.unread if unread else parsing.settings).append(setting)


def _shifted(pieces: list[Piece], start: int) -> tuple[Piece, ...]:
    """The pieces of the value alone, of a line whose value begins at ``start``."""
    kept = [piece for piece in pieces if piece.offset > start]
    head = next(piece for piece in reversed(pieces) if piece.offset <= start)
    first = Piece(0, head.line, head.column + start - head.offset)
    return (first, *(Piece(p.offset - start, p.line, p.column) for p in kept))


def _refuse(parsing: _Parsing, line: _Line, message: Message) -> None:
    first = line.pieces[0]
    place = Place(parsing.file, first.line, first.column)
    parsing.problems.append(Problem("unit_syntax", message, place))
