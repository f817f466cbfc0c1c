"""The units of a bundle as neighbours that refer to each other."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.unit import QuadletUnit


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Podman's generator makes nothing of a unit."""

    reason: Message
    place: Place
    subject: str = ""


@dataclass(slots=True)
class Site:
    """All units. ``root`` stands before relative paths; without one they stay relative."""

    units: tuple[QuadletUnit, ...]
    root: str = ""
    by_name: Mapping[str, list[QuadletUnit]] = field(init=False)
    by_service: Mapping[str, QuadletUnit] = field(init=False)

    def __post_init__(self) -> None:
        names: dict[str, list[QuadletUnit]] = {}
        for unit in self.units:
            names.setdefault(unit.name, []).append(unit)
        self.by_name = names
        self.by_service = {unit.service.full: unit for unit in reversed(self.units)}

    def find(self, name: str, near: QuadletUnit) -> QuadletUnit | None:
        """A neighbour by its name; of several the one in the same folder."""
        known = self.by_name.get(name, [])
        beside = (unit for unit in known if unit.folder == near.folder)
        return next(beside, known[0] if known else None)

    def of(self, kinds: Iterable[UnitKind]) -> list[QuadletUnit]:
        wanted = tuple(kinds)
        return [unit for unit in self.units if unit.kind in wanted]

    def path(self, unit: QuadletUnit, path: str) -> str:
        """A path of a unit; a relative one starts from the folder of the unit.

        It stays as it is where it is absolute, or where a specifier says what it starts from.
        """
        if not self.is_relative(path):
            return path
        if self.root:
            return posixpath.normpath(posixpath.join(self.root, unit.folder, path))
        return "./" + posixpath.normpath(posixpath.join(unit.folder, path))

    def folder_of(self, unit: QuadletUnit, path: str) -> str:
        """The folder in which a path of a unit stands."""
        return posixpath.dirname(self.path(unit, path)) or "."

    @staticmethod
    def is_relative(path: str) -> bool:
        return not path.startswith("/") and (path[:1] != "%" or path[1:2] == "%")


def resource_name(unit: QuadletUnit) -> str:
    """How Podman calls what a unit makes; ``""`` if only systemd can tell."""
    match unit.kind:
        case UnitKind.CONTAINER:
            name = container_name(unit).replace("%N", unit.service_name)
            return "" if "%" in name else name
        case UnitKind.POD:
            return _chosen(unit, "PodName") or f"systemd-{unit.stem}"
        case UnitKind.VOLUME:
            return _chosen(unit, "VolumeName") or _by_unit(unit)
        case UnitKind.NETWORK:
            return _chosen(unit, "NetworkName") or _by_unit(unit)
        case UnitKind.IMAGE:
            return _chosen(unit, "ImageTag") or _chosen(unit, "Image")
        case UnitKind.BUILD:
            return next((tag.text for tag in unit.all("ImageTag")), "")
        case UnitKind.ARTIFACT:
            return _chosen(unit, "Artifact")
        case _:
            return ""


def container_name(unit: QuadletUnit) -> str:
    """How Podman calls a container, specifiers and all."""
    default = "systemd-%p_%i" if "@" in unit.name else "systemd-%N"
    return _chosen(unit, "ContainerName") or default


def _chosen(unit: QuadletUnit, key: str) -> str:
    found = unit.filled(key)
    return found.text if found is not None else ""


def _by_unit(unit: QuadletUnit) -> str:
    if "@" in unit.name:
        return f"systemd-{unit.stem[:-1]}-%i"
    return f"systemd-{unit.stem}"


def not_found(what: str, place: Place) -> Refusal:
    return Refusal(msg("The unit %(unit)s is not among the files.", unit=what), place, what)
