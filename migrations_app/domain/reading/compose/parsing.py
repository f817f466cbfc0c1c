"""The files of a bundle as nodes, each parsed once however often it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrations_app.domain.reading.compose.nodes import Node, node_of
from migrations_app.domain.reading.decoding import with_joined_surrogates
from migrations_app.domain.reading.dialects import COMPOSE
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.yaml_reader import read_yaml


@dataclass(slots=True)
class Parser:
    """Reads YAML in the dialect of compose; a file is known by its name and its text."""

    limits: Limits
    known: dict[tuple[str, str], tuple[Node, ...]] = field(default_factory=dict)

    def trees(self, name: str, text: str) -> tuple[Node, ...]:
        """The documents of a file.

        Raises:
            UnreadableSource: it is no YAML, or too much of it.
        """
        key = name, text
        if key not in self.known:
            plain = with_joined_surrogates(text) if text.lstrip()[:1] == "{" else text
            documents, _findings = read_yaml(plain, name, self.limits, COMPOSE)
            self.known[key] = tuple(node_of(item.value, item.origin, name) for item in documents)
        return self.known[key]
