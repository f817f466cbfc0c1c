"""Volumes of a pod: claims, configuration files, secrets, memory and scratch space."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_binds import BindAnswer, bind_answer, is_file
from migrations_app.domain.manifests.build_claims import Claims
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    Said,
    changed,
    choices,
    said,
    without_empty,
)
from migrations_app.domain.manifests.build_secrets import Vault, podman_secret
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.names import to_label, unique
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import (
    ContainerSpec,
    Mount,
    MountKind,
    SecretUse,
    ServiceSpec,
)

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
        made = [self._mount(container, mount) for mount in container.mounts]
        made += [self._secret(container, use) for use in container.secrets if not use.as_env]
        if container.shm_size is not None:
            made.append(self._shared_memory(container, container.shm_size))
        return [mount for mount in made if mount is not None]

    def _mount(self, container: ContainerSpec, mount: Mount) -> Any:
        makers: dict[MountKind, Callable[[ContainerSpec, Mount], Any]] = {
            MountKind.VOLUME: self._named,
            MountKind.ANONYMOUS: self._anonymous,
            MountKind.TMPFS: self._tmpfs,
            MountKind.BIND: self._bind,
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
        answer = bind_answer(self.service, container, mount, self.ledger)
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
            claim = f"{self.service.name}-{name}"
            self.claims.add(self.service, claim)
            source: dict[str, Any] = {"persistentVolumeClaim": {"claimName": claim}}
        elif answer is BindAnswer.EMPTYDIR:
            source = {"emptyDir": {}}
        else:
            kinds = {True: "Directory", False: "File", None: ""}
            source = {"hostPath": {"path": mount.source, "type": kinds[mount.is_directory]}}
        self._add(name, source)
        return _volume_mount(
            mount, name, Outcome.QUESTION, msg("A path of the host; see the question.")
        )

    def _bound_file(self, container: ContainerSpec, mount: Mount, answer: BindAnswer) -> Any:
        """A file that comes from a ConfigMap or Secret; a folder becomes an empty one to fill."""
        name = self._fresh(container, mount.target)
        object_name = f"{self.service.name}-{name}"
        file = posixpath.basename(mount.target) or "file"
        key = file if is_file(mount) else ""
        place = mount.places.get("", NOWHERE)
        reason = msg("A small file of the host is carried by the manifest itself.")
        data = {key: Said(mount.content or "", place, Outcome.QUESTION, reason)} if key else {}
        if answer is BindAnswer.SECRET:
            self.vault.contents.setdefault(object_name, data)
            source: dict[str, Any] = {"secret": {"secretName": object_name}}
        else:
            self.config_maps.append(
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": object_name},
                    "data": data,
                }
            )
            source = {"configMap": {"name": object_name}}
        self._add(name, source)
        made = _volume_mount(mount, name, Outcome.QUESTION, reason)
        if key:
            made.value["subPath"] = key
        made.value["readOnly"] = True
        return made

    def _secret(self, container: ContainerSpec, use: SecretUse) -> Any:
        """A Podman secret at its path, as one file that hides nothing beside it."""
        key = podman_secret(self.service, use, self.ledger, self.vault)
        file = posixpath.basename(use.target)
        item: dict[str, Any] = {"key": key, "path": file}
        if use.mode is not None:
            item["mode"] = use.mode
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
        }
    )
    return Said(value, mount.places.get("", NOWHERE), outcome, reason)


def _no_counterpart(kind: MountKind) -> Message:
    if kind is MountKind.IMAGE:
        return msg("Mounting an image needs a recent cluster; copy its files into this image.")
    return msg("A pod specification has no such mount.")
