"""Inspected named volumes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrations_app.domain.manifests.build_disguised import disguise
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.reading.inspect_groups import Shelf
from migrations_app.domain.reading.inspect_mounts import parse_size
from migrations_app.domain.reading.inspect_process import Fields
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import key_values
from migrations_app.domain.spec import ContainerSpec, MountKind, ServiceSpec, VolumeSpec


def read_volumes(
    containers: Sequence[ContainerSpec], shelf: Shelf, folder: str
) -> tuple[VolumeSpec, ...]:
    """The named volumes that containers mount, once each."""
    found: dict[str, VolumeSpec] = {}
    for container in containers:
        for mount in container.mounts:
            if mount.kind is MountKind.VOLUME and mount.source not in found:
                inspection = shelf.volume(mount.source, folder)
                place = mount.places.get("", Place())
                found[mount.source] = (
                    read_volume(inspection)
                    if inspection
                    else VolumeSpec(mount.source, places={"name": place})
                )
    return tuple(found.values())


def read_volume(inspection: Inspection) -> VolumeSpec:
    """A named volume as inspected; its options may bound its size."""
    fields = Fields()
    fields.set("name", inspection.name, inspection.place("Name"))
    if (driver := inspection.text("Driver")) not in ("", "local"):
        fields.set("driver", driver, inspection.place("Driver"))
    for attribute in ("Options", "Labels"):
        values = {key: str(value) for key, value in inspection.mapping(attribute).items()}
        name = attribute.lower()
        fields.values[name] = values
        fields.places.update({f"{name}/{key}": inspection.place(attribute, key) for key in values})
    options = fields.values["options"]
    size = parse_size(key_values(options.get("o", "")).get("size", "") or options.get("size", ""))
    if size is not None:
        fields.values["size"] = size
    return VolumeSpec(**fields.values, places=fields.places)


def data_questions(service: ServiceSpec) -> Iterator[Question]:
    """What becomes of the data of each volume: a claim starts empty, and only a person knows."""
    for volume in service.volumes:
        if disguise(volume) is not None:
            continue
        yield Question(
            id=f"volume-data:{service.name}:{volume.name}",
            code="volume-data",
            text=msg("How does the data of volume %(name)s get to the cluster?", name=volume.name),
            why=msg("A claim on a cluster starts empty; nothing carries a volume's data there."),
            choices=(
                Choice("copy", msg("It is copied before the service starts there")),
                Choice("restore", msg("It is restored from a backup, or filled by the service")),
                Choice("empty", msg("It is not needed: the claim starts empty")),
            ),
            recommended="copy",
            place=volume.places.get("name", Place(service.file)),
        )
