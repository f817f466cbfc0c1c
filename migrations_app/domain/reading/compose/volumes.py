"""Named volumes: what the top of a file says of them."""

from __future__ import annotations

from collections.abc import Iterable

from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.spec import ContainerSpec, MountKind, ServiceSpec, VolumeSpec


def read_volumes(containers: Iterable[ContainerSpec], site: Site) -> tuple[VolumeSpec, ...]:
    """The volumes that some containers mount, each once."""
    used = [
        mount.source
        for container in containers
        for mount in container.mounts
        if mount.kind is MountKind.VOLUME
    ]
    keys = [site.volume_keys[name] for name in dict.fromkeys(used) if name in site.volume_keys]
    defined = [(key, site.resource("volumes", key)) for key in keys]
    return tuple(read_volume(key, node, site) for key, node in defined if node is not None)


def read_volume(key: str, node: Node, site: Site) -> VolumeSpec:
    """One named volume."""
    fields = Fields(node, site.account)
    fields.values["name"] = site.volume_name(key)
    fields.places["name"] = node.place if node.fields else site.account.take(node)
    fields.take_text("driver", "driver")
    fields.take_pairs("labels", "labels")
    fields.take_pairs("options", "driver_opts")
    external = fields.has("external")
    if external is not None and (value := fields.flag(external)):
        fields.values["external"] = value
        fields.places["external"] = site.account.take(external)
    return VolumeSpec(**fields.values, places=fields.places)


def unused_volumes(specs: Iterable[ServiceSpec], site: Site) -> list[ServiceSpec]:
    """A spec without containers for each volume that no service mounts."""
    used = {volume.name for spec in specs for volume in spec.volumes}
    section = site.model.get("volumes")
    found: list[ServiceSpec] = []
    for key, node in section.fields.items() if section is not None else ():
        if site.volume_name(key) not in used and not _is_another_thing(node):
            volume = read_volume(key, node, site)
            found.append(
                ServiceSpec(volume.name, (), (volume,), file=node.file, places=volume.places)
            )
    return found


def _is_another_thing(node: Node) -> bool:
    """Whether the volume was mounted as what it is: a path of the host, or memory."""
    kind, options = node.get("driver_opts", "type"), node.get("driver_opts", "o")
    said = scalar_text(options.value).split(",") if options is not None else []
    return "bind" in said or (kind is not None and kind.value == "tmpfs")


def given_name(node: Node | None, key: str) -> str:
    """The name a resource has outside of its project, its key without one."""
    name = node.get("name") if node is not None else None
    return scalar_text(name.value) if name is not None and name.value else key
