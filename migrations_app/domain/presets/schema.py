"""What a preset may say, as frozen values; the shape is that of ``docs/preset.schema.json``.

Reading a preset checks everything at once: unknown keys (with the nearest known one), wrong
types and parameters that nobody declared are all reported with line and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.errors import InvalidPreset, Problem, UnreadableSource
from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.presets.checking import Checker
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.yaml_reader import read_yaml

_NO_FILE = "preset"
"""What a text that came from no file is called."""


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
        cls, text: str | bytes, file: str = _NO_FILE, version: int = 0, *, named: bool = False
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
        checker = Checker(documents[0].origin, file, data.decode().splitlines())
        if named and not mapping(documents[0].value).get("name"):
            checker.miss("name")
        return cls._checked(documents[0].value, checker, version)

    @classmethod
    def from_value(cls, value: Any, file: str = _NO_FILE, version: int = 0) -> Preset:
        """Make a preset from plain values, as a JSON body carries them.

        Raises:
            InvalidPreset: with every problem; their places are pointers.
        """
        return cls._checked(value, Checker(Origin(), file), version)

    @classmethod
    def _checked(cls, value: Any, checker: Checker, version: int) -> Preset:
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
    if file == _NO_FILE:
        return msg("This text is not a valid preset.")
    return msg("%(file)s is not a valid preset.", file=file)
