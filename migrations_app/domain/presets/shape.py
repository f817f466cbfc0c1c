"""What a shape is: written down once, for checking and for the published JSON Schema.

The shapes of a preset are in ``sections``, one module each; ``document`` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain.messages import Message, either, msg
from migrations_app.domain.words import JSON_TYPES

PARAMETER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
PARAMETER_TEXT = r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"
"""What stands for a parameter; a pattern lets it through, its value is checked when it is known."""
HIGHEST = 2**31 - 1
"""The highest number that a cluster reads where it reads 32 bits."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand in one place.

    ``types`` are JSON types. A mapping with ``keys`` takes no others, unless ``values`` says what
    they must be. ``choices`` and ``pattern`` restrict text; ``right`` says in words what the
    pattern takes.
    """

    types: tuple[str, ...]
    about: str = ""
    keys: Mapping[str, Shape] | None = None
    values: Shape | None = None
    items: Shape | None = None
    choices: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    nullable: bool = True
    least: int = 0
    minimum: int | None = None
    maximum: int | None = None
    pattern: str = ""
    right: Message | None = None

    def accepts(self, value: Any) -> bool:
        """Whether the value has one of the types, and is one of the choices if it is text."""
        if isinstance(value, str) and self.choices:
            return value in self.choices
        if isinstance(value, str) and self.pattern:
            if not re.search(self.pattern, value) or value.endswith("\n"):
                return False
        kind = _json_type(value)
        if kind not in self.types and not (kind == "integer" and "number" in self.types):
            return False
        if isinstance(value, list) and len(value) < self.least:
            return False
        if kind in ("integer", "number"):
            above = self.minimum is None or value >= self.minimum
            return bool(above and (self.maximum is None or value <= self.maximum))
        return True

    @property
    def described(self) -> Message | str:
        """What would be right, in words."""
        if self.right is not None:
            return self.right
        if self.least:
            return msg("a list with at least one entry")
        if self.types == ("integer",) and self.minimum is not None and self.maximum is not None:
            return msg(
                "a whole number from %(least)s to %(most)s", least=self.minimum, most=self.maximum
            )
        parts = [kind for kind in self.types if kind != "string" or not self.choices]
        described: Message | str = either([*self.choices, *(JSON_TYPES[kind] for kind in parts)])
        return described

    def to_json_schema(self) -> dict[str, Any]:
        """The same as JSON Schema (2020-12)."""
        types = [*self.types, "null"] if self.nullable else list(self.types)
        schema: dict[str, Any] = {"type": types if len(types) > 1 else types[0]}
        if self.about:
            schema["description"] = self.about
        if self.choices and self.types == ("string",):
            schema["enum"] = [*self.choices, None] if self.nullable else list(self.choices)
        elif self.choices:
            schema["anyOf"] = [
                {"enum": list(self.choices)},
                {"not": {"type": "string"}},
            ]
        if self.keys is not None:
            schema["properties"] = {k: v.to_json_schema() for k, v in self.keys.items()}
        if self.keys is not None or self.values is not None:
            schema["additionalProperties"] = self.values.to_json_schema() if self.values else False
        if self.items is not None:
            schema["items"] = self.items.to_json_schema()
        if self.least:
            schema["minItems"] = self.least
        if self.required:
            schema["required"] = list(self.required)
        if self.pattern:
            schema["pattern"] = self.pattern
        if self.minimum is not None:
            schema["minimum"] = self.minimum
        if self.maximum is not None:
            schema["maximum"] = self.maximum
        return schema


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    for kind, name in ((str, "string"), (int, "integer"), (float, "number"), (dict, "object")):
        if isinstance(value, kind):
            return name
    return "array" if isinstance(value, list) else "null"


def keys(about: str = "", required: tuple[str, ...] = (), /, **known: Shape) -> Shape:
    """A mapping that takes these keys and no others."""
    return Shape(("object",), about, keys=known, required=required)


def by_name(values: Shape, about: str = "") -> Shape:
    """A mapping from any name to values of one shape."""
    return Shape(("object",), about, values=values)


def text(about: str = "", *choices: str, nullable: bool = True) -> Shape:
    """Text: any, or one of the choices."""
    return Shape(("string",), about, choices=choices, nullable=nullable)


def listed(items: Shape, about: str = "") -> Shape:
    """A list whose items have one shape; none of them is null."""
    return Shape(("array",), about, items=replace(items, nullable=False))


def texts(about: str = "") -> Shape:
    """A list of texts."""
    return listed(text(), about)


def number(about: str = "", minimum: int = 0, maximum: int = HIGHEST) -> Shape:
    """A whole number; without another limit, what fits into 32 bits."""
    return Shape(("integer",), about, minimum=minimum, maximum=maximum)


def named(about: str = "", *, holds: str = "") -> Shape:
    """The name of an object; ``holds`` may stand within, for what is put in its place."""
    part = rf"[a-z0-9]|{re.escape(holds)}" if holds else "[a-z0-9]"
    label = rf"(?:{part})(?:(?:{part}|-)*(?:{part}))?"
    return Shape(
        ("string",),
        about,
        pattern=rf"^(?=.{{1,253}}$){label}(?:\.{label})*$|{PARAMETER_TEXT}",
        right=msg("a name of lower-case letters, digits, hyphens and dots"),
    )


def flag(about: str = "") -> Shape:
    """True or false."""
    return Shape(("boolean",), about)


_A_QUANTITY = "a Kubernetes quantity such as 100m or 128Mi"
QUANTITY = Shape(
    ("string", "number"),
    _A_QUANTITY,
    pattern=rf"^([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$|{PARAMETER_TEXT}",
    minimum=0,
    right=msg("a Kubernetes quantity such as 100m or 128Mi"),
)
LABEL_KEY = Shape(
    ("string",),
    "The key of a label.",
    pattern=rf"^(?:[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$|{PARAMETER_TEXT}",
    right=msg("a key of a label, such as topology.kubernetes.io/zone"),
)
WORDS = Shape(("array",), items=Shape(("string",), nullable=False), least=1)
"""The words of a command: there is at least one."""
ROOTED = Shape(
    ("string",),
    pattern=rf"^/|{PARAMETER_TEXT}",
    right=msg("a path that begins with a slash"),
)
HIGHEST_PORT = 65_535
PORT = Shape(
    ("string", "integer"),
    "A port number, or the name of a container port.",
    pattern=rf"^[a-z0-9](?:-?[a-z0-9])*$|{PARAMETER_TEXT}",
    minimum=1,
    maximum=HIGHEST_PORT,
    right=msg("a port from 1 to 65535, or the name of a port"),
)
