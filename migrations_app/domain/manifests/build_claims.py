"""Claims for data that outlives a pod: who has them, how large they are, who shares them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import (
    Ledger,
    changed,
    choices,
    without_empty,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key, is_subdomain
from migrations_app.domain.places import Place
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import Mount, MountKind, ServiceSpec, VolumeSpec

_GIBIBYTE = 2**30
_ROOM = 2
"""A claim is made for twice what is in use, rounded up to whole GiB."""
_CLUSTER_DEFAULT = "default"
_COPY = msg("A named volume becomes a claim; its data is not copied by itself.")


@dataclass(slots=True)
class Folders:
    """Folders of the host that services see: what one writes there, the others read.

    ``claims`` are those made so far, by folder.
    """

    shared: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    claims: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, specs: Sequence[ServiceSpec]) -> Folders:
        users: dict[str, set[str]] = {}
        written: set[str] = set()
        for spec, mount in _binds(specs):
            folder = folder_of(spec, mount)
            users.setdefault(folder, set()).add(spec.name)
            if not mount.read_only:
                written.add(folder)
        shared = frozenset(folder for folder, services in users.items() if len(services) > 1)
        return cls(shared, frozenset(written))


@dataclass(slots=True)
class Claims:
    """All claims of a bundle. A volume that one StatefulSet alone uses is a template of it.

    ``shared`` are the volumes of several services, ``stateful`` the services that are StatefulSets.
    """

    ledger: Ledger
    shared: frozenset[str] = frozenset()
    folders: Folders = field(default_factory=lambda: Folders())
    stateful: set[str] = field(default_factory=set)
    known: dict[str, VolumeSpec] = field(default_factory=dict)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    config_maps: list[dict[str, Any]] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    templates: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, specs: Sequence[ServiceSpec], ledger: Ledger) -> Claims:
        users: dict[str, set[str]] = {}
        for spec in specs:
            for name in _mounted(spec):
                users.setdefault(name, set()).add(spec.name)
        shared = frozenset(name for name, services in users.items() if len(services) > 1)
        known = {volume.name: volume for spec in specs for volume in spec.volumes}
        return cls(ledger, shared, Folders.of(specs), known=known)

    def is_template(self, service: ServiceSpec, name: str) -> bool:
        """Whether a volume is a claim template of the service's StatefulSet."""
        external = name in self.known and self.known[name].external
        return not external and name not in self.shared and service.name in self.stateful

    def use(self, service: ServiceSpec, mount: Mount) -> str:
        """Have the claim of a named volume made; its name."""
        volume = self.known.get(mount.source) or VolumeSpec(mount.source)
        if self.is_template(service, volume.name):
            templates = self.templates.setdefault(service.name, {})
            if volume.name not in templates:
                templates[volume.name] = {
                    "metadata": _metadata(volume),
                    "spec": self._spec(service, volume),
                }
        else:
            self.add_volume(service, volume)
        return volume.name

    def add(self, service: ServiceSpec, name: str) -> None:
        """A claim for what had no volume of its own."""
        self.add_volume(service, VolumeSpec(name))

    def add_folder(self, service: ServiceSpec, mount: Mount, name: str) -> str:
        """The claim for a folder of the host: one for all services that see the same folder."""
        folder = folder_of(service, mount)
        claim = self.folders.claims.setdefault(folder, f"{service.name}-{name}")
        if folder in self.folders.shared:
            self.shared |= {claim}
        self.add(service, claim)
        return claim

    def add_volume(self, service: ServiceSpec, volume: VolumeSpec) -> None:
        if volume.name in self.made or volume.name in self.absent:
            return
        if volume.external and not self._is_ours(service, volume):
            self.absent.add(volume.name)
            return
        self.made[volume.name] = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": _metadata(volume),
            "spec": self._spec(service, volume),
        }

    def _is_ours(self, service: ServiceSpec, volume: VolumeSpec) -> bool:
        """Whether the claim of a volume that was made elsewhere is to be made here."""
        answer = self.ledger.ask(
            Question(
                id=f"volume-external:{service.name}:{volume.name}",
                code="volume-external",
                text=msg("Does the cluster have a claim %(name)s already?", name=volume.name),
                why=msg("The source expects the volume to be there; a new cluster has none."),
                choices=choices(
                    ("make", msg("No: it is made with the service")),
                    ("existing", msg("Yes: it is used as it is")),
                ),
                recommended="make",
                place=_place(service, volume),
            )
        )
        if answer == "existing":
            self.ledger.note(
                volume.places.get("name"),
                Outcome.QUESTION,
                "",
                msg("The claim is expected on the cluster; see the question."),
            )
        return answer == "make"

    def _spec(self, service: ServiceSpec, volume: VolumeSpec) -> dict[str, Any]:
        spec: dict[str, Any] = {
            "accessModes": [self._access_mode(service, volume)],
            "resources": {"requests": {"storage": self._size(service, volume)}},
        }
        storage_class = self._class(service, volume)
        if storage_class != _CLUSTER_DEFAULT:
            spec["storageClassName"] = storage_class
        return spec

    def _size(self, service: ServiceSpec, volume: VolumeSpec) -> str:
        used = volume.size or 0
        whole = max(1, -(-used * _ROOM // _GIBIBYTE))
        answer = self.ledger.ask(
            Question(
                id=f"volume-size:{service.name}:{volume.name}",
                code="volume-size",
                text=msg("How large must the claim for volume %(name)s be?", name=volume.name),
                why=msg("A Podman volume has no size; a claim must ask for one, such as 10Gi."),
                recommended=f"{whole}Gi",
                place=_place(service, volume),
            )
        )
        if Quantity.parse(answer).amount <= 0:
            raise InvalidInput(
                msg(
                    "%(size)s is no size for a claim. Write for example 10Gi.",
                    size=repr(answer),
                )
            )
        return answer

    def _class(self, service: ServiceSpec, volume: VolumeSpec) -> str:
        answer = self.ledger.ask(
            Question(
                id=f"volume-class:{service.name}:{volume.name}",
                code="volume-class",
                text=msg("Which storage class holds volume %(name)s?", name=volume.name),
                why=msg("Classes differ in speed, in backups and in who may share a volume."),
                recommended=_CLUSTER_DEFAULT,
                place=_place(service, volume),
            )
        )
        if answer != _CLUSTER_DEFAULT and not is_subdomain(answer):
            raise InvalidInput(msg("%(name)s is no name of a storage class.", name=repr(answer)))
        return answer

    def _access_mode(self, service: ServiceSpec, volume: VolumeSpec) -> str:
        if volume.name not in self.shared:
            return "ReadWriteOnce"
        return self.ledger.ask(
            Question(
                id=f"volume-access:{service.name}:{volume.name}",
                code="volume-access",
                text=msg("Several services use volume %(name)s. How?", name=volume.name),
                why=msg("Most storage can be mounted by one node at a time."),
                choices=choices(
                    (
                        "ReadWriteMany",
                        msg("From several nodes: the class must support it"),
                    ),
                    (
                        "ReadWriteOnce",
                        msg("From one node: all these pods must run there"),
                    ),
                    ("ReadOnlyMany", msg("All only read it")),
                ),
                recommended="ReadWriteMany",
                place=_place(service, volume),
            )
        )


def folder_of(service: ServiceSpec, mount: Mount) -> str:
    """A bind's folder, the same for all who see it: a relative one is beside the file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(service.file), mount.source))


def _binds(specs: Sequence[ServiceSpec]) -> Iterator[tuple[ServiceSpec, Mount]]:
    for spec in specs:
        for container in spec.containers:
            for mount in container.mounts:
                if mount.kind is MountKind.BIND:
                    yield spec, mount


def _place(service: ServiceSpec, volume: VolumeSpec) -> Place:
    """Where the volume is named; one that stands nowhere is asked about in its service's file."""
    return volume.places.get("name") or Place(service.file)


def _metadata(volume: VolumeSpec) -> dict[str, Any]:
    """The claim is called as the volume was; labels become annotations, which hold any text."""
    reason = msg("A label becomes an annotation, which may hold any text.")
    annotations = {
        key: changed(volume.places, f"labels/{key}", value, reason)
        for key, value in volume.labels.items()
        if is_key(key)
    }
    name = changed(volume.places, "name", volume.name, _COPY)
    return without_empty({"name": name, "annotations": annotations})


def keeps_data(service: ServiceSpec) -> bool:
    """Whether a service writes to a named volume, and so is a StatefulSet."""
    return any(
        mount.kind is MountKind.VOLUME and not mount.read_only
        for container in service.containers
        for mount in container.mounts
    )


def _mounted(service: ServiceSpec) -> set[str]:
    return {
        mount.source
        for container in service.containers
        for mount in container.mounts
        if mount.kind is MountKind.VOLUME
    }
