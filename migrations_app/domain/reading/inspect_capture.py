"""What a capture keeps beside its inspections: small mounted files, and ``generate kube``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.spec import ContainerSpec, ServiceSpec

_FROM_THE_HOST = frozenset({"HOSTNAME", "TERM", "container", "PATH", "HOME"})


@dataclass(frozen=True, slots=True)
class MountNotes:
    """The text of small files that were bind-mounted, and which mounted paths are folders."""

    files: Mapping[str, str] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()

    def is_directory(self, path: str) -> bool | None:
        """Whether a host path is a folder; None where the capture could not tell."""
        if path in self.files:
            return False
        return True if path in self.folders else None


def read_mount_notes(notes: Sequence[Document], folder: str) -> MountNotes:
    """The ``mounts.json`` of one capture."""
    files: dict[str, str] = {}
    folders: set[str] = set()
    for document in notes:
        value = document.value
        if document.file != _beside(folder, "mounts.json") or not isinstance(value, dict):
            continue
        for item in value.get("files") or ():
            if isinstance(item, dict) and isinstance(item.get("content"), str):
                files[str(item.get("path"))] = item["content"]
        folders |= {str(path) for path in value.get("directories") or ()}
    return MountNotes(files, frozenset(folders))


def _beside(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


@dataclass(frozen=True, slots=True)
class _KubeContainer:
    name: str
    value: Mapping[str, Any]
    place: Place
    init: bool


def kube_containers(notes: Sequence[Document], folder: str) -> tuple[_KubeContainer, ...]:
    """The containers that ``podman generate kube`` printed for one capture."""
    return tuple(_kube_containers(notes, folder))


def _kube_containers(notes: Sequence[Document], folder: str) -> Iterator[_KubeContainer]:
    for document in notes:
        if document.file != _beside(folder, "generate-kube.yaml"):
            continue
        path: tuple[str, ...] = ("spec",)
        spec = document.value.get("spec") if isinstance(document.value, dict) else None
        if isinstance(spec, dict) and isinstance(spec.get("template"), dict):
            path, spec = ("spec", "template", "spec"), spec["template"].get("spec")
        for key in ("initContainers", "containers"):
            listed = spec.get(key) if isinstance(spec, dict) else None
            for index, value in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(value, dict):
                    origin = document.origin.at((*path, key, index))
                    place = Place(document.file, origin.line, origin.column)
                    name = str(value.get("name"))
                    yield _KubeContainer(name, value, place, key == "initContainers")


def init_names(notes: Sequence[Document], folder: str) -> frozenset[str]:
    """The containers that ``generate kube`` knows to be init containers, by comparable name."""
    return frozenset(comparable(c.name) for c in kube_containers(notes, folder) if c.init)


def comparable(name: str) -> str:
    """A name as ``generate kube`` leaves it: without underscores, and blind to case."""
    return re.sub("[^a-z0-9]", "", name.lower())


def disagreements(
    service: ServiceSpec, notes: Sequence[Document], folder: str
) -> Iterator[Finding]:
    """Where ``generate kube`` contradicts the inspections; that it says less is expected."""
    ours = {comparable(container.name): container for container in service.containers}
    pod = comparable(service.name)
    ports = {p.container_port for c in service.containers for p in c.ports}
    for theirs in kube_containers(notes, folder):
        name = comparable(theirs.name)
        container = ours.get(name) or ours.get(name.removeprefix(pod))
        if container is None:
            yield _finding(
                theirs,
                msg(
                    "generate kube knows a container %(name)s, the inspections do not.",
                    name=theirs.name,
                ),
            )
            continue
        yield from _differences(theirs, container, ports)


def _differences(theirs: _KubeContainer, ours: ContainerSpec, ports: set[int]) -> Iterator[Finding]:
    image = str(theirs.value.get("image") or "")
    if image and ours.image and not _same_image(image, ours.image):
        yield _finding(
            theirs,
            msg(
                "generate kube names the image %(theirs)s, the inspection %(ours)s.",
                theirs=image,
                ours=ours.image,
            ),
        )
    known = {*ours.environment, *_FROM_THE_HOST}
    for item in _mappings(theirs.value.get("env")):
        if item.get("name") not in known:
            yield _finding(
                theirs,
                msg(
                    "generate kube sets %(name)s, the inspection does not.",
                    name=item.get("name"),
                ),
            )
    for item in _mappings(theirs.value.get("ports")):
        if item.get("containerPort") not in ports:
            yield _finding(
                theirs,
                msg(
                    "generate kube names port %(port)s, the inspection does not.",
                    port=item.get("containerPort"),
                ),
            )


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _same_image(one: str, other: str) -> bool:
    return one.removesuffix(":latest") == other.removesuffix(":latest")


def _finding(container: _KubeContainer, message: Message) -> Finding:
    return Finding(
        code="CAP-01",
        severity=Severity.MEDIUM,
        place=container.place,
        message=message,
        why=msg("Both describe the same containers at the same moment; one of them is wrong."),
        fix=msg("Capture the service again, and compare the files of the capture."),
        subject=str(message),
    )
