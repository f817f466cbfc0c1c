"""Volumes as Podman plays them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.outputs.base import Losses
from migrations_app.domain.outputs.podman_names import Naming

_MOUNT_FIELDS = ("name", "mountPath", "readOnly", "subPath")
_REFERENCES = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}


@dataclass(slots=True)
class Volumes:
    """The volumes of one pod; ``pod`` is its name in Podman, ``label`` what rows call it.

    Podman makes a volume of the host of every emptyDir and calls it as the pod does: two pods with
    a volume ``tmp`` would share it, so each gets its pod's name before its own.
    """

    pod: str
    namespace: str
    label: str
    naming: Naming
    losses: Losses
    claims: Mapping[str, str]
    names: dict[str, str] = field(default_factory=dict)
    read_only: set[str] = field(default_factory=set)
    paths: dict[str, str] = field(default_factory=dict)

    def written(self, volumes: Any) -> list[dict[str, Any]]:
        """The volumes of a specification, and those of a StatefulSet's claim templates."""
        played = [
            {"name": name, "persistentVolumeClaim": {"claimName": claim}}
            for name, claim in self.claims.items()
        ]
        for index, volume in enumerate(sequence(volumes)):
            if isinstance(volume, dict) and volume.get("name") not in self.claims:
                self.paths[str(volume.get("name"))] = f"{self.label}/volumes/{index}"
                played.append(self._volume(str(volume.get("name")), volume))
        return played

    def mounts(self, container: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
        """The mounts of one container."""
        return [
            self._mount(mount, f"{path}/volumeMounts/{index}")
            for index, mount in enumerate(sequence(container.get("volumeMounts")))
            if isinstance(mount, dict)
        ]

    def _mount(self, mount: Mapping[str, Any], path: str) -> dict[str, Any]:
        played = {key: mount[key] for key in _MOUNT_FIELDS if key in mount}
        name = str(mount.get("name"))
        played["name"] = self.names.get(name, name)
        if name in self.read_only:
            played["readOnly"] = True
        for key in mount:
            if key not in _MOUNT_FIELDS:
                self.losses.dropped(f"{path}/{key}", msg("Podman mounts without it."))
        return played

    def _volume(self, name: str, volume: Mapping[str, Any]) -> dict[str, Any]:
        path = self.paths[name]
        for kind, (owner, key) in _REFERENCES.items():
            if isinstance(volume.get(kind), dict):
                return self._configuration(name, volume, kind, owner, key)
        if isinstance(claim := volume.get("persistentVolumeClaim"), dict):
            if claim.get("readOnly"):
                self.read_only.add(name)
            claimed = self.naming.name(
                "PersistentVolumeClaim", self.namespace, str(claim.get("claimName"))
            )
            return {"name": name, "persistentVolumeClaim": {"claimName": claimed}}
        if "ephemeral" in volume:
            own = f"{self.pod}-{name}"
            self.losses.converted(
                path, f"volume {own}", msg("Podman keeps the volume when the pod is gone.")
            )
            return {"name": name, "persistentVolumeClaim": {"claimName": own}}
        host = volume.get("hostPath")
        if isinstance(host, dict) and str(host.get("path", "")).startswith("/"):
            return {"name": name, "hostPath": host}
        sources = sequence(mapping(volume.get("projected")).get("sources"))
        if len(sources) == 1 and {"configMap", "secret"} & set(mapping(sources[0])):
            return self._volume(name, _unprojected(sources[0], mapping(volume["projected"])))
        return self._empty(name, volume, path)

    def _configuration(
        self, name: str, volume: Mapping[str, Any], kind: str, owner: str, key: str
    ) -> dict[str, Any]:
        reference = str(volume[kind].get(key))
        if not self.naming.has(owner, self.namespace, reference):
            self.losses.dropped(
                self.paths[name],
                msg(
                    "%(kind)s %(name)s is not in the manifest, and Podman cannot mount what is not "
                    "there: an empty volume stands in its place.",
                    kind=owner,
                    name=reference,
                ),
            )
            return self._as_empty(name, {})
        played = self.naming.name(owner, self.namespace, reference)
        # Podman 4.3 breaks on a Secret that does not say whether it is optional.
        said = {"optional": bool(volume[kind].get("optional"))} if kind == "secret" else {}
        return {"name": name, kind: {**volume[kind], **said, key: played}}

    def _empty(self, name: str, volume: Mapping[str, Any], path: str) -> dict[str, Any]:
        kind = next((key for key in volume if key != "name"), "emptyDir")
        options = mapping(volume.get("emptyDir"))
        if kind != "emptyDir":
            self.losses.dropped(
                path,
                msg(
                    "Podman has no volume of the kind %(kind)s: an empty one stands in its place.",
                    kind=kind,
                ),
            )
        if "sizeLimit" in options:
            self.losses.dropped(
                f"{path}/emptyDir/sizeLimit", msg("Podman sets no limit to an empty volume.")
            )
        in_memory = options.get("medium") == "Memory"
        return self._as_empty(name, {"medium": "Memory"} if in_memory else {})

    def _as_empty(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        self.names[name] = f"{self.pod}-{name}"
        return {"name": self.names[name], "emptyDir": options}


def _unprojected(source: Mapping[str, Any], projected: Mapping[str, Any]) -> dict[str, Any]:
    """The one source of a projected volume as a volume of its own."""
    mode = {"defaultMode": projected["defaultMode"]} if "defaultMode" in projected else {}
    if "configMap" in source:
        return {"configMap": {**source["configMap"], **mode}}
    secret = {key: value for key, value in source["secret"].items() if key != "name"}
    return {"secret": {**secret, "secretName": source["secret"].get("name"), **mode}}
