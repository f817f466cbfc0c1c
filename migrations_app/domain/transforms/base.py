"""What a transform is, and the runner that keeps the record of what each one did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from migrations_app.domain.bundle import Object, Objects, SourceObject, object_label
from migrations_app.domain.following import follow
from migrations_app.domain.messages import Message
from migrations_app.domain.provenance import Change, Origin, Step, StepKind, made
from migrations_app.domain.questions import Question
from migrations_app.domain.taking_over import taken_over


class Transform(Protocol):
    """A small frozen value that makes objects from objects.

    The first ``len(objects)`` results correspond one to one to the inputs (None: dropped), further
    ones are new. What is not touched is returned as it is, by identity; inputs are never changed;
    a second run changes nothing.
    """

    @property
    def step(self) -> Step:
        """What the record says of everything this transform changes."""
        ...

    def __call__(self, objects: Objects) -> Sequence[Object | None]: ...


class Offshoot(dict[str, Any]):
    """A new object that takes over values from one of the objects a transform was given.

    What it took over keeps its place in the source, and counts as moved. The runner makes it a
    plain object.
    """

    __slots__ = ("parent",)

    def __init__(self, body: Mapping[str, Any], parent: int) -> None:
        super().__init__(body)
        self.parent = parent


@runtime_checkable
class Asking(Protocol):
    """What a transform also is that leaves something to a person.

    It goes on with the answer in force. Its questions are those of the objects as they are before
    it runs; one stays when it is answered, so that the answer can be looked at again, and may lead
    to others.
    """

    def questions(self, items: Sequence[SourceObject]) -> Sequence[Question]: ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """One change, and the source object in which it happened (index into the sources, -1: new)."""

    source: int
    label: str
    change: Change


def built_step(by: str, why: Message) -> Step:
    return Step(StepKind.BUILT, by, why)


@dataclass(slots=True)
class Running:
    """The objects on their way through the transforms.

    ``sources`` holds, for each object, the index of the source object it comes from, -1 for new.
    ``questions`` are those that transforms put, by id.
    """

    objects: list[SourceObject]
    sources: list[int]
    record: list[Recorded]
    questions: dict[str, Question] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Iterable[SourceObject]) -> Running:
        listed = list(objects)
        return cls(listed, list(range(len(listed))), [])

    @property
    def bodies(self) -> Objects:
        return tuple(item.body for item in self.objects)

    def run(self, transforms: Iterable[Transform]) -> None:
        """Apply transforms in order, each to what the one before it left.

        Transforms that follow each other for one step, and only change what is there, are looked
        at as one: their difference is what the step did.
        """
        changed: Sequence[Object] = self.bodies
        step: Step | None = None
        for transform in transforms:
            if step is not None and (step is not transform.step or isinstance(transform, Asking)):
                self._keep(changed, step)
                changed, step = self.bodies, None
            self._ask(transform)
            results = transform(tuple(changed))
            if len(results) == len(changed) and all(body is not None for body in results):
                changed, step = [body for body in results if body is not None], transform.step
                continue
            if step is not None:
                self._keep(changed, step)
            self._keep(results, transform.step)
            changed, step = self.bodies, None
        if step is not None:
            self._keep(changed, step)

    def _ask(self, transform: Transform) -> None:
        if isinstance(transform, Asking):
            for question in transform.questions(self.objects):
                self.questions.setdefault(question.id, question)

    def _keep(self, results: Sequence[Object | None], step: Step) -> None:
        """Take over what a step made, with the origin of every field and a record of changes."""
        objects: list[SourceObject] = []
        sources: list[int] = []
        changed: dict[int, slice] = {}
        for index, new in enumerate(results):
            if index < len(self.objects):
                first = len(self.record)
                kept = self._follow(index, new, step)
                if kept is not None:
                    objects.append(kept)
                    sources.append(self.sources[index])
                if kept is not self.objects[index]:
                    changed[index] = slice(first, len(self.record))
            elif new is not None:
                objects.append(self._new(new, step, changed))
                sources.append(-1)
        self.objects, self.sources = objects, sources

    def _new(self, new: Object, step: Step, changed: Mapping[int, slice]) -> SourceObject:
        if not isinstance(new, Offshoot):
            return SourceObject(new, made(new, step))
        parent = self.objects[new.parent]
        changes = [item.change for item in self.record[changed.get(new.parent, slice(0))]]
        origin = taken_over(new, step, parent.body, changes, parent.origin)
        return SourceObject(dict(new), origin)

    def _follow(self, index: int, new: Object | None, step: Step) -> SourceObject | None:
        old = self.objects[index]
        if new is old.body:
            return old
        label = object_label(old.body)
        if new is None:
            change = Change(step, (), old.body, None, old.origin)
            self.record.append(Recorded(self.sources[index], label, change))
            return None
        changes: list[Change] = []
        origin: Origin = follow(old.body, new, old.origin, step, changes)
        self.record.extend(Recorded(self.sources[index], label, change) for change in changes)
        return SourceObject(new, origin, old.file, old.document)
