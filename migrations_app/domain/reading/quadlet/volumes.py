"""Volume units as named volumes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.expansion import Expansion
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.others import volume_command
from migrations_app.domain.reading.quadlet.site import Site, resource_name
from migrations_app.domain.reading.quadlet.surroundings import Fields
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.spec import MountKind, ServiceSpec, VolumeSpec


def named_volumes(site: Site, account: Account) -> dict[str, tuple[QuadletUnit, VolumeSpec]]:
    """The volumes that the units of a bundle make, by the names that Podman knows them by."""
    found: dict[str, tuple[QuadletUnit, VolumeSpec]] = {}
    for unit in site.of([UnitKind.VOLUME]):
        volume = _volume(unit, site, Expansion(unit, unit.service, account, {}))
        found.setdefault(volume.name, (unit, volume))
    return found


def _volume(unit: QuadletUnit, site: Site, expansion: Expansion) -> VolumeSpec:
    fields = Fields()
    name = unit.filled("VolumeName")
    text = expansion.text(resource_name(unit), unit.place)
    fields.set("name", text, name.place if name is not None else unit.place)
    options: dict[str, str] = {}
    labels: dict[str, str] = {}
    words = volume_command(unit, site).words
    for option, value in pairwise(words):
        key, equals, given = expansion.text(value.text, value.place).partition("=")
        if option.text == "--driver" and value.text != "local":
            fields.set("driver", value.text, value.place)
        elif option.text in ("--opt", "-o"):
            options[key] = given
            fields.places[f"options/{key}"] = value.place
        elif option.text == "--label":
            labels[key] = given if equals else ""
            fields.places[f"labels/{key}"] = value.place
    return VolumeSpec(
        name=text,
        driver=str(fields.values.get("driver", "local")),
        options=options,
        labels=labels,
        places=fields.places,
    )


def with_volumes(
    spec: ServiceSpec, known: dict[str, tuple[QuadletUnit, VolumeSpec]], used: set[str]
) -> ServiceSpec:
    """A service with what is known of the volumes that it mounts."""
    volumes = {volume.name: volume for volume in spec.volumes}
    for container in spec.containers:
        for mount in container.mounts:
            if mount.kind is MountKind.VOLUME and mount.source in known:
                volumes[mount.source] = known[mount.source][1]
                used.add(mount.source)
    return replace(spec, volumes=tuple(volumes.values()))


def unused_volumes(
    known: dict[str, tuple[QuadletUnit, VolumeSpec]], used: set[str]
) -> list[ServiceSpec]:
    """A service without containers for each volume that nothing mounts."""
    return [
        ServiceSpec(name, (), volumes=(volume,), file=unit.file, places=dict(volume.places))
        for name, (unit, volume) in known.items()
        if name not in used
    ]
