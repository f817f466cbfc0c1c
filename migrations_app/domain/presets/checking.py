"""Finds everything that is wrong with a preset at once, each problem where it stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

from migrations_app.domain.errors import InvalidPreset, Problem
from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.presets.document import PRESET, SECTIONS
from migrations_app.domain.presets.sections.section import Section
from migrations_app.domain.presets.shape import PARAMETER, Shape
from migrations_app.domain.provenance import Origin

_ABOUT_KEYS = frozenset({"unknown_key"})


class Checker:
    """Collects every problem of a preset; ``lines`` are its text, to find keys in."""

    def __init__(self, origin: Origin, file: str, lines: Sequence[str] = ()) -> None:
        self.origin = origin
        self.file = file
        self.lines = lines
        self.problems: list[Problem] = []

    def problems_of(self, value: Any, *, filled: bool = False) -> list[Problem]:
        """All of them, in the order of the file; ``filled`` if its parameters have values."""
        self._check(value, PRESET, ())
        if isinstance(value, dict) and not filled:
            self._check_parameters(value)
        if isinstance(value, dict):
            for section in SECTIONS:
                self._check_section(section, value.get(section.name))
        return sorted(self.problems, key=lambda problem: (problem.place.line, problem.place.column))

    def _check(self, value: Any, shape: Shape, path: Path) -> None:
        """Hold a value against its shape, and everything below it."""
        if value is None and shape.nullable:
            return
        if not shape.accepts(value):
            self._add(
                "wrong_type",
                msg(
                    "%(key)s must be %(expected)s.",
                    key=_dotted(path) or msg("A preset"),
                    expected=shape.described,
                ),
                path,
            )
            return
        if isinstance(value, dict):
            self._check_mapping(value, shape, path)
        elif isinstance(value, list) and shape.items is not None:
            for index, item in enumerate(value):
                self._check(item, shape.items, (*path, index))

    def _check_mapping(self, value: dict[str, Any], shape: Shape, path: Path) -> None:
        for key, item in value.items():
            inner = shape.keys.get(key) if shape.keys else None
            inner = inner or shape.values
            if inner is not None:
                self._check(item, inner, (*path, key))
            elif shape.keys is not None:
                self._add("unknown_key", _unknown(key, list(shape.keys)), (*path, key))
        for key in shape.required:
            if value.get(key) is None:
                self.miss(key, path)

    def miss(self, key: str, path: Path = ()) -> None:
        """Note that a key is not there and should be."""
        self._add(
            "missing_key", msg("The key %(key)s is missing.", key=_dotted((*path, key))), path
        )

    def _check_parameters(self, value: dict[str, Any]) -> None:
        """Every ``${NAME}`` must be declared under ``parameters``."""
        declared = mapping(value.get("parameters"))
        for path, text in _texts(value, ()):
            for name in PARAMETER.findall(text):
                if name not in declared:
                    self._add(
                        "unknown_parameter",
                        msg("The parameter %(name)s is not declared under parameters.", name=name),
                        path,
                    )

    def _check_section(self, section: Section, value: Any) -> None:
        """What the shape of a section cannot say."""
        for complaint in section.check(mapping(value)):
            self._add("wrong_value", complaint.message, (section.name, *complaint.path))

    def _add(self, code: str, message: Message, path: Path) -> None:
        at = self.origin.at(path)
        line, column = at.line, at.column
        if path and isinstance(path[-1], str) and code in _ABOUT_KEYS:
            line, column = _place_of_key(self.lines, path[-1], line, column)
        self.problems.append(
            Problem(code, message, Place(self.file, line, column, path=pointer(path)))
        )


def check_filled(label: str, sections: dict[str, Any]) -> None:
    """Check the sections of a preset once more, now that its parameters have values.

    Raises:
        InvalidPreset: naming every place that a value does not fit.
    """
    problems = Checker(Origin(), label).problems_of(sections, filled=True)
    if problems:
        raise InvalidPreset(
            msg("With these parameters %(name)s is not a valid preset.", name=label), problems
        )


def _place_of_key(lines: Sequence[str], key: str, line: int, column: int) -> tuple[int, int]:
    """Where the key of the value at a place stands: before it, or on a line above."""
    pattern = re.compile(rf"""(?<![\w.-])["']?{re.escape(key)}["']?\s*:""")
    for number in range(min(line, len(lines)), 0, -1):
        text = lines[number - 1][: column - 1] if number == line else lines[number - 1]
        found = list(pattern.finditer(text))
        if found:
            return number, found[-1].start() + 1
    return line, column


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _unknown(key: str, known: list[str]) -> Message:
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return msg("Unknown key %(key)s. Did you mean %(near)s?", key=key, near=near[0])
    return msg("Unknown key %(key)s. Known here: %(known)s.", key=key, known=", ".join(known))


def _texts(value: Any, path: Path) -> list[tuple[Path, str]]:
    if isinstance(value, str):
        return [(path, value)]
    if isinstance(value, dict):
        return [found for k, item in value.items() for found in _texts(item, (*path, k))]
    if isinstance(value, list):
        return [found for i, item in enumerate(value) for found in _texts(item, (*path, i))]
    return []
