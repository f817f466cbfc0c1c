"""What a preset may say, as frozen values; the shape is that of ``docs/preset.schema.json``.

Reading a preset checks everything at once: unknown keys (with the nearest known one), wrong
types and parameters that nobody declared are all reported with line and column.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.errors import InvalidPreset, Problem, UnreadableSource
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path, Place
from migrations_app.domain.presets.shape import PRESET, Shape
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.yaml_reader import decode, read_yaml

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
    def from_text(cls, text: str | bytes, file: str = "preset", version: int = 0) -> Preset:
        """Read a preset.

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
        return cls.from_value(documents[0].value, documents[0].origin, file, version)

    @classmethod
    def from_value(
        cls, value: Any, origin: Origin | None = None, file: str = "preset", version: int = 0
    ) -> Preset:
        """Make a preset from plain values; ``origin`` knows where they stand."""
        checker = _Checker(origin or Origin(file), file)
        checker.check(value, PRESET, ())
        if not checker.problems:
            checker.check_parameters(value)
        if checker.problems:
            raise InvalidPreset(_invalid(file), checker.problems)
        scope = value.get("scope") or {}
        return cls(
            name=value["name"],
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
                if key not in ("name", "scope", "parameters") and item is not None
            },
        )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _invalid(file: str) -> Message:
    return msg("%(file)s is not a valid preset.", file=file)


class _Checker:
    """Collects every problem of a preset."""

    def __init__(self, origin: Origin, file: str) -> None:
        self.origin = origin
        self.file = file
        self.problems: list[Problem] = []

    def check(self, value: Any, shape: Shape, path: Path) -> None:
        """Hold a value against its shape, and everything below it."""
        if value is None and shape.nullable:
            return
        if not shape.accepts(value):
            self._add(
                "wrong_type",
                msg(
                    "%(key)s must be %(expected)s.",
                    key=".".join(map(str, path)) or "A preset",
                    expected=shape.described,
                ),
                path,
            )
            return
        if isinstance(value, dict):
            self._check_mapping(value, shape, path)
        elif isinstance(value, list) and shape.items is not None:
            for index, item in enumerate(value):
                self.check(item, shape.items, (*path, index))

    def _check_mapping(self, value: dict[str, Any], shape: Shape, path: Path) -> None:
        for key, item in value.items():
            inner = shape.keys.get(key) if shape.keys else None
            inner = inner or shape.values
            if inner is not None:
                self.check(item, inner, (*path, key))
            elif shape.keys is not None:
                self._add("unknown_key", _unknown(key, list(shape.keys)), (*path, key))
        for key in shape.required:
            if key not in value:
                self._add(
                    "missing_key",
                    msg("The key %(key)s is missing.", key=".".join(map(str, (*path, key)))),
                    path,
                )

    def check_parameters(self, value: dict[str, Any]) -> None:
        """Every ``${NAME}`` must be declared under ``parameters``."""
        declared = set(value.get("parameters") or {})
        for path, text in _texts(value, ()):
            for name in PARAMETER.findall(text):
                if name not in declared:
                    self._add(
                        "unknown_parameter",
                        msg("The parameter %(name)s is not declared under parameters.", name=name),
                        path,
                    )

    def _add(self, code: str, message: Message, path: Path) -> None:
        at = self.origin.at(path)
        self.problems.append(Problem(code, message, Place(self.file, at.line, at.column)))


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
