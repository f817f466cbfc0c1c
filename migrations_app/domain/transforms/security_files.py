"""Files: a root that nobody writes to, folders that somebody does, and the group of volumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    claim_names,
    get,
    map_pod_specs,
    mapping,
    sequence,
)
from migrations_app.domain.names import to_label
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim, aimed
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.pod_security import change_security, is_windows
from migrations_app.domain.transforms.security_users import as_number

ALWAYS_WRITABLE = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - paths in containers
"""What Podman keeps writable in a container whose root is read-only."""

_READ_ONLY = "readOnlyRootFilesystem"
_LISTS = ("initContainers", "containers")


def files(settings: Settings) -> Iterator[Transform]:
    """What the section ``security`` says of files."""
    for found in aimed(settings, "security", ("readOnlyRoot",), lambda s: s.get("readOnlyRoot")):
        yield SetRootFile(found.step, found.aim, read_only=bool(found.value))
    keys = ("writablePaths", "readOnlyRoot")
    for found in aimed(settings, "security", keys, _writable):
        yield AddWritable(found.step, found.aim, found.value)
    section = settings.section("security")
    if section.get("fsGroup") is not None:
        group = as_number(section["fsGroup"], "fsGroup")
        step = settings.step("security", "fsGroup", "fsGroupChangePolicy")
        yield SetVolumeGroup(step, group, section.get("fsGroupChangePolicy"))


def _writable(section: Mapping[str, Any]) -> tuple[str, ...] | None:
    if not section.get("readOnlyRoot") and not section.get("writablePaths"):
        return None
    own = [path.rstrip("/") for path in section.get("writablePaths") or ()]
    return tuple(dict.fromkeys((*ALWAYS_WRITABLE, *own)))


@dataclass(frozen=True, slots=True)
class SetRootFile:
    """Whether containers may write to their own file system."""

    step: Step
    aim: Aim
    read_only: bool

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        def change(container: Any) -> Any:
            if not isinstance(container, dict) or not self.aim.hits(container.get("name")):
                return container
            security = mapping(container.get("securityContext"))
            if bool(security.get(_READ_ONLY)) == self.read_only:
                return container
            return change_security(container, {**security, _READ_ONLY: self.read_only})

        return spec if is_windows(spec) else _each(spec, change)


@dataclass(frozen=True, slots=True)
class AddWritable:
    """An empty folder for each path that a container with a read-only root writes to."""

    step: Step
    aim: Aim
    paths: tuple[str, ...]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        taken = {mapping(volume).get("name") for volume in sequence(spec.get("volumes"))}
        taken.update(claim_names(body).values())
        added: list[dict[str, Any]] = []

        def change(container: Any) -> Any:
            if not isinstance(container, dict) or not self.aim.hits(container.get("name")):
                return container
            if get(container, ("securityContext", _READ_ONLY)) is not True:
                return container
            mounts = sequence(container.get("volumeMounts"))
            known = {str(mapping(item).get("mountPath")).rstrip("/") for item in mounts}
            new: list[dict[str, Any]] = []
            for path in self.paths:
                if path not in known:
                    volume = _volume_name(container, path)
                    new.append({"name": volume, "mountPath": path})
                    if volume not in taken:
                        taken.add(volume)
                        added.append({"name": volume, "emptyDir": {}})
            return {**container, "volumeMounts": [*mounts, *new]} if new else container

        changed = _each(spec, change)
        if not added:
            return changed
        return {**changed, "volumes": [*sequence(spec.get("volumes")), *added]}


def _volume_name(container: Mapping[str, Any], path: str) -> str:
    """Each container has its own: what one writes is nobody else's."""
    return to_label(f"writable-{container.get('name')}{path}")


@dataclass(frozen=True, slots=True)
class SetVolumeGroup:
    """The group that may write to the volumes of a pod, unless the source names another."""

    step: Step
    group: int
    policy: str | None = None

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        security = mapping(spec.get("securityContext"))
        volumes = sequence(spec.get("volumes")) or claim_names(body)
        if not volumes or "fsGroup" in security or is_windows(spec):
            return spec
        policy = {"fsGroupChangePolicy": self.policy} if self.policy else {}
        return change_security(spec, {**security, "fsGroup": self.group, **policy})


def _each(spec: dict[str, Any], change: Any) -> dict[str, Any]:
    """The pod with its containers changed, those that run before included."""
    result = spec
    for key in _LISTS:
        listed = spec.get(key)
        if isinstance(listed, list):
            changed = [change(item) for item in listed]
            if any(new is not old for new, old in zip(changed, listed, strict=True)):
                result = {**result, key: changed}
    return result
