"""The dialects of YAML: one reader, and what differs between those who read the file after us.

Kubernetes resolves scalars as YAML 1.1 does and takes a merged key that is set again for a
duplicate; compose resolves them as YAML 1.2 does, lets the key that stands there win, and has two
tags of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading import scalars
from migrations_app.domain.reading.yaml_merge import Merge, merge, merge_beneath

RESET, OVERRIDE = "!reset", "!override"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value with a tag that means something to its dialect."""

    tag: str
    value: Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """How plain scalars, keys, merges and tags are understood."""

    resolve: Callable[[str], scalars.Scalar]
    key: Callable[[str], str]
    other_reading: Callable[[str], Message | None]
    merge: Callable[[list[Merge], dict[str, Any], dict[str, Origin]], None]
    unknown_tag: Message
    tags: frozenset[str] = frozenset()


KUBERNETES = Dialect(
    scalars.resolve,
    scalars.resolve_key,
    scalars.other_reading,
    merge,
    msg("The tag %(tag)s means nothing to Kubernetes. Take it away."),
)
COMPOSE = Dialect(
    scalars.resolve_compose,
    scalars.key_as_written,
    scalars.no_other_reading,
    merge_beneath,
    msg("The tag %(tag)s means nothing to compose. Take it away."),
    frozenset({RESET, OVERRIDE}),
)
