"""Inspected named volumes."""

from __future__ import annotations

from collections.abc import Sequence

from migrations_app.domain.places import Place
from migrations_app.domain.reading.inspect_groups import Shelf
from migrations_app.domain.reading.inspect_mounts import parse_size
from migrations_app.domain.reading.inspect_process import Fields
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import key_values
from migrations_app.domain.spec import ContainerSpec, MountKind, VolumeSpec


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
