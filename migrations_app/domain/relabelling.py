"""What is known about objects under their source's names, under the names they have now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from migrations_app.domain.bundle import Facts, SourceObject
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.resources import containers
from migrations_app.domain.transforms.base import Recorded, Running

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Relabelling:
    """Old label → new label, and (old label, old container name) → new container name.

    Only what changed is in it.
    """

    labels: Mapping[str, str]
    containers: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, sources: Sequence[SourceObject], running: Running) -> Relabelling:
        """Compare the objects on their way with the sources they come from."""
        labels: dict[str, str] = {}
        renamed: dict[tuple[str, str], str] = {}
        for source, item in zip(running.sources, running.objects, strict=True):
            if source < 0 or item.body is sources[source].body:
                continue
            old = sources[source]
            if old.label != item.label:
                labels[old.label] = item.label
            names, new_names = _names(old), _names(item)
            if len(names) != len(new_names):
                continue  # the pod was split: what is left goes by the names it had
            for before, after in zip(names, new_names, strict=True):
                if before != after:
                    renamed[old.label, before] = after
        return cls(labels, renamed)

    def label(self, old: str) -> str:
        return self.labels.get(old, old)

    def facts(self, facts: Facts) -> Facts:
        """Facts about objects and their containers, under the names that these have now."""
        if not self.labels and not self.containers:
            return facts
        return replace(
            facts,
            healthchecks={
                (self.label(label), self.containers.get((label, name), name)): check
                for (label, name), check in facts.healthchecks.items()
            },
            aliases=self._moved(facts.aliases),
            identities=self._moved(facts.identities),
            networks=self._moved(facts.networks),
            published=self._moved(facts.published),
        )

    def record(self, record: Iterable[Recorded]) -> tuple[Recorded, ...]:
        """Changes, each under the label that its object has in the end."""
        return tuple(
            replace(item, label=self.labels[item.label]) if item.label in self.labels else item
            for item in record
        )

    def loss(self, rows: Iterable[LossRow]) -> tuple[LossRow, ...]:
        """Rows of built objects, whose targets were named before the objects were."""
        if not self.labels:
            return tuple(rows)
        return tuple(replace(row, target=self._target(row.target)) for row in rows)

    def _target(self, target: str) -> str:
        if not target:
            return ""
        parts = target.split(", ")
        for index, part in enumerate(parts):
            kind, _slash, rest = part.partition("/")
            name, slash, path = rest.partition("/")
            parts[index] = self.label(f"{kind}/{name}") + slash + path
        return ", ".join(parts)

    def _moved(self, values: Mapping[str, _Value]) -> dict[str, _Value]:
        return {self.label(label): value for label, value in values.items()}


def _names(item: SourceObject) -> list[str]:
    return [str(container.get("name")) for _path, container in containers(item.body)]
