"""What a check is given, and how it makes its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from migrations_app.domain.bundle import Facts, SourceObject
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import containers, mapping
from migrations_app.domain.messages import Message
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.schemas import Schemas


@dataclass(frozen=True)
class CheckContext:
    """Everything a check may look at. It changes none of it.

    ``allowed_registries`` and ``digests_wanted`` come from the registry presets in force.
    """

    objects: tuple[SourceObject, ...]
    schemas: Schemas
    version: str
    facts: Facts = field(default_factory=Facts)
    allowed_registries: tuple[str, ...] = ()
    digests_wanted: bool = False

    @cached_property
    def containers(self) -> tuple[tuple[SourceObject, Path, dict[str, Any]], ...]:
        """Every container of every workload, looked for once for all checks."""
        return tuple(
            (item, path, container)
            for item in self.objects
            for path, container in containers(item.body)
        )


Check = Callable[[CheckContext], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What all findings of one code have in common."""

    code: str
    severity: Severity
    why: Message
    fix: Message
    fixable: bool = False
    waivable: bool = True

    def found(
        self,
        item: SourceObject,
        path: Path,
        message: Message,
        subject: str = "",
        *,
        fixable: bool | None = None,
        waivable: bool | None = None,
    ) -> Finding:
        """A finding at a field of an object; its place in the source is looked up.

        ``fixable`` and ``waivable`` are the rule's own unless this finding differs from it.
        """
        origin = item.origin.at(path)
        return Finding(
            code=self.code,
            severity=self.severity,
            place=Place(
                origin.file or item.file, origin.line, origin.column, item.label, pointer(path)
            ),
            message=message,
            why=self.why,
            fix=self.fix,
            fixable=self.fixable if fixable is None else fixable,
            waivable=self.waivable if waivable is None else waivable,
            subject=subject,
        )


def selected_by(selector: Any, labels: Any) -> bool:
    """Whether a selector of plain labels chooses a pod with these labels; an empty one does not."""
    wanted, present = mapping(selector), mapping(labels)
    return bool(wanted) and all(present.get(key) == value for key, value in wanted.items())
