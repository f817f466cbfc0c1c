"""What a shape is: written down once, for checking and for the published JSON Schema.

The shapes of a preset are in ``sections``, one module each; ``document`` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.messages import Message, either, msg
from migrations_app.domain.words import JSON_TYPES

PARAMETER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
PARAMETER_TEXT = r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"
"""What stands for a parameter; a pattern lets it through, its value is checked when it is known."""


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
    minimum: int | None = None
    pattern: str = ""
    right: Message | None = None

    def accepts(self, value: Any) -> bool:
        """Whether the value has one of the types, and is one of the choices if it is text."""
        if isinstance(value, str) and self.choices:
            return value in self.choices
        if isinstance(value, str) and self.pattern and not re.search(self.pattern, value):
            return False
        kind = _json_type(value)
        if kind not in self.types and not (kind == "integer" and "number" in self.types):
            return False
        if kind in ("integer", "number") and self.minimum is not None:
            return bool(value >= self.minimum)
        return True

    @property
    def described(self) -> Message | str:
        """What would be right, in words."""
        if self.right is not None:
            return self.right
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
        if self.required:
            schema["required"] = list(self.required)
        if self.pattern:
            schema["pattern"] = self.pattern
        if self.minimum is not None:
            schema["minimum"] = self.minimum
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
    """A list whose items have one shape."""
    return Shape(("array",), about, items=items)


def texts(about: str = "") -> Shape:
    """A list of texts, none of them null."""
    return listed(text(nullable=False), about)


def number(about: str = "", minimum: int = 0) -> Shape:
    """A whole number."""
    return Shape(("integer",), about, minimum=minimum)


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
PORT = Shape(("string", "integer"), "A port number, or the name of a container port.")
