"""One inspection: a value that Podman printed, read field by field with the place of each.

A reader asks for values with the typed getters, which answer "not there" for a shape that does not
fit. It calls :meth:`Inspection.place` for what it takes into the spec and :meth:`Inspection.settle`
for what it deliberately leaves behind; the field ledger accounts for everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading.documents import Document


class InspectionKind(StrEnum):
    """What was inspected; the value is the word that places and the loss report use."""

    CONTAINER = "Container"
    POD = "Pod"
    IMAGE = "Image"
    VOLUME = "Volume"
    NETWORK = "Network"


_MARKS: tuple[tuple[InspectionKind, frozenset[str]], ...] = (
    (InspectionKind.CONTAINER, frozenset({"Config", "HostConfig"})),
    (InspectionKind.CONTAINER, frozenset({"Config", "Mounts", "State"})),
    (InspectionKind.CONTAINER, frozenset({"Config", "Mounts", "Id"})),
    (InspectionKind.POD, frozenset({"InfraContainerID"})),
    (InspectionKind.POD, frozenset({"NumContainers"})),
    (InspectionKind.POD, frozenset({"Containers", "CgroupParent"})),
    (InspectionKind.IMAGE, frozenset({"RepoTags"})),
    (InspectionKind.IMAGE, frozenset({"RootFS"})),
    (InspectionKind.VOLUME, frozenset({"Mountpoint"})),
    (InspectionKind.NETWORK, frozenset({"cniVersion", "plugins"})),
    (InspectionKind.NETWORK, frozenset({"driver", "name"})),
    (InspectionKind.NETWORK, frozenset({"IPAM", "Driver"})),
)


def inspection_kind(value: Any) -> InspectionKind | None:
    """What an object of ``podman inspect`` and its kin describes, told by its keys."""
    if not isinstance(value, dict):
        return None
    return next((kind for kind, needed in _MARKS if needed <= set(value)), None)


@dataclass(slots=True)
class Inspection:
    """One inspected thing. ``taken`` are the paths that went into the spec."""

    kind: InspectionKind
    value: Mapping[str, Any]
    origin: Origin
    file: str
    taken: set[Path] = field(default_factory=set)
    rows: list[LossRow] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name; images go by their first tag, Docker's leading slash is not a part of it."""
        name = self.text("Name") or self.text("name")
        if not name and self.kind is InspectionKind.IMAGE:
            name = next(iter(self.texts("RepoTags")), "")
        return name.lstrip("/") or self.id[:12] or "unnamed"

    @property
    def id(self) -> str:
        return (self.text("Id") or self.text("ID") or self.text("id")).removeprefix("sha256:")

    @property
    def folder(self) -> str:
        """The folder of the member file, ``""`` at the top."""
        return self.file.rpartition("/")[0]

    @property
    def label(self) -> str:
        """How places call it: ``Container/web``."""
        return f"{self.kind}/{self.name}"

    def get(self, *path: str | int) -> Any:
        """The value at a path, None where there is none."""
        here: Any = self.value
        for step in path:
            if isinstance(here, dict):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return here

    def text(self, *path: str | int) -> str:
        value = self.get(*path)
        return value if isinstance(value, str) else ""

    def number(self, *path: str | int) -> int:
        value = self.get(*path)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def flag(self, *path: str | int) -> bool:
        return self.get(*path) is True

    def texts(self, *path: str | int) -> tuple[str, ...]:
        value = self.get(*path)
        if not isinstance(value, list):
            return ()
        return tuple(item for item in value if isinstance(item, str))

    def mapping(self, *path: str | int) -> Mapping[str, Any]:
        value = self.get(*path)
        return value if isinstance(value, dict) else {}

    def sequence(self, *path: str | int) -> Sequence[Any]:
        value = self.get(*path)
        return value if isinstance(value, list) else ()

    def place(self, *path: str | int) -> Place:
        """Where a field stands; asking for it says that the field went into the spec."""
        self.taken.add(path)
        return self.spot(*path)

    def spot(self, *path: str | int) -> Place:
        """Where a field stands, for a finding: the field is not taken by this."""
        origin = self.origin.at(path)
        return Place(self.file, origin.line, origin.column, self.label, pointer(path))

    def settle(self, path: Path, outcome: Outcome, reason: Message, target: str = "") -> None:
        """Say what became of a field that does not go into the spec."""
        place = self.place(*path)
        self.rows.append(LossRow(place.object + place.path, outcome, target, reason, place))

    def drop(self, path: Path, reason: Message) -> None:
        self.settle(path, Outcome.DROPPED, reason)


def inspections(documents: Sequence[Document]) -> Iterator[Inspection]:
    """Every inspected thing of some documents; anything else in them is passed over."""
    for document in documents:
        listed = document.value if isinstance(document.value, list) else [document.value]
        for index, value in enumerate(listed):
            kind = inspection_kind(value)
            if kind is not None:
                path: Path = (index,) if isinstance(document.value, list) else ()
                yield Inspection(kind, value, document.origin.at(path), document.file)
