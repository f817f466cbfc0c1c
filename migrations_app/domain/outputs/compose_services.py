"""One container as a service of a compose file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.outputs.base import Losses
from migrations_app.domain.outputs.podman_ports import port_number
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.rehearsal.configuration import ConfigIndex, Environment, expand

_RESTARTS = {"Always": "always", "OnFailure": "on-failure", "Never": "no"}
_PULLS = {"Always": "always", "IfNotPresent": "missing", "Never": "never"}
_SAID = (
    *("name", "image", "imagePullPolicy", "command", "args", "workingDir", "tty", "stdin"),
    *("env", "envFrom", "ports", "resources", "volumeMounts", "securityContext"),
    *("livenessProbe", "readinessProbe", "restartPolicy"),
)
NO_FIELD = msg("Compose has no such field.")
_SAID_SECURITY = (
    *("runAsUser", "runAsGroup", "readOnlyRootFilesystem", "privileged", "capabilities"),
    *("allowPrivilegeEscalation",),
)


@dataclass(slots=True)
class Shared:
    """What the services of a file have in common: its volumes and files, by name."""

    volumes: dict[str, Any] = field(default_factory=dict)
    configs: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ServiceWriter:
    """Writes the containers of one pod. ``label`` is what rows call its specification."""

    name: str
    label: str
    spec: Mapping[str, Any]
    restart: str
    claims: Mapping[str, str]
    index: ConfigIndex
    environment: Environment
    shared: Shared
    losses: Losses

    def service(self, container: dict[str, Any], path: str) -> dict[str, Any]:
        image = str(container.get("image") or "")
        if not image:
            image = f"localhost/{self.name}:latest"
            self.losses.converted(f"{path}/image", image, msg("The container names no image."))
        service: dict[str, Any] = {"image": literal(image)}
        if policy := _PULLS.get(str(container.get("imagePullPolicy"))):
            service["pull_policy"] = policy
        values = self.environment.resolve(container)
        for source, key in (("command", "entrypoint"), ("args", "command")):
            if container.get(source):
                words = [expand(str(word), values) for word in sequence(container[source])]
                service[key] = list(map(literal, words))
        if values:
            service["environment"] = {key: literal(value) for key, value in values.items()}
        if container.get("workingDir"):
            service["working_dir"] = literal(str(container["workingDir"]))
        for source, key in (("tty", "tty"), ("stdin", "stdin_open")):
            if container.get(source):
                service[key] = True
        service |= self._security(mapping(container.get("securityContext")), path)
        service |= self._mounts(container, path)
        service |= self._health(container, path)
        if resources := self._resources(mapping(container.get("resources")), path):
            service["deploy"] = {"resources": resources}
        service["restart"] = _RESTARTS.get(self.restart, "always")
        for key in sorted(set(container) - set(_SAID)):
            self.losses.dropped(f"{path}/{key}", NO_FIELD)
        return service

    def _security(self, own: Mapping[str, Any], path: str) -> dict[str, Any]:
        pod = mapping(self.spec.get("securityContext"))
        said: dict[str, Any] = {}
        user = own.get("runAsUser", pod.get("runAsUser"))
        group = own.get("runAsGroup", pod.get("runAsGroup"))
        if user is not None or group is not None:
            said["user"] = str(user or 0) + (f":{group}" if group is not None else "")
        if groups := sequence(pod.get("supplementalGroups")):
            said["group_add"] = [str(one) for one in groups]
        if own.get("readOnlyRootFilesystem"):
            said["read_only"] = True
        if own.get("privileged"):
            said["privileged"] = True
        if own.get("allowPrivilegeEscalation") is False:
            said["security_opt"] = ["no-new-privileges:true"]
        for side, key in (("add", "cap_add"), ("drop", "cap_drop")):
            if names := sequence(mapping(own.get("capabilities")).get(side)):
                said[key] = [str(name).upper().removeprefix("CAP_") for name in names]
        for key in sorted(set(own) - set(_SAID_SECURITY)):
            self.losses.dropped(f"{path}/securityContext/{key}", NO_FIELD)
        return said

    def _mounts(self, container: Mapping[str, Any], path: str) -> dict[str, Any]:
        volumes: list[dict[str, Any]] = []
        configs: list[dict[str, Any]] = []
        known = {
            str(mapping(v).get("name")): mapping(v) for v in sequence(self.spec.get("volumes"))
        }
        for index, mount in enumerate(sequence(container.get("volumeMounts"))):
            volume = known.get(str(mapping(mount).get("name")), {})
            if {"configMap", "secret", "projected", "downwardAPI"} & set(volume):
                configs += self._files(volume, mapping(mount), f"{path}/volumeMounts/{index}")
            elif isinstance(mount, dict):
                volumes.append(self._volume(volume, mount, f"{path}/volumeMounts/{index}"))
        said: dict[str, Any] = {"volumes": volumes} if volumes else {}
        return said | {"configs": configs} if configs else said

    def _volume(
        self, volume: Mapping[str, Any], mount: Mapping[str, Any], path: str
    ) -> dict[str, Any]:
        name, target = str(mount.get("name")), literal(str(mount.get("mountPath")))
        read_only = {"read_only": True} if mount.get("readOnly") else {}
        if isinstance(host := volume.get("hostPath"), dict):
            source = literal(str(host.get("path")))
            return {"type": "bind", "source": source, "target": target, **read_only}
        folder = mapping(volume.get("emptyDir"))
        if folder.get("medium") == "Memory":
            size = _bytes(folder.get("sizeLimit"))
            limit = {"tmpfs": {"size": size}} if size else {}
            return {"type": "tmpfs", "target": target, **limit}
        claim = mapping(volume.get("persistentVolumeClaim")).get("claimName")
        own = self.claims.get(name) or claim or f"{self.name}-{name}"
        self.shared.volumes.setdefault(str(own), {})
        sub_path = str(mount.get("subPath") or "")
        if "emptyDir" in volume:
            if folder.get("sizeLimit"):
                self.losses.dropped(f"{path}/sizeLimit", NO_FIELD)
            self.losses.converted(
                path, f"volumes/{own}", msg("Compose keeps the volume when the service is gone.")
            )
        elif name not in self.claims and claim is None:
            self.losses.converted(
                path, f"volumes/{own}", msg("Compose has no volume of this kind: one of its own.")
            )
        below = {"volume": {"subpath": literal(sub_path)}} if sub_path else {}
        return {"type": "volume", "source": str(own), "target": target, **below, **read_only}

    def _files(
        self, volume: Mapping[str, Any], mount: Mapping[str, Any], path: str
    ) -> list[dict[str, Any]]:
        """The files of a ConfigMap or Secret, each with its text in the compose file."""
        sources = sequence(mapping(volume.get("projected")).get("sources")) or [volume]
        found: list[dict[str, Any]] = []
        for source in sources:
            for kind in ("configMap", "secret"):
                reference = mapping(mapping(source).get(kind))
                data = self.index.get(reference, kind) if reference else None
                if data is None:
                    continue
                items = sequence(reference.get("items")) or [{"key": k, "path": k} for k in data]
                owner = str(reference.get("name") or reference.get("secretName"))
                mode = reference.get("defaultMode")
                for item in items:
                    if mapping(item).get("key") in data:
                        found += self._file(owner, kind, item, data[item["key"]], mount, mode)
        if not found:
            self.losses.dropped(path, msg("What is mounted here is not in the manifest."))
        return found

    def _file(
        self,
        owner: str,
        kind: str,
        item: Mapping[str, Any],
        content: bytes,
        mount: Mapping[str, Any],
        default_mode: Any,
    ) -> list[dict[str, Any]]:
        target, sub_path = str(mount.get("mountPath")), str(mount.get("subPath") or "")
        relative = str(item.get("path"))
        if sub_path and relative != sub_path:
            return []
        where = target if sub_path else f"{target.rstrip('/')}/{relative}"
        name = "".join(c if c.isalnum() or c in "._-" else "-" for c in f"{owner}-{item['key']}")
        name = f"{name}-secret" if kind == "secret" else name
        self.shared.configs[name] = {"content": literal(content.decode("utf-8", "replace"))}
        mode = item.get("mode", default_mode)
        said = {"mode": mode} if isinstance(mode, int) else {}
        return [{"source": name, "target": literal(where), **said}]

    def _health(self, container: dict[str, Any], path: str) -> dict[str, Any]:
        """The readiness probe, else the liveness probe: compose knows one check."""
        keys = [key for key in ("readinessProbe", "livenessProbe") if container.get(key)]
        for key in keys[1:]:
            self.losses.dropped(f"{path}/{key}", msg("Compose knows one check of a service."))
        probe = mapping(container.get(keys[0])) if keys else {}
        test = _test(probe, container)
        if not keys or test is None:
            if keys:
                self.losses.dropped(f"{path}/{keys[0]}", msg("Compose can only run a command."))
            return {}
        if "exec" not in probe:
            self.losses.converted(
                f"{path}/{keys[0]}",
                "healthcheck",
                msg("Compose runs a command in the container: the image needs curl or nc."),
            )
        check: dict[str, Any] = {"test": test}
        for source, key in (("periodSeconds", "interval"), ("timeoutSeconds", "timeout")):
            check[key] = f"{probe.get(source, 10 if key == 'interval' else 1)}s"
        check["retries"] = probe.get("failureThreshold", 3)
        if probe.get("initialDelaySeconds"):
            check["start_period"] = f"{probe['initialDelaySeconds']}s"
        return {"healthcheck": check}

    def _resources(self, resources: Mapping[str, Any], path: str) -> dict[str, Any]:
        said: dict[str, dict[str, str]] = {}
        for side, key in (("limits", "limits"), ("requests", "reservations")):
            for resource, value in mapping(resources.get(side)).items():
                try:
                    quantity = Quantity.parse(str(value))
                except InvalidInput:
                    continue
                if resource == "cpu":
                    said.setdefault(key, {})["cpus"] = f"{quantity.amount.normalize():f}"
                elif resource == "memory":
                    said.setdefault(key, {})["memory"] = str(quantity.to_bytes())
                else:
                    self.losses.dropped(f"{path}/resources/{side}/{resource}", NO_FIELD)
        return dict(said)


def _bytes(size: Any) -> int:
    try:
        return Quantity.parse(str(size)).to_bytes() if size is not None else 0
    except InvalidInput:
        return 0


def _test(probe: Mapping[str, Any], container: dict[str, Any]) -> list[str] | None:
    if command := sequence(mapping(probe.get("exec")).get("command")):
        return ["CMD", *(literal(str(word)) for word in command)]
    http, tcp = mapping(probe.get("httpGet")), mapping(probe.get("tcpSocket"))
    if http and (port := port_number(http.get("port"), container)) is not None:
        scheme = str(http.get("scheme") or "HTTP").lower()
        return ["CMD", "curl", "-f", literal(f"{scheme}://localhost:{port}{http.get('path', '/')}")]
    if tcp and (port := port_number(tcp.get("port"), container)) is not None:
        return ["CMD", "nc", "-z", "localhost", str(port)]
    return None


def literal(text: str) -> str:
    """Text that compose shall not take for a variable."""
    return text.replace("$", "$$")
