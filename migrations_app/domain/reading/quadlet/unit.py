"""One Quadlet unit: the values of its keys, each looked up the way the generator does it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace

from migrations_app.domain.places import Place, pointer
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.units.specifiers import UnitName
from migrations_app.domain.reading.units.unit_file import Setting, UnitFile
from migrations_app.domain.reading.units.words import QUADLET_ARGUMENTS, QUADLET_LIST, Style

_YES = frozenset({"1", "yes", "true", "on"})


@dataclass(frozen=True, slots=True)
class Argument:
    """One word of a command line. A word that the generator adds by itself has no place.

    ``secret``: the value of a variable that is called so was put into it.
    """

    text: str
    place: Place = Place()
    secret: bool = False

    @property
    def of_generator(self) -> bool:
        return not self.place.path


@dataclass(frozen=True, slots=True)
class QuadletUnit:
    """A unit of the bundle. ``name`` is that of its file: ``web.container``.

    ``lent``: it was only looked up for a unit that names it, and stands for nothing by itself.
    """

    kind: UnitKind
    unit: UnitFile
    lent: bool = False

    @property
    def name(self) -> str:
        return self.unit.name

    @property
    def file(self) -> str:
        return self.unit.file

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.unit.file)

    @property
    def stem(self) -> str:
        """The name without its ending; a template keeps its ``@``."""
        return self.name.removesuffix(self.kind.ending)

    @property
    def service_name(self) -> str:
        """The name of the systemd service, without ``.service``."""
        given = self.text("ServiceName")
        if given is not None:
            return given.text
        if self.stem.endswith("@"):
            return f"{self.stem[:-1]}{self.kind.service_suffix}@"
        return self.stem + self.kind.service_suffix

    @property
    def service(self) -> UnitName:
        return UnitName.of(f"{self.service_name}.service")

    @property
    def place(self) -> Place:
        """Where the unit stands as a whole."""
        first = next((s for s in self.unit.settings if s.section == self.kind.value), None)
        return Place(self.file, max(0, first.line - 1) if first else 1, 1, self.name)

    def text(self, key: str, section: str = "") -> Argument | None:
        """The last value of a key, without the quotes around it; None if the key is not there."""
        setting = self.unit.last(section or self.kind.value, key)
        if setting is None:
            return None
        text, offset = setting.value.rstrip(), 0
        if len(text) >= 2 and text[0] == text[-1] == '"':
            text, offset = text[1:-1], 1
        return Argument(text, setting.place_at(offset))

    def place_of(self, key: str) -> Place:
        """Where the last value of a key stands; the unit as a whole if it is not there."""
        found = self.text(key)
        return self.place if found is None else found.place

    def filled(self, key: str) -> Argument | None:
        """The last value of a key; None if it is not there or empty."""
        found = self.text(key)
        return found if found is not None and found.text else None

    def filled_in(self, section: str, key: str) -> Argument | None:
        """The last value of a key of another section; None if it is not there or empty."""
        found = self.text(key, section)
        return found if found is not None and found.text else None

    def place_in(self, section: str, key: str) -> Place:
        found = self.text(key, section)
        return self.place if found is None else found.place

    def flag(self, key: str) -> bool | None:
        """A switch: on, off, or None if it is not there; whatever is no yes is a no."""
        found = self.text(key)
        return None if found is None else found.text.lower() in _YES

    def number(self, key: str) -> int:
        """A number of 32 bits, hexadecimal after ``0x``, octal after ``0``; 0 if it is none."""
        found = self.text(key)
        text = found.text.removeprefix("+").lower() if found is not None else ""
        base = 16 if text.startswith("0x") else 8 if text.startswith("0") else 10
        digits = text.removeprefix("0x")
        allowed = "0123456789abcdef"[:base]
        if not digits or any(digit not in allowed for digit in digits):
            return 0
        number = int(digits, base)
        return number if number < 2**32 else 0

    def all(self, key: str) -> list[Argument]:
        """Every value of a key, whole."""
        return [Argument(s.value, s.place_at(0)) for s in self._settings(key)]

    def arguments(self, key: str) -> list[Argument]:
        """Every word of every value of a key, unquoted and unescaped."""
        return self._each_word(key, QUADLET_ARGUMENTS)

    def listed(self, key: str) -> list[Argument]:
        """Every word of every value of a key, unquoted; a backslash stays."""
        return self._each_word(key, QUADLET_LIST)

    def last_arguments(self, key: str) -> list[Argument]:
        """The words of the last value of a key."""
        setting = self.unit.last(self.kind.value, key)
        if setting is None:
            return []
        words = setting.words(QUADLET_ARGUMENTS).words
        return [Argument(word.text, setting.place_of(word)) for word in words]

    def assignments(self, key: str) -> list[Argument]:
        """``NAME=value`` words by name; of several for one name the last counts."""
        found: dict[str, Argument] = {}
        for argument in self._each_word(key, QUADLET_ARGUMENTS, named=True):
            found[argument.text.partition("=")[0]] = argument
        return [found[name] for name in sorted(found, key=lambda name: name.encode())]

    def _settings(self, key: str) -> tuple[Setting, ...]:
        return self.unit.all(self.kind.value, key)

    def _each_word(self, key: str, style: Style, *, named: bool = False) -> list[Argument]:
        return [
            argument
            for setting in self._settings(key)
            for argument in words_of(setting, style, named=named)
        ]


def words_of(setting: Setting, style: Style, *, named: bool = False) -> list[Argument]:
    """The words of a value. Where there are several, each has a path of its own: its number, or
    the name before ``=``, so that the loss report can tell of each."""
    words = setting.words(style).words
    found = [Argument(word.text, setting.place_of(word)) for word in words]
    if len(words) < 2:
        return found
    steps = [
        word.text.partition("=")[0] if named else f"word{n}" for n, word in enumerate(words, 1)
    ]
    return [
        replace(argument, place=replace(argument.place, path=setting.path + pointer((step,))))
        for argument, step in zip(found, steps, strict=True)
    ]
