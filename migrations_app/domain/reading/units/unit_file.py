"""A unit file as its settings, in order, each with its place.

A key may be given several times: a reader asks either for the last of them or for all of them. An
empty assignment takes back all that stood before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrations_app.domain.places import Place
from migrations_app.domain.reading.units.words import Style, Word, Words, split_words


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a value that stands on one line: where it begins in the value and in the file."""

    offset: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Setting:
    """One ``Key=value``; ``number`` counts the settings of the same key before it.

    ``line`` and ``column`` are those of the key, ``pieces`` tell where the value stands.
    """

    section: str
    key: str
    value: str
    file: str
    line: int
    column: int = 1
    pieces: tuple[Piece, ...] = ()
    unit: str = ""
    number: int = 0

    @property
    def path(self) -> str:
        """``/Container/Volume``, and ``/Container/Volume/1`` for the second one."""
        return f"/{self.section}/{self.key}" + (f"/{self.number}" if self.number else "")

    @property
    def place(self) -> Place:
        """Where the key stands."""
        return Place(self.file, self.line, self.column, self.unit, self.path)

    def place_at(self, offset: int) -> Place:
        """Where a character of the value stands."""
        at = bisect_right(self.pieces, offset, key=lambda piece: piece.offset)
        if at == 0:
            return self.place
        piece = self.pieces[at - 1]
        column = piece.column + offset - piece.offset
        return Place(self.file, piece.line, column, self.unit, self.path)

    def place_of(self, word: Word) -> Place:
        return self.place_at(word.offset)

    def words(self, style: Style) -> Words:
        return split_words(self.value, style)


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A unit: ``name`` as systemd knows it (``web.container``), ``file`` the member it stands in.

    ``unread`` are lines that its own reader passes over without a word.
    """

    name: str
    file: str
    sections: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    unread: tuple[Setting, ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        file: str,
        sections: Iterable[str],
        settings: Iterable[Setting],
        unread: Iterable[Setting] = (),
    ) -> UnitFile:
        """With every setting knowing its unit and its number."""
        seen: Counter[tuple[str, str]] = Counter()
        numbered: list[Setting] = []
        for setting in settings:
            key = setting.section, setting.key
            numbered.append(replace(setting, unit=name, number=seen[key]))
            seen[key] += 1
        lost = tuple(replace(setting, unit=name) for setting in unread)
        return cls(name, file, tuple(dict.fromkeys(sections)), tuple(numbered), lost)

    def labelled(self, label: str) -> UnitFile:
        """The same unit, whose places go by another name."""
        return replace(
            self, settings=tuple(replace(setting, unit=label) for setting in self.settings)
        )

    def merged_with(self, drop_in: UnitFile) -> UnitFile:
        """With the settings of a drop-in after its own."""
        return UnitFile.of(
            self.name,
            self.file,
            (*self.sections, *drop_in.sections),
            (*self.settings, *drop_in.settings),
            (*self.unread, *drop_in.unread),
        )

    def all(self, section: str, key: str) -> tuple[Setting, ...]:
        """All settings of a key since the last empty one."""
        found: list[Setting] = []
        for setting in self.settings:
            if setting.section == section and setting.key == key:
                if setting.value:
                    found.append(setting)
                else:
                    found.clear()
        return tuple(found)

    def last(self, section: str, key: str) -> Setting | None:
        """The last setting of a key, be it empty."""
        return next(
            (s for s in reversed(self.settings) if s.section == section and s.key == key), None
        )

    def each_word(self, section: str, key: str, style: Style) -> list[tuple[Setting, Word]]:
        """All words of all settings of a key; a value that cannot be split has none."""
        return [
            (setting, word)
            for setting in self.all(section, key)
            for word in setting.words(style).words
        ]
