"""Named volumes that are something else by another name: memory, or a path of the host.

``podman volume create`` takes what ``mount`` takes: with ``type=tmpfs`` or ``o=bind`` the volume
holds no data of its own, and a claim in its place would be empty, or keep what nobody keeps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import Ledger
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.spec import Mount, MountKind, ServiceSpec, VolumeSpec

_SIZE = re.compile(r"size=(\d+)([kmgt]?)b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_REASONS = {
    MountKind.TMPFS: msg("Memory by another name; it is mounted as such."),
    MountKind.BIND: msg("A path of the host by another name; see the question about its mount."),
}
_UNMOUNTED: Message = msg("Nothing mounts it, and it holds no data of its own.")


def undisguised(specs: Sequence[ServiceSpec], ledger: Ledger) -> list[ServiceSpec]:
    """The services with such volumes mounted as what they are. No claim is made for them.

    Memory that several containers share stays a volume of its name: apart it would be two.
    """
    mounted = Counter(
        mount.source
        for spec in specs
        for container in spec.containers
        for mount in container.mounts
        if mount.kind is MountKind.VOLUME
    )
    kinds = {
        volume.name: (kind, volume)
        for spec in specs
        for volume in spec.volumes
        if (kind := disguise(volume)) is not None
        and (kind is MountKind.BIND or mounted[volume.name] < 2)
    }
    if not kinds:
        return list(specs)
    for spec in specs:
        for volume in spec.volumes:
            if volume.name in kinds:
                reason = _REASONS[kinds[volume.name][0]] if spec.containers else _UNMOUNTED
                for place in volume.places.values():
                    ledger.note(place, Outcome.CONVERTED, "", reason)
    return [_service(spec, kinds) for spec in specs]


def disguise(volume: VolumeSpec) -> MountKind | None:
    """What a named volume is in truth, if it is no place for data of its own."""
    if volume.driver not in ("", "local"):
        return None
    said = {key.lower(): value for key, value in volume.options.items()}
    if said.get("type") == "tmpfs":
        return MountKind.TMPFS
    flags = {word.strip() for word in said.get("o", "").split(",")}
    bound = said.get("type") == "bind" or bool(flags & {"bind", "rbind"})
    return MountKind.BIND if bound and said.get("device", "").startswith("/") else None


def _service(spec: ServiceSpec, kinds: dict[str, tuple[MountKind, VolumeSpec]]) -> ServiceSpec:
    containers = tuple(
        replace(container, mounts=tuple(_mount(mount, kinds) for mount in container.mounts))
        for container in spec.containers
    )
    volumes = tuple(volume for volume in spec.volumes if volume.name not in kinds)
    return replace(spec, containers=containers, volumes=volumes)


def _mount(mount: Mount, kinds: dict[str, tuple[MountKind, VolumeSpec]]) -> Mount:
    if mount.kind is not MountKind.VOLUME or mount.source not in kinds:
        return mount
    kind, volume = kinds[mount.source]
    if kind is MountKind.BIND:
        return replace(mount, kind=kind, source=volume.options["device"], size=None)
    limit = _SIZE.search(volume.options.get("o", ""))
    size = int(limit[1]) * _UNITS[limit[2].lower()] if limit else None
    return replace(mount, kind=kind, source="", size=size)
