"""A unit or compose file and the running container of it are one service: declared and live.

What is declared is rendered, since that is what somebody wants; what runs lends what only it
knows (the image it runs, its digest), and each setting in which the two differ is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.images import ImageRef
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.manifests.build_leftovers import places_of
from migrations_app.domain.messages import Message, msg, msg_for
from migrations_app.domain.places import Place
from migrations_app.domain.spec import ContainerSpec, ServiceSpec

CODE = "CAP-08"
_COMPARED = msg(
    "The file that declares this service is what is rendered; the running container is compared "
    "with it."
)
_WHY = msg(
    "The host runs something else than its file says: it was changed by hand, or not restarted "
    "since. A cluster will run what is declared."
)
_FIX = msg("Restart the unit on its host, or write into the file what is really wanted.")


@dataclass(frozen=True, slots=True)
class Paired:
    """The services, each once, and what was learnt by comparing."""

    specs: tuple[ServiceSpec, ...]
    findings: tuple[Finding, ...] = ()
    loss: tuple[LossRow, ...] = ()


def pair(specs: Sequence[ServiceSpec], kinds: Mapping[str, SourceKind]) -> Paired:
    """Lay each running service beside the file that declares it; ``kinds``: member → kind.

    Of several inspections, and of several files, with one identity the first counts.
    """
    declared: dict[str, ServiceSpec] = {}
    live: dict[str, ServiceSpec] = {}
    for spec in specs:
        if spec.identity and spec.containers:
            known = live if kinds.get(spec.file) is SourceKind.INSPECT else declared
            known.setdefault(spec.identity, spec)
    both = {identity: (declared[identity], live[identity]) for identity in declared.keys() & live}
    if not both:
        return Paired(tuple(specs))
    kept: list[ServiceSpec] = []
    for spec in specs:
        mine, theirs = both.get(spec.identity, (None, None))
        if spec is mine and theirs is not None:
            kept.append(_enriched(spec, theirs))
        elif spec is not theirs:
            kept.append(spec)
    return Paired(
        tuple(kept),
        tuple(found for mine, theirs in both.values() for found in _differences(mine, theirs)),
        tuple(row for _mine, theirs in both.values() for row in _rows(theirs)),
    )


def _enriched(declared: ServiceSpec, live: ServiceSpec) -> ServiceSpec:
    containers = list(declared.containers)
    for index, running in _partners(declared, live):
        mine = containers[index]
        if _same_image(mine.image, running.image):
            containers[index] = replace(
                mine,
                image_id=mine.image_id or running.image_id,
                image_digest=mine.image_digest or running.image_digest,
            )
    return replace(declared, containers=tuple(containers), live=live.file)


def _partners(declared: ServiceSpec, live: ServiceSpec) -> Iterator[tuple[int, ContainerSpec]]:
    """Which running container each declared one is: its namesake, or the only one there is."""
    if len(declared.containers) == len(live.containers) == 1:
        yield 0, live.containers[0]
        return
    by_name = {container.name: container for container in live.containers}
    for index, container in enumerate(declared.containers):
        if container.name in by_name:
            yield index, by_name[container.name]


def _same_image(one: str, other: str) -> bool:
    return one == other or _qualified(one) == _qualified(other)


def _qualified(image: str) -> str:
    try:
        return str(ImageRef.parse(image).qualified)
    except InvalidInput:
        return image


def _differences(declared: ServiceSpec, live: ServiceSpec) -> Iterator[Finding]:
    for index, running in _partners(declared, live):
        mine = declared.containers[index]
        for setting, names in _settings(mine, running):
            place = _place(mine, setting, declared)
            yield Finding(
                CODE,
                Severity.MEDIUM,
                place,
                _told(mine.name, setting, names),
                _WHY,
                _FIX,
                subject=f"{mine.name}/{setting}",
            )


_WORDS: Mapping[str, Message] = {
    "image": msg_for("setting", "image"),
    "command": msg_for("setting", "entry point"),
    "args": msg_for("setting", "command"),
    "working_dir": msg_for("setting", "working directory"),
    "user": msg_for("setting", "user"),
    "environment": msg_for("setting", "environment"),
    "port": msg_for("setting", "published ports"),
    "mount": msg_for("setting", "mounts"),
}


def _told(container: str, key: str, names: Sequence[str]) -> Message:
    setting = _WORDS[key]
    if not names:
        return msg(
            "Container %(container)s runs with another %(setting)s than its file declares.",
            container=container,
            setting=setting,
        )
    return msg(
        "Container %(container)s runs with another %(setting)s than its file declares: %(names)s.",
        container=container,
        setting=setting,
        names=", ".join(names),
    )


def _settings(mine: ContainerSpec, running: ContainerSpec) -> Iterator[tuple[str, list[str]]]:
    """Each setting that differs, with the names of its parts that do (never their values)."""
    if not _same_image(mine.image, running.image):
        yield "image", [running.image]
    for setting in ("command", "args", "working_dir"):
        if getattr(mine, setting) and getattr(mine, setting) != getattr(running, setting):
            yield setting, []
    if mine.security.user and mine.security.user != running.security.user:
        yield "user", [running.security.user]
    pairs = (
        ("environment", mine.environment, running.environment),
        ("port", _ports(mine), _ports(running)),
        ("mount", _mounts(mine), _mounts(running)),
    )
    for setting, said, found in pairs:
        if names := _unlike(said, found):
            yield setting, names


def _ports(container: ContainerSpec) -> Mapping[str, str]:
    published = [port for port in container.ports if port.host_port is not None]
    return {f"{port.container_port}/{port.protocol}": str(port.host_port) for port in published}


def _mounts(container: ContainerSpec) -> Mapping[str, str]:
    return {mount.target: mount.kind.value for mount in container.mounts}


def _unlike(said: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    return sorted(key for key in {*said, *found} if said.get(key) != found.get(key))


def _place(container: ContainerSpec, setting: str, spec: ServiceSpec) -> Place:
    places = container.places
    found = next((p for key, p in places.items() if key.partition("/")[0] == setting), None)
    return found or places.get("image") or next(iter(places.values()), Place(spec.file))


def _rows(live: ServiceSpec) -> Iterable[LossRow]:
    """A row for each place of what runs: nothing of it was made into an object."""
    told: dict[str, LossRow] = {}
    for _attribute, place in places_of(live):
        path = place.object + place.path
        if place.path:
            told.setdefault(path, LossRow(path, Outcome.DROPPED, "", _COMPARED, place))
    return told.values()
