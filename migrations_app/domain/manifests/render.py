"""Objects to text: canonical YAML that every reader reads alike.

Strings that a YAML 1.1 or 1.2 reader would take for something else are quoted; PyYAML alone
leaves ``y``, ``1e3`` or ``0o17`` bare, and a Go reader makes truth values and numbers of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import yaml

from migrations_app.domain.reading import scalars

_FIRST_KEYS = ("apiVersion", "kind", "metadata")
_METADATA_KEYS = ("name", "generateName", "namespace", "labels", "annotations")
_NUMBER_LIKE = re.compile(
    r"[-+.]?[0-9][0-9_.,:eExXoObBa-fA-F+-]*|[-+]?\.(?:inf|nan)", re.IGNORECASE
)
_WIDTH = 2**16
_BLOCK_SAFE = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


@lru_cache(maxsize=65536)
def _style(text: str) -> str | None:
    """How a string is written: None leaves the choice to the emitter."""
    if "\n" in text:
        return "|" if _fits_a_block(text) else '"'
    if not text or _NUMBER_LIKE.fullmatch(text):
        return "'"
    if "\x85" in text or "\u2028" in text or "\u2029" in text or "\ufeff" in text:
        return '"'
    try:
        resolved = scalars.resolve(text)
    except ValueError:
        return "'"
    return None if isinstance(resolved, str) else "'"


def _fits_a_block(text: str) -> bool:
    """Block style is read back unchanged: no odd characters, no line that ends in a space."""
    if _BLOCK_SAFE.search(text) or text.startswith((" ", "\n", "\t")):
        return False
    return not any(line != line.rstrip() for line in text.split("\n")) and not text.isspace()


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _represent_float(dumper: _Dumper, number: float) -> yaml.ScalarNode:
    text = repr(number)
    if "e" in text and "." not in text:
        mantissa, _e, exponent = text.partition("e")
        text = f"{mantissa}.0e{exponent}"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(float, _represent_float)


def canonical(body: Mapping[str, Any]) -> dict[str, Any]:
    """The object with its first keys in their usual order and the others sorted.

    Lists keep their order everywhere: in Kubernetes it can carry meaning.
    """
    ordered = {key: body[key] for key in _FIRST_KEYS if key in body}
    if isinstance(ordered.get("metadata"), dict):
        ordered["metadata"] = _ordered(ordered["metadata"], _METADATA_KEYS)
    for key in sorted(body, key=str):
        if key not in ordered:
            ordered[key] = _sorted_keys(body[key])
    return ordered


def _ordered(value: Mapping[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    ordered = {key: _sorted_keys(value[key]) for key in first if key in value}
    ordered.update((key, _sorted_keys(value[key])) for key in sorted(value) if key not in ordered)
    return ordered


def _sorted_keys(value: Any) -> Any:
    if isinstance(value, dict):
        if "name" in value:
            return {
                "name": _sorted_keys(value["name"]),
                **{key: _sorted_keys(value[key]) for key in sorted(value) if key != "name"},
            }
        return {key: _sorted_keys(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted_keys(item) for item in value]
    return value


def to_yaml(objects: Iterable[Mapping[str, Any]]) -> str:
    """YAML documents in the given order, separated by ``---``; ``""`` without objects."""
    return yaml.dump_all(
        [canonical(body) for body in objects],
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        explicit_start=False,
        default_flow_style=False,
        width=_WIDTH,
    )
