"""Volumes of a pod: claims, configuration files, secrets, memory and scratch space."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_binds import BindAnswer, bind_answer
from migrations_app.domain.manifests.build_claims import Claims, folder_of
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    Said,
    changed,
    choices,
    said,
    without_empty,
)
from migrations_app.domain.manifests.build_files import (
    CARRIED,
    carried,
    config_map,
    configuration,
    is_known,
    volume_items,
)
from migrations_app.domain.manifests.build_secrets import Vault, podman_secret
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.names import to_data_key, to_label, unique
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import (
    ContainerSpec,
    Mount,
    MountKind,
    SecretUse,
    ServiceSpec,
)

_SECRETS_FOLDER = "/run/secrets"
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - where programs look for it


@dataclass(slots=True)
class PodVolumes:
    """The volumes of one pod in the making, and what must be made beside the pod for them."""

    service: ServiceSpec
    ledger: Ledger
    vault: Vault
    claims: Claims
    volumes: dict[str, dict[str, Any]] = field(default_factory=dict)
    config_maps: list[dict[str, Any]] = field(default_factory=list)

    def mounts(self, container: ContainerSpec) -> list[Any]:
        """The ``volumeMounts`` of a container; the volumes it needs are added to the pod."""
        made = [self._mount(container, mount) for mount in self._at_their_paths(container)]
        made += [self._secret(container, use) for use in self._secret_files(container)]
        if container.shm_size is not None:
            made.append(self._shared_memory(container, container.shm_size))
        return [mount for mount in made if mount is not None]

    def device(self, container: ContainerSpec, path: str) -> dict[str, Any]:
        """The mount of a device of the node."""
        name = self._fresh(container, path)
        self._add(name, {"hostPath": {"path": path, "type": "CharDevice"}})
        return {"name": name, "mountPath": path}

    def _at_their_paths(self, container: ContainerSpec) -> list[Mount]:
        """The mounts, one for each path: of several at one path the last is what Podman shows."""
        by_path: dict[str, Mount] = {}
        for mount in container.mounts:
            path = posixpath.normpath("/" + mount.target.lstrip("/"))
            place = mount.places.get("")
            if not mount.target or ":" in path:
                self.ledger.drop(place, msg("A pod cannot mount anything at such a path."))
                continue
            if path in by_path:
                earlier = by_path[path].places.get("")
                self.ledger.drop(earlier, msg("Another mount at the same path takes its place."))
            by_path[path] = mount if path == mount.target else replace(mount, target=path)
        taken = [use.target for use in self._secret_files(container)]
        if container.shm_size is not None:
            taken.append(_SHARED_MEMORY)
        for path in taken:
            if path in by_path:
                earlier = by_path.pop(path).places.get("")
                self.ledger.drop(earlier, msg("Another mount at the same path takes its place."))
        return list(by_path.values())

    def _secret_files(self, container: ContainerSpec) -> list[SecretUse]:
        """The secrets that are files, one for each path; a bare name is below Podman's folder."""
        by_path: dict[str, SecretUse] = {}
        for use in container.secrets:
            if use.as_env:
                continue
            path = posixpath.normpath(posixpath.join(_SECRETS_FOLDER, use.target or use.name))
            if ":" in path:
                reason = msg("A pod cannot mount anything at such a path.")
                self.ledger.drop(use.places.get(""), reason)
                continue
            if path in by_path:
                earlier = by_path[path].places.get("")
                self.ledger.drop(earlier, msg("Another mount at the same path takes its place."))
            by_path[path] = use if path == use.target else replace(use, target=path)
        return list(by_path.values())

    def _mount(self, container: ContainerSpec, mount: Mount) -> Any:
        makers: dict[MountKind, Callable[[ContainerSpec, Mount], Any]] = {
            MountKind.VOLUME: self._named,
            MountKind.ANONYMOUS: self._anonymous,
            MountKind.TMPFS: self._tmpfs,
            MountKind.BIND: self._bind,
            MountKind.CONFIG: self._config,
        }
        make = makers.get(mount.kind)
        if make is None:
            self.ledger.drop(mount.places.get(""), _no_counterpart(mount.kind))
            return None
        return make(container, mount)

    def _named(self, container: ContainerSpec, mount: Mount) -> Any:
        name = self.claims.use(self.service, mount)
        if not self.claims.is_template(self.service, name):
            self._add(name, {"persistentVolumeClaim": {"claimName": name}})
        reason = msg("A named volume becomes a claim; its data is not copied by itself.")
        return _volume_mount(mount, name, Outcome.CONVERTED, reason)

    def _anonymous(self, container: ContainerSpec, mount: Mount) -> Any:
        answer = self.ledger.ask(
            Question(
                id=f"anonymous-volume:{self.service.name}:{container.name}:{mount.target}",
                code="anonymous-volume",
                text=msg(
                    "Container %(container)s keeps %(target)s in a volume without a name. "
                    "Must its data outlive the pod?",
                    container=container.name,
                    target=mount.target,
                ),
                why=msg("Podman keeps such a volume with the container; a pod starts anew."),
                choices=choices(
                    ("emptydir", msg("No: an empty folder for each new pod")),
                    ("pvc", msg("Yes: a claim")),
                ),
                recommended="emptydir",
                place=mount.places.get("", NOWHERE),
            )
        )
        name = self._fresh(container, mount.target)
        if answer == "pvc":
            claim = f"{self.service.name}-{name}"
            self.claims.add(self.service, claim)
            self._add(name, {"persistentVolumeClaim": {"claimName": claim}})
        else:
            self._add(name, {"emptyDir": {}})
        return _volume_mount(
            mount,
            name,
            Outcome.QUESTION,
            msg("A volume without a name; see the question."),
        )

    def _tmpfs(self, container: ContainerSpec, mount: Mount) -> Any:
        name = self._fresh(container, mount.target)
        memory: dict[str, Any] = {"medium": "Memory"}
        if mount.size:
            memory["sizeLimit"] = said(mount.places, "", Quantity.of_bytes(mount.size).text)
        self._add(name, {"emptyDir": memory})
        reason = msg(
            "A tmpfs becomes an emptyDir in memory; its other options have no counterpart."
        )
        return _volume_mount(mount, name, Outcome.CONVERTED, reason)

    def _shared_memory(self, container: ContainerSpec, size: int) -> Any:
        name = self._fresh(container, _SHARED_MEMORY)
        limit = {"medium": "Memory", "sizeLimit": Quantity.of_bytes(size).text}
        reason = msg("Shared memory of this size is an emptyDir in memory.")
        self._add(name, {"emptyDir": changed(container.places, "shm_size", limit, reason)})
        return {"name": name, "mountPath": _SHARED_MEMORY}

    def _bind(self, container: ContainerSpec, mount: Mount) -> Any:
        written = folder_of(self.service, mount) in self.claims.folders.written
        answer = bind_answer(self.service, container, mount, self.ledger, written=written)
        if answer is BindAnswer.DROP:
            self.ledger.note(
                mount.places.get(""),
                Outcome.QUESTION,
                "",
                msg("Left out; see the question."),
            )
            return None
        if answer in (BindAnswer.CONFIGMAP, BindAnswer.SECRET):
            return self._bound_file(container, mount, answer)
        name = self._fresh(container, mount.target)
        if answer is BindAnswer.PVC:
            claim = self.claims.add_folder(self.service, mount, name)
            source: dict[str, Any] = {"persistentVolumeClaim": {"claimName": claim}}
        elif answer is BindAnswer.EMPTYDIR:
            source = {"emptyDir": {}}
        else:
            kinds = {True: "Directory", False: "File", None: ""}
            path = posixpath.normpath(mount.source or "/")
            path = path if ".." not in path.split("/") else posixpath.normpath("/" + path)
            source = {"hostPath": {"path": path, "type": kinds[mount.is_directory]}}
        self._add(name, source)
        return _volume_mount(
            mount, name, Outcome.QUESTION, msg("A path of the host; see the question.")
        )

    def _bound_file(self, container: ContainerSpec, mount: Mount, answer: BindAnswer) -> Any:
        """Files that come from a ConfigMap or Secret; a folder nobody looked into is empty."""
        name = self._fresh(container, mount.target)
        object_name = f"{self.service.name}-{name}"
        data, paths = carried(mount)
        if answer is BindAnswer.SECRET:
            self.vault.contents.setdefault(object_name, data)
            source: dict[str, Any] = {"secretName": object_name}
        else:
            self.config_maps.append(config_map(object_name, data))
            source = {"name": object_name}
        kind = "secret" if answer is BindAnswer.SECRET else "configMap"
        return self._mount_files(mount, name, kind, source, paths, CARRIED)

    def _mount_files(
        self,
        mount: Mount,
        name: str,
        kind: str,
        source: dict[str, Any],
        paths: Mapping[str, str],
        reason: Message,
    ) -> Any:
        """Mount the files of a ConfigMap or Secret: one at its path, or all of them in a folder."""
        one = not mount.entries and len(paths) == 1
        items = [] if one else volume_items(paths)
        mode = mount.mode & 0o777 if mount.mode is not None else None
        self._add(name, {kind: without_empty({**source, "defaultMode": mode, "items": items})})
        outcome = Outcome.CONVERTED if is_known(mount) else Outcome.QUESTION
        made = _volume_mount(mount, name, outcome, reason)
        if one:
            made.value["subPath"] = next(iter(paths))
        made.value["readOnly"] = True
        return made

    def _config(self, container: ContainerSpec, mount: Mount) -> Any:
        """A configuration that has a name of its own: a ConfigMap that services can share."""
        reason = msg("A configuration becomes a ConfigMap.")
        data, paths = carried(replace(mount, is_directory=False), reason)
        known = {draft["metadata"]["name"] for draft in self.claims.config_maps}
        if configuration(self.service, mount, self.ledger) and mount.source not in known:
            self.claims.config_maps.append(config_map(mount.source, data))
        name = self._fresh(container, mount.target)
        return self._mount_files(mount, name, "configMap", {"name": mount.source}, paths, reason)

    def _secret(self, container: ContainerSpec, use: SecretUse) -> Any:
        """A Podman secret at its path, as one file that hides nothing beside it."""
        key = podman_secret(self.service, use, self.ledger, self.vault)
        file = to_data_key(posixpath.basename(use.target) or use.name)
        item: dict[str, Any] = {"key": key, "path": file}
        if use.mode is not None:
            item["mode"] = use.mode & 0o777
        name = self._fresh(container, use.target)
        self._add(name, {"secret": {"secretName": use.name, "items": [item]}})
        reason = msg(
            "A Podman secret becomes a Secret; its owner is the pod's group, if it has one."
        )
        mount = {
            "name": name,
            "mountPath": use.target,
            "subPath": file,
            "readOnly": True,
        }
        return changed(use.places, "", mount, reason)

    def _fresh(self, container: ContainerSpec, target: str) -> str:
        """A volume name of the container's own: two containers' tmpfs must not be one."""
        alone = len(self.service.containers) == 1
        wanted = to_label(target if alone else f"{container.name}-{target}", "root")
        named = {mount.source for item in self.service.containers for mount in item.mounts}
        return unique(wanted, {*self.volumes, *named}, f"{container.name}:{target}")

    def _add(self, name: str, source: dict[str, Any]) -> None:
        self.volumes.setdefault(name, {"name": name, **source})


def _volume_mount(mount: Mount, name: str, outcome: Outcome, reason: Message) -> Said:
    value = without_empty(
        {
            "name": name,
            "mountPath": mount.target,
            "readOnly": True if mount.read_only else None,
            "subPath": _sub_path(mount.sub_path),
        }
    )
    return Said(value, mount.places.get("", NOWHERE), outcome, reason)


def _sub_path(path: str) -> str | None:
    """The part of a volume, as a path below its root."""
    return posixpath.normpath("/" + path).lstrip("/") or None if path else None


def _no_counterpart(kind: MountKind) -> Message:
    if kind is MountKind.IMAGE:
        return msg("Mounting an image needs a recent cluster; copy its files into this image.")
    return msg("A pod specification has no such mount.")
