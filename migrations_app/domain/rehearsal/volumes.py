"""How the volumes of a pod are played.

Nothing of the host is mounted and no volume outlives the run: what holds data becomes an empty
volume of this run, what holds configuration becomes files put into the containers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.rehearsal.configuration import ConfigIndex
from migrations_app.domain.rehearsal.values import CopiedFile, Deviation

DEFAULT_MODE = 0o644
_CONFIGURATION = ("configMap", "secret", "projected", "downwardAPI")
_REPLACED: dict[str, Message] = {
    "persistentVolumeClaim": msg("Claim played as an empty volume of this run"),
    "ephemeral": msg("Claim played as an empty volume of this run"),
    "hostPath": msg("Path of the host replaced by an empty volume"),
}


@dataclass(slots=True)
class VolumePlan:
    """The volumes of one pod copy: what to declare, what each container mounts, what is copied."""

    prefix: str
    index: ConfigIndex
    volumes: Mapping[str, Mapping[str, Any]]
    declared: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: list[CopiedFile] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def mounts(self, container: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The mounts of one container as they are played; copies are noted on the way."""
        return [
            played
            for mount in container.get("volumeMounts") or ()
            if (played := self._mount(str(container.get("name", "")), mount)) is not None
        ]

    def _mount(self, container: str, mount: Mapping[str, Any]) -> dict[str, Any] | None:
        name = str(mount.get("name", ""))
        volume = self.volumes.get(name, {})
        kind = next((key for key in volume if key != "name"), "emptyDir")
        if kind in _CONFIGURATION:
            self._copy(container, mount, dict(self._contents(volume)))
            return None
        played = {
            "name": self._declare(name, volume, kind, str(mount.get("subPath") or "")),
            "mountPath": mount.get("mountPath"),
        }
        if mount.get("readOnly"):
            played["readOnly"] = True
        return played

    def _declare(self, name: str, volume: Mapping[str, Any], kind: str, sub_path: str) -> str:
        part = "".join(c if c.isalnum() else "-" for c in sub_path.lower()).strip("-")
        played = "-".join(filter(None, (self.prefix + name, part)))
        if played not in self.declared:
            in_memory = kind == "emptyDir" and (volume.get(kind) or {}).get("medium") == "Memory"
            self.declared[played] = {"medium": "Memory"} if in_memory else {}
            if kind != "emptyDir":
                what = _REPLACED.get(kind, msg("Volume of a cluster replaced by an empty one"))
                self.deviations.append(Deviation(what, f"{name}: {kind}", f"emptyDir {played}"))
        return played

    def _copy(self, container: str, mount: Mapping[str, Any], contents: dict[str, Any]) -> None:
        target = str(mount.get("mountPath", "")).rstrip("/")
        sub_path = str(mount.get("subPath") or "").strip("/")
        for path, (content, mode) in contents.items():
            if not sub_path:
                destination = f"{target}/{path}"
            elif path == sub_path:
                destination = target
            elif path.startswith(sub_path + "/"):
                destination = target + path[len(sub_path) :]
            else:
                continue
            self.files.append(CopiedFile(container, destination, content, mode))

    def _contents(self, volume: Mapping[str, Any]) -> Iterator[tuple[str, tuple[bytes, int]]]:
        """Relative path → content and mode of everything that a configuration volume holds."""
        if projected := volume.get("projected"):
            for source in projected.get("sources") or ():
                yield from self._contents(source)
            return
        for kind in ("configMap", "secret"):
            reference = volume.get(kind)
            if reference is None:
                continue
            data = self.index.get(reference, kind)
            if data is None:
                if not reference.get("optional"):
                    owner = "Secret" if kind == "secret" else "ConfigMap"
                    name = reference.get("name") or reference.get("secretName") or "?"
                    self.missing.append(f"{owner}/{name}")
                return
            mode = int(reference.get("defaultMode") or DEFAULT_MODE)
            items = reference.get("items")
            if items is None:
                yield from ((key, (value, mode)) for key, value in data.items())
                return
            for item in items:
                if item.get("key") in data:
                    own_mode = int(item.get("mode") or mode)
                    yield str(item.get("path")), (data[item["key"]], own_mode)
