"""What one file may still use up: every bound is checked before a value is built."""

from __future__ import annotations

from typing import Any, NoReturn

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.decoding import refuse
from migrations_app.domain.reading.limits import Limits


class Guard:
    """Counts documents, values, aliases and what they expand to, and refuses what is too much."""

    __slots__ = ("aliases", "documents", "expanded", "file", "limits", "nodes")

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.documents = 0
        self.nodes = 0
        self.expanded = 0
        self.aliases = 0

    def document(self, event: Any) -> None:
        """One document more."""
        self.documents += 1
        if self.documents > self.limits.documents:
            self.refuse_at(
                "too_many_documents",
                msg("More than %(limit)s documents. Split the file.", limit=self.limits.documents),
                event,
            )

    def node(self, event: Any, weight: int = 1) -> None:
        """One value more, which stands for ``weight`` values once aliases are written out."""
        self.nodes += 1
        self.expanded += weight
        if self.nodes > self.limits.nodes:
            self.refuse_at(
                "too_many_nodes",
                msg("More than %(limit)s values. Split the file.", limit=self.limits.nodes),
                event,
            )
        if self.expanded > self.limits.expanded:
            self.refuse_at(
                "yaml_alias_expansion",
                msg(
                    "Written out, the aliases come to more than %(limit)s values.",
                    limit=self.limits.expanded,
                ),
                event,
            )

    def alias(self, event: Any, weight: int) -> None:
        """One alias more, for a value of ``weight`` values."""
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            self.refuse_at(
                "yaml_alias_expansion",
                msg("More than %(limit)s aliases.", limit=self.limits.aliases),
                event,
            )
        self.node(event, weight)

    def depth(self, event: Any, depth: int) -> None:
        """A mapping or list opens within ``depth`` others."""
        if depth >= self.limits.depth:
            self.refuse_at(
                "yaml_too_deep",
                msg("Nested deeper than %(limit)s levels.", limit=self.limits.depth),
                event,
            )

    def refuse_at(self, code: str, message: Message, event: Any) -> NoReturn:
        """End the reading where the event stands."""
        mark = event.start_mark
        refuse(code, message, Place(self.file, mark.line + 1, mark.column + 1))
