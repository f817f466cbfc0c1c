"""One pod as Podman plays it: written anew from the fields that it knows.

Source: Podman documentation, "Kubernetes YAML support" and its table of fields; behaviour of
4.3 (fractions of memory become far too large, references to fields other than name, uid, labels
and annotations are refused, ``$(VAR)`` in arguments is passed on unread).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.outputs.base import Losses
from migrations_app.domain.outputs.podman_names import Naming
from migrations_app.domain.outputs.podman_ports import Published, port_number
from migrations_app.domain.outputs.podman_unread import tell_unread
from migrations_app.domain.outputs.podman_volumes import Volumes
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.rehearsal.configuration import ConfigIndex, expand

LONGEST_HOSTNAME = 63
_POD_FIELDS = (
    *("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostname", "hostAliases"),
    *("dnsConfig", "terminationGracePeriodSeconds"),
)
_POD_SECURITY = ("supplementalGroups", "seLinuxOptions", "sysctls", "fsGroup")
_INHERITED = ("runAsUser", "runAsGroup")
_CONTAINER_FIELDS = ("imagePullPolicy", "workingDir", "tty")
_CONTAINER_SECURITY = (
    *("runAsUser", "runAsGroup", "readOnlyRootFilesystem", "allowPrivilegeEscalation"),
    *("privileged", "procMount", "seLinuxOptions"),
)
_WRITTEN = (
    *("name", "image", "command", "args", "env", "envFrom", "ports", "resources"),
    *("volumeMounts", "securityContext", "restartPolicy"),
)
_PROBES = ("livenessProbe", "startupProbe")
_KNOWN_FIELDS = ("metadata.name", "metadata.uid")
_REASONS: Mapping[str, Message] = {
    "readinessProbe": msg("Podman runs no readiness probes, and nothing waits for them."),
    "lifecycle": msg("Podman runs no lifecycle hooks."),
}
_UNREAD = msg("Podman does not read this field.")


@dataclass(slots=True)
class PodWriter:
    """Writes one pod. ``label`` is what rows call the specification of the pod."""

    name: str
    namespace: str
    label: str
    naming: Naming
    losses: Losses
    ports: Iterable[Published]
    claims: Mapping[str, str]
    index: ConfigIndex

    def spec(self, spec: Mapping[str, Any], restart: str) -> dict[str, Any]:
        volumes = Volumes(
            self.name, self.namespace, self.label, self.naming, self.losses, self.claims
        )
        played: dict[str, Any] = {key: spec[key] for key in _POD_FIELDS if key in spec}
        if len(self.name) + len("-pod-0") > LONGEST_HOSTNAME:
            played.setdefault("hostname", self.name[-LONGEST_HOSTNAME:].lstrip("-."))
        played["restartPolicy"] = restart
        security = mapping(spec.get("securityContext"))
        if kept := {key: security[key] for key in _POD_SECURITY if key in security}:
            played["securityContext"] = kept
        declared = volumes.written(spec.get("volumes"))
        played |= self._containers(spec, volumes)
        if declared:
            played["volumes"] = declared
        tell_unread(spec, self.label, self.losses)
        self._note(spec, (*_POD_FIELDS, "restartPolicy", "securityContext", "volumes"), self.label)
        self._note(security, (*_POD_SECURITY, *_INHERITED), f"{self.label}/securityContext")
        return played

    def _containers(self, spec: Mapping[str, Any], volumes: Volumes) -> dict[str, Any]:
        """Init containers that never end are no init containers to Podman."""
        played: dict[str, list[dict[str, Any]]] = {"initContainers": [], "containers": []}
        inherited = {
            key: value
            for key, value in mapping(spec.get("securityContext")).items()
            if key in _INHERITED
        }
        for kind in played:
            for index, container in enumerate(sequence(spec.get(kind))):
                if not isinstance(container, dict):
                    continue
                path = f"{self.label}/{kind}/{index}"
                sidecar = kind == "initContainers" and container.get("restartPolicy") == "Always"
                if sidecar:
                    self.losses.converted(
                        path,
                        "containers",
                        msg("Podman would wait for its end: it starts beside the others."),
                    )
                target = "containers" if sidecar else kind
                written = self._container(container, inherited, volumes, path, target)
                played[target].append(written)
        return {kind: listed for kind, listed in played.items() if listed}

    def _container(
        self,
        container: dict[str, Any],
        inherited: Mapping[str, Any],
        volumes: Volumes,
        path: str,
        kind: str,
    ) -> dict[str, Any]:
        played: dict[str, Any] = {
            key: container[key] for key in ("name", "image") if key in container
        }
        played |= {key: container[key] for key in _CONTAINER_FIELDS if key in container}
        environment, known = self._environment(container, path)
        for key in ("command", "args"):
            if container.get(key):
                played[key] = [_expanded(str(word), known) for word in sequence(container[key])]
        played |= environment
        mine = [port.written() for port in self.ports if port.container == container.get("name")]
        if mine and kind == "containers":
            played["ports"] = mine
        if resources := self._resources(mapping(container.get("resources")), path):
            played["resources"] = resources
        if security := self._security(mapping(container.get("securityContext")), inherited, path):
            played["securityContext"] = security
        if mounts := volumes.mounts(container, path):
            played["volumeMounts"] = mounts
        probes = _PROBES if kind == "containers" else ()
        for key in probes:
            if (probe := self._probe(container, key, path)) is not None:
                played[key] = probe
        self._note(container, (*_CONTAINER_FIELDS, *_WRITTEN, *probes), path)
        return played

    def _environment(
        self, container: Mapping[str, Any], path: str
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """``env`` and ``envFrom``, and the values that are known from the manifest alone."""
        known: dict[str, str] = {}
        variables: list[dict[str, Any]] = []
        sources: list[dict[str, Any]] = []
        own = {mapping(item).get("name") for item in sequence(container.get("env"))}
        for index, source in enumerate(sequence(container.get("envFrom"))):
            where = f"{path}/envFrom/{index}"
            secret = self._secret(mapping(mapping(source).get("secretRef")), where)
            prefix = str(mapping(source).get("prefix") or "")
            if secret is not None:
                named = {prefix + key: value for key, value in secret.items()}
                known |= named
                variables += [
                    {"name": key, "value": value} for key, value in named.items() if key not in own
                ]
            elif isinstance(source, dict):
                sources.append(self._source(source, where))
        for index, variable in enumerate(sequence(container.get("env"))):
            if not isinstance(variable, dict):
                continue
            written = self._variable(variable, known, f"{path}/env/{index}")
            if written is not None:
                variables.append(written)
        played: dict[str, Any] = {"env": variables} if variables else {}
        return (played | {"envFrom": sources} if sources else played), known

    def _variable(
        self, variable: Mapping[str, Any], known: dict[str, str], path: str
    ) -> dict[str, Any] | None:
        name = str(variable.get("name"))
        source = mapping(variable.get("valueFrom"))
        if not source:
            # Podman expands no values of variables, so nothing in them is escaped for it.
            known[name] = expand(str(variable.get("value") or ""), known)
            return {"name": name, "value": known[name]}
        reference = mapping(source.get("secretKeyRef"))
        secret = self._secret(reference, path)
        if secret is not None and reference.get("key") in secret:
            known[name] = secret[str(reference["key"])]
            return {"name": name, "value": known[name]}
        for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if isinstance(source.get(key), dict):
                played = self._reference(source[key], kind, path)
                return {"name": name, "valueFrom": {key: played}}
        field = str(mapping(source.get("fieldRef")).get("fieldPath") or "")
        if field in _KNOWN_FIELDS or field.startswith(
            ("metadata.labels[", "metadata.annotations[")
        ):
            return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": field}}}
        fixed = {
            "metadata.namespace": self.namespace or "default",
            "spec.serviceAccountName": "default",
        }
        if field in fixed:
            self.losses.converted(path, fixed[field], msg("Podman cannot refer to this field."))
            return {"name": name, "value": fixed[field]}
        self.losses.dropped(
            path, msg("Podman cannot refer to this field, and only a host knows it.")
        )
        return None

    def _secret(self, reference: Mapping[str, Any], path: str) -> dict[str, str] | None:
        """The values of a Secret of the manifest: Podman 4.3 cannot take variables from one."""
        data = self.index.get(reference, "secretRef") if reference else None
        if data is None:
            return None
        self.losses.converted(
            path,
            "value",
            msg("Podman 4.3 takes no variable from a Secret: the value stands in its place."),
        )
        return {key: value.decode("utf-8", errors="replace") for key, value in data.items()}

    def _source(self, source: Mapping[str, Any], path: str) -> dict[str, Any]:
        played = dict(source)
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if isinstance(source.get(key), dict):
                played[key] = self._reference(source[key], kind, path)
        return played

    def _reference(self, reference: Mapping[str, Any], kind: str, path: str) -> dict[str, Any]:
        name = str(reference.get("name"))
        played = {**reference, "name": self.naming.name(kind, self.namespace, name)}
        if not self.naming.has(kind, self.namespace, name) and not reference.get("optional"):
            played["optional"] = True
            self.losses.converted(
                path,
                "optional",
                msg("%(kind)s %(name)s is not in the manifest.", kind=kind, name=name),
            )
        return played

    def _resources(self, resources: Mapping[str, Any], path: str) -> dict[str, Any]:
        played: dict[str, dict[str, str]] = {}
        for side in ("limits", "requests"):
            for key, value in mapping(resources.get(side)).items():
                where = f"{path}/resources/{side}/{key}"
                if key not in ("cpu", "memory") or (side, key) == ("requests", "cpu"):
                    self.losses.dropped(where, _UNREAD)
                    continue
                try:
                    quantity = Quantity.parse(str(value))
                except InvalidInput:
                    self.losses.dropped(where, msg("This is not a quantity."))
                    continue
                whole = quantity.whole_binary() if key == "memory" else quantity.canonical()
                plain = whole if "." in quantity.text or quantity.text.endswith("m") else str(value)
                played.setdefault(side, {})[key] = plain
        return dict(played)

    def _security(
        self, security: Mapping[str, Any], inherited: Mapping[str, Any], path: str
    ) -> dict[str, Any]:
        played = dict(inherited)
        played |= {key: security[key] for key in _CONTAINER_SECURITY if key in security}
        capabilities = {
            side: [str(name).upper().removeprefix("CAP_") for name in sequence(listed)]
            for side, listed in mapping(security.get("capabilities")).items()
            if side in ("add", "drop") and listed
        }
        if capabilities:
            played["capabilities"] = capabilities
        known = (*_CONTAINER_SECURITY, "capabilities")
        self._note(security, known, f"{path}/securityContext")
        return played

    def _probe(self, container: dict[str, Any], key: str, path: str) -> dict[str, Any] | None:
        """A probe with its port by number; one by gRPC is none to Podman."""
        probe = container.get(key)
        if not isinstance(probe, dict):
            return None
        if "grpc" in probe:
            self.losses.dropped(f"{path}/{key}", msg("Podman knows no probes by gRPC."))
            return None
        for action in ("httpGet", "tcpSocket"):
            wanted = mapping(probe.get(action)).get("port")
            number = port_number(wanted, container)
            if number is not None and number != wanted:
                return {**probe, action: {**probe[action], "port": number}}
        return dict(probe)

    def _note(self, value: Mapping[str, Any], known: Iterable[str], path: str) -> None:
        """A row for every field that was not written."""
        left = set(value) - set(known) - {"containers", "initContainers"}
        for key in sorted(left):
            self.losses.dropped(f"{path}/{key}", _REASONS.get(key, _UNREAD))


def _expanded(text: str, known: Mapping[str, str]) -> str:
    """References to known variables filled in, and ``$$`` as the ``$`` that it means.

    What would be a reference then stays escaped, for Podman to read: 4.3 does not.
    """
    told = expand(text, known)
    return text if "$$" in text and ("$$" in told or "$(" in told) else told
