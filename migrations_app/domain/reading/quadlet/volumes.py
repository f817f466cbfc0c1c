"""Volume units as named volumes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.expansion import Expansion
from migrations_app.domain.reading.quadlet.instances import instances
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.others import volume_command
from migrations_app.domain.reading.quadlet.site import Site, resource_name
from migrations_app.domain.reading.quadlet.surroundings import Fields
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.units.specifiers import UnitName
from migrations_app.domain.spec import MountKind, ServiceSpec, VolumeSpec


@dataclass(slots=True)
class Volumes:
    """The volumes that the units of a bundle make, by the names that Podman knows them by.

    ``used`` are those that some unit mounts; a template makes one for each instance that does.
    """

    site: Site
    desk: Desk
    account: Account
    known: dict[str, tuple[QuadletUnit, VolumeSpec]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def need(self, unit: QuadletUnit, service: UnitName) -> None:
        """Another unit leans on a volume unit; of a template it has the instance of its own."""
        name = unit.service
        if name.is_template:
            name = UnitName.of(f"{name.prefix}@{service.instance or ''}.service")
        self.used.add(unit.name)
        self._make(unit, name)

    def rest(self) -> list[ServiceSpec]:
        """A service without containers for each volume that nothing mounts."""
        found: list[ServiceSpec] = []
        for unit in self.site.of([UnitKind.VOLUME]):
            if unit.lent or unit.name in self.used:
                continue
            for service in instances(unit, self.site, self.account):
                volume = self._make(unit, service)
                places = dict(volume.places)
                found.append(
                    ServiceSpec(volume.name, (), volumes=(volume,), file=unit.file, places=places)
                )
        return found

    def of(self, spec: ServiceSpec) -> ServiceSpec:
        """A service with what is known of the volumes that it mounts."""
        volumes = {volume.name: volume for volume in spec.volumes}
        for container in spec.containers:
            for mount in container.mounts:
                if mount.kind is MountKind.VOLUME and mount.source in self.known:
                    volumes[mount.source] = self.known[mount.source][1]
        return replace(spec, volumes=tuple(volumes.values()))

    def _make(self, unit: QuadletUnit, service: UnitName) -> VolumeSpec:
        volume = _volume(unit, self.site, Expansion(unit, service, self.account, self.desk))
        return self.known.setdefault(volume.name, (unit, volume))[1]


def _volume(unit: QuadletUnit, site: Site, expansion: Expansion) -> VolumeSpec:
    fields = Fields()
    name = unit.filled("VolumeName")
    text = expansion.word(Argument(resource_name(unit), unit.place))
    fields.set("name", text, name.place if name is not None else unit.place)
    options: dict[str, str] = {}
    labels: dict[str, str] = {}
    words = volume_command(unit, site).words
    for option, value in pairwise(words):
        key, equals, given = expansion.word(value).partition("=")
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
