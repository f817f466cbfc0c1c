"""Which inspections belong together: pods and their containers, images, volumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.inspections import Inspection, InspectionKind


@dataclass(frozen=True, slots=True)
class Shelf:
    """All inspections of a bundle, and the notes of its captures."""

    items: Sequence[Inspection]
    notes: Sequence[Document]

    def of(self, kind: InspectionKind) -> list[Inspection]:
        return [item for item in self.items if item.kind is kind]

    def image_of(self, container: Inspection) -> Inspection | None:
        """By ID, then by name; the one of the same capture first."""
        identity = container.text("Image").removeprefix("sha256:")
        name = container.text("ImageName") or container.text("Config", "Image")
        images = sorted(
            self.of(InspectionKind.IMAGE),
            key=lambda image: image.folder != container.folder,
        )
        by_id = (image for image in images if identity and image.id == identity)
        by_name = (image for image in images if not identity and name in image.texts("RepoTags"))
        return next(by_id, None) or next(by_name, None)

    def volume(self, name: str, folder: str) -> Inspection | None:
        found = [item for item in self.of(InspectionKind.VOLUME) if item.name == name]
        return next((item for item in found if item.folder == folder), next(iter(found), None))


@dataclass(frozen=True, slots=True)
class Group:
    """What becomes one service: a pod and its containers, or a container alone."""

    pod: Inspection | None
    infra: Inspection | None
    members: tuple[Inspection, ...]
    pod_id: str = ""


def groups(shelf: Shelf) -> list[Group]:
    """Pods with their containers, and containers outside pods, in the order they were read."""
    containers = _without_repeats(shelf.of(InspectionKind.CONTAINER))
    pods = {pod.id: pod for pod in _without_repeats(shelf.of(InspectionKind.POD))}
    found: dict[str, Group] = {}
    for item in shelf.items:
        if item.kind is InspectionKind.POD and pods.get(item.id) is item:
            found.setdefault(item.id, _group(pods, containers, item.id))
        elif item.kind is InspectionKind.CONTAINER and item in containers:
            pod_id = item.text("Pod")
            if not pod_id:
                found[item.id or item.label] = Group(None, None, (item,))
            else:
                found.setdefault(pod_id, _group(pods, containers, pod_id))
    return list(found.values())


def _without_repeats(items: Iterable[Inspection]) -> list[Inspection]:
    seen: dict[str, Inspection] = {}
    for item in items:
        seen.setdefault(item.id or item.label, item)
    return list(seen.values())


def _group(pods: Mapping[str, Inspection], containers: Sequence[Inspection], pod_id: str) -> Group:
    members = [item for item in containers if item.text("Pod") == pod_id]
    pod = pods.get(pod_id)
    infra_id = pod.text("InfraContainerID") if pod else ""
    infra = next((m for m in members if m.flag("IsInfra") or m.id == infra_id), None)
    regular = tuple(sorted((m for m in members if m is not infra), key=_created))
    return Group(pod, infra, regular, pod_id)


def _created(container: Inspection) -> tuple[str, str]:
    return container.text("Created"), container.name
