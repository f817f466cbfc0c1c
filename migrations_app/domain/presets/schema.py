"""What a preset may say, as frozen values; the shape is that of ``docs/preset.schema.json``.

Reading a preset checks everything at once: unknown keys (with the nearest known one), wrong
types and parameters that nobody declared are all reported with line and column.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.errors import InvalidPreset, Problem, UnreadableSource
from migrations_app.domain.images import is_place
from migrations_app.domain.manifests.resources import get, mapping, sequence
from migrations_app.domain.messages import Message, both, msg
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.presets.shape import PRESET, PROBE_ACTIONS, PROBE_KINDS, Shape
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.yaml_reader import read_yaml

_ABOUT_KEYS = frozenset({"unknown_key", "not_supported"})
PARAMETER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that whoever renders has to give, or may."""

    required: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """One version of a preset. ``sections`` holds what it sets, as plain values.

    ``version`` is 0 for a preset that comes from a file and is stored nowhere.
    """

    name: str
    version: int = 0
    application: str = ""
    environment: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """``name@version``, or the name alone for a preset without versions."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @classmethod
    def from_text(
        cls, text: str | bytes, file: str = "preset", version: int = 0, *, named: bool = False
    ) -> Preset:
        """Read a preset; without a name it is called like its file, unless it must be ``named``.

        Raises:
            InvalidPreset: with every problem, each with its line and column.
        """
        data = text.encode() if isinstance(text, str) else text
        try:
            documents, _findings = read_yaml(decode(data, file, STRICT), file, STRICT)
        except UnreadableSource as error:
            raise InvalidPreset(_invalid(file), error.problems) from None
        if len(documents) != 1:
            problem = Problem(
                "one_document",
                msg("A preset is one YAML document; here are %(count)s.", count=len(documents)),
                Place(file),
            )
            raise InvalidPreset(_invalid(file), [problem])
        checker = _Checker(documents[0].origin, file, data.decode().splitlines())
        if named and not mapping(documents[0].value).get("name"):
            checker.miss("name")
        return cls._checked(documents[0].value, checker, version)

    @classmethod
    def from_value(cls, value: Any, file: str = "preset", version: int = 0) -> Preset:
        """Make a preset from plain values, as a JSON body carries them.

        Raises:
            InvalidPreset: with every problem; their places are pointers.
        """
        return cls._checked(value, _Checker(Origin(), file), version)

    @classmethod
    def _checked(cls, value: Any, checker: _Checker, version: int) -> Preset:
        problems = checker.problems_of(value)
        if problems:
            raise InvalidPreset(_invalid(checker.file), problems)
        scope = value.get("scope") or {}
        return cls(
            name=value.get("name") or _stem(checker.file),
            version=version,
            application=scope.get("application") or "",
            environment=scope.get("environment") or "",
            parameters={
                key: Parameter(
                    bool((item or {}).get("required")), _text((item or {}).get("default"))
                )
                for key, item in (value.get("parameters") or {}).items()
            },
            sections={
                key: item
                for key, item in value.items()
                if key not in ("name", "scope", "parameters")
            },
        )


def _stem(file: str) -> str:
    """``bank.prod`` of ``presets/bank.prod.yaml``."""
    name = file.replace("\\", "/").rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _invalid(file: str) -> Message:
    return msg("%(file)s is not a valid preset.", file=file)


class _Checker:
    """Collects every problem of a preset; ``lines`` are its text, to find keys in."""

    def __init__(self, origin: Origin, file: str, lines: Sequence[str] = ()) -> None:
        self.origin = origin
        self.file = file
        self.lines = lines
        self.problems: list[Problem] = []

    def problems_of(self, value: Any) -> list[Problem]:
        """All of them, in the order of the file."""
        self._check(value, PRESET, ())
        if isinstance(value, dict):
            self._check_parameters(value)
            self._check_rewrites(value)
            self._check_probes(value)
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
            elif key in shape.later:
                self._add(
                    "not_supported",
                    msg("The section %(key)s is not supported in this version.", key=key),
                    (*path, key),
                )
            elif shape.keys is not None:
                self._add("unknown_key", _unknown(key, list(shape.keys)), (*path, key))
        for key in shape.required:
            if key not in value:
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

    def _check_rewrites(self, value: dict[str, Any]) -> None:
        """``to`` must be a place where images can be."""
        for index, item in enumerate(sequence(get(value, ("registry", "rewrite")))):
            target = mapping(item).get("to")
            if isinstance(target, str) and not PARAMETER.search(target) and not is_place(target):
                self._add(
                    "wrong_value",
                    msg(
                        "%(target)s is no registry. Write for example registry.example.com/team.",
                        target=repr(target),
                    ),
                    ("registry", "rewrite", index, "to"),
                )

    def _check_probes(self, value: dict[str, Any]) -> None:
        """A probe asks in one way."""
        section = mapping(value.get("probes"))
        holders: list[tuple[Path, Any]] = [(("probes",), section)]
        for name, own in mapping(section.get("containers")).items():
            holders.append((("probes", "containers", name), own))
        for path, holder in holders:
            for kind in PROBE_KINDS:
                actions = [
                    key for key in mapping(mapping(holder).get(kind)) if key in PROBE_ACTIONS
                ]
                if len(actions) > 1:
                    self._add(
                        "wrong_value",
                        msg(
                            "A probe asks in one way; here are %(actions)s. Keep one.",
                            actions=both(actions),
                        ),
                        (*path, kind),
                    )

    def _add(self, code: str, message: Message, path: Path) -> None:
        at = self.origin.at(path)
        line, column = at.line, at.column
        if path and isinstance(path[-1], str) and code in _ABOUT_KEYS:
            line, column = _place_of_key(self.lines, path[-1], line, column)
        self.problems.append(
            Problem(code, message, Place(self.file, line, column, path=pointer(path)))
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
