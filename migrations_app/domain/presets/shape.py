"""The shape of a preset, written down once: for checking, and for the published JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain.messages import Message, either, msg
from migrations_app.domain.words import JSON_TYPES

SCHEMA_ID = "https://kakehashi.dev/schemas/preset.json"


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand in one place.

    ``types`` are JSON types. A mapping with ``keys`` takes no others, unless ``values`` says what
    they must be. ``choices`` and ``pattern`` restrict text; ``right`` says in words what the
    pattern takes. ``later`` are keys that a coming version will know.
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
    later: tuple[str, ...] = ()

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


def _map(about: str = "", required: tuple[str, ...] = (), **keys: Shape) -> Shape:
    return Shape(("object",), about, keys=keys, required=required)


def _text(about: str = "", *choices: str, nullable: bool = True) -> Shape:
    return Shape(("string",), about, choices=choices, nullable=nullable)


_PARAMETER = r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"
_QUANTITY = Shape(
    ("string", "number"),
    "a Kubernetes quantity such as 100m or 128Mi",
    pattern=rf"^([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$|{_PARAMETER}",
    minimum=0,
    right=msg("a Kubernetes quantity such as 100m or 128Mi"),
)
_AMOUNTS = Shape(("object",), values=_QUANTITY)
_RESOURCES = _map("Requests and limits of a container.", requests=_AMOUNTS, limits=_AMOUNTS)
_PORT = Shape(("string", "integer"), "A port number, or the name of a container port.")
_SECONDS = Shape(("integer",), minimum=0)
_POSITIVE = Shape(("integer",), minimum=1)
_PROBE_KEYS = {
    "httpGet": _map(
        "GET a path; 200 to 399 is success.",
        path=_text(),
        port=_PORT,
        scheme=_text("", "HTTP", "HTTPS"),
        host=_text(),
        httpHeaders=Shape(
            ("array",), items=_map("", ("name", "value"), name=_text(), value=_text())
        ),
    ),
    "tcpSocket": _map("Open a connection.", port=_PORT, host=_text()),
    "exec": _map(
        "Run a command; exit code 0 is success.",
        command=Shape(("array",), items=_text(nullable=False)),
    ),
    "grpc": _map("Ask the gRPC health service.", port=Shape(("integer",)), service=_text()),
    "initialDelaySeconds": _SECONDS,
    "periodSeconds": _POSITIVE,
    "timeoutSeconds": _POSITIVE,
    "successThreshold": _POSITIVE,
    "failureThreshold": _POSITIVE,
    "terminationGracePeriodSeconds": _POSITIVE,
}
PROBE_ACTIONS = frozenset({"httpGet", "tcpSocket", "exec", "grpc"})
PROBE_KINDS = ("readiness", "liveness", "startup")
PROBE_WORDS = ("none", "fromPorts", "fromHealthcheck")
_PROBE = Shape(
    ("object", "string"),
    "A probe, or where it is to come from.",
    keys=_PROBE_KEYS,
    choices=PROBE_WORDS,
)
_PROBES = dict.fromkeys(PROBE_KINDS, _PROBE)

_LATER = (
    "configuration",
    "secrets",
    "security",
    "exposure",
    "workload",
    "scaling",
    "storage",
    "observability",
    "network",
)

_SECTIONS = _map(
    "Settings that are applied to manifests.",
    name=_text("What the preset is called; a stored one needs it.", nullable=False),
    scope=_map(
        "Whom it is for; without it, the whole organisation.",
        application=_text("The slug of an application."),
        environment=_text("The name of an environment."),
    ),
    parameters=Shape(
        ("object",),
        "Values that whoever renders gives; used as ${NAME}.",
        values=Shape(
            ("object",),
            keys={
                "required": Shape(("boolean",), "Whether rendering needs a value."),
                "default": Shape(("string", "number"), "The value when none is given."),
                "description": _text("What the value means."),
            },
        ),
    ),
    registry=_map(
        "Where images are pulled from.",
        rewrite=Shape(
            ("array",),
            "The longest matching from wins; the path below it is kept.",
            items=Shape(
                ("object",),
                keys={"from": _text(nullable=False), "to": _text(nullable=False)},
                required=("from", "to"),
                nullable=False,
            ),
        ),
        tag=Shape(
            ("string",),
            "the tag of rewritten images (quoted if it is a number), or keep",
            pattern=rf"^[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}$|{_PARAMETER}",
            right=msg("the tag of rewritten images (quoted if it is a number), or keep"),
        ),
        pin=_text("digest pins images whose digest is known.", "digest", "none"),
        pullPolicy=_text("", "Always", "IfNotPresent", "Never"),
        pullSecrets=Shape(("array",), "Names of pull secrets.", items=_text(nullable=False)),
    ),
    resources=_map(
        "Requests and limits.",
        default=_RESOURCES,
        containers=Shape(("object",), "By container name; wins over default.", values=_RESOURCES),
    ),
    probes=Shape(
        ("object",),
        "Health probes of containers that keep running.",
        keys={
            **_PROBES,
            "containers": Shape(
                ("object",),
                "By container name; wins over the others.",
                values=Shape(("object",), keys=_PROBES),
            ),
        },
    ),
)

PRESET = replace(_SECTIONS, later=_LATER)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of preset files, as it is published."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Kakehashi preset",
        **PRESET.to_json_schema(),
        "type": "object",
    }
