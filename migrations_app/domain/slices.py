"""One service's part of what was rendered: its objects, and everything that was said of them.

A bundle is always rendered whole, so that references between its services can be followed. What
is stored, shown and gated is the part of one service, or the shared set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.engine import Made
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.digests import digest
from migrations_app.domain.manifests.ownership import OwnedService, Ownership
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.places import Place
from migrations_app.domain.provenance import traced
from migrations_app.domain.questions import Question
from migrations_app.domain.transforms.base import Recorded

SHARED = -1
_Said = TypeVar("_Said")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a service is found again in a manifest: member file, kind and name of its workload.

    An answer or an accepted fix may change the kind; file and name then decide.
    """

    file: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a manifest with its own text and digest."""

    objects: tuple[SourceObject, ...]
    text: str
    digest: str
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    loss: tuple[LossRow, ...]
    changes: tuple[Recorded, ...]
    renames: tuple[Mapping[str, str], ...]


def find(ownership: Ownership, wanted: Wanted) -> OwnedService | None:
    """The service that is wanted, None if the manifest has it no more."""
    here = [s for s in ownership.services if s.objects[0].file == wanted.file]
    named = [s for s in here if s.name == wanted.name]
    same = [s for s in named if s.kind == wanted.kind]
    return next(iter(same or named), None)


class Cutter:
    """Cuts a manifest into the parts of its services and the shared set.

    Everything that was said is attributed once: by the object it names; where it names none, by
    its file, by what was made of that file, or by the folder of a capture. What is nobody's own
    belongs to the shared set.
    """

    def __init__(self, made: Made, ownership: Ownership) -> None:
        self.made = made
        self.ownership = ownership
        self._owner: dict[str, int] = {item.label: SHARED for item in ownership.shared}
        self._in_file: dict[str, set[int]] = defaultdict(set)
        self._made_of: dict[str, set[int]] = defaultdict(set)
        for index, service in enumerate(ownership.services):
            self._owner |= {item.label: index for item in service.objects}
            self._in_file[service.objects[0].file].add(index)
            if folder := _folder(service.objects[0].file):
                self._in_file[folder].add(index)
        self._note_origins()
        self._findings = self._sorted(made.findings, lambda it: self._at(it.place))
        self._questions = self._sorted(made.questions, lambda it: self._at(it.place, it.id))
        self._loss = self._sorted(made.loss, lambda it: self._at(it.place, it.target))
        self._changes = self._sorted(made.changes, lambda it: self._of(it.label))
        self._renames = self._sorted(made.renames, self._renamed)

    def part_of(self, service: OwnedService) -> Slice:
        """The part that one service owns."""
        return self._cut(self.ownership.services.index(service), service.objects)

    @property
    def shared(self) -> Slice:
        """The part that no service owns alone."""
        return self._cut(SHARED, self.ownership.shared)

    def _cut(self, index: int, objects: tuple[SourceObject, ...]) -> Slice:
        bodies = [item.body for item in objects]
        text = to_yaml(bodies)
        return Slice(
            objects=objects,
            text=text,
            digest=digest(bodies, text),
            findings=tuple(self._findings[index]),
            questions=tuple(self._questions[index]),
            loss=tuple(self._loss[index]),
            changes=tuple(self._changes[index]),
            renames=tuple(self._renames[index]),
        )

    def _sorted(
        self, items: Iterable[_Said], owners: Callable[[_Said], Iterable[int]]
    ) -> dict[int, list[_Said]]:
        sorted_by_owner: dict[int, list[_Said]] = defaultdict(list)
        for item in items:
            for index in owners(item):
                sorted_by_owner[index].append(item)
        return sorted_by_owner

    def _of(self, label: str) -> tuple[int, ...]:
        owner = self._owner.get(label)
        return () if owner is None else (owner,)

    def _at(self, place: Place, hint: str = "") -> Iterable[int]:
        """Whom something at a place concerns; ``hint`` is a target, or the id of a question."""
        owner = self._of(place.object) or self._of("/".join(hint.split("/")[:2]))
        if owner:
            return owner
        owners = (
            self._in_file.get(place.file)
            or self._made_of.get(place.file)
            or self._in_file.get(_folder(place.file))
            or {SHARED}
        )
        return owners if len(owners) < 2 else self._named(owners, place, hint)

    def _named(self, owners: set[int], place: Place, hint: str) -> set[int]:
        """Several services come from one file: those that are named, all if none is."""
        text = " ".join((place.object, place.path, hint))
        words = set(text.replace("/", " ").replace(":", " ").split())
        named = {
            index
            for index in owners
            if index != SHARED and self.ownership.services[index].name in words
        }
        return named or owners

    def _note_origins(self) -> None:
        """From which other files an object was made: the claim of a volume, from its inspection."""
        for index, service in enumerate(self.ownership.services):
            for item in service.objects:
                for file in _files(item):
                    self._made_of[file].add(index)
        for item in self.ownership.shared:
            for file in _files(item):
                self._made_of[file].add(SHARED)

    def _renamed(self, item: Mapping[str, Any]) -> tuple[int, ...]:
        return self._of(item.get("object") or f"{item['kind']}/{item['to']}")


def _files(item: SourceObject) -> set[str]:
    """The files, beside its own, that parts of an object come from; read objects have none."""
    if item.origin.line:
        return set()
    return {
        origin.file
        for _path, _value, origin in traced(item.body, item.origin)
        if origin.file and origin.line
    }


def _folder(file: str) -> str:
    """The folder of a member file, as a key that no file has; ``""`` for one at the top."""
    return file.rpartition("/")[0] + "/" if "/" in file else ""
