"""What the environment of a container comes to, once every reference is resolved.

Source: Kubernetes documentation, "Define Dependent Environment Variables" (``$(VAR)``, ``$$``) and
the API reference of EnvVar, EnvFromSource and ObjectFieldSelector.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object

_REFERENCE = re.compile(r"\$(\$|\(([^)]*)\))")
_KEYED_FIELD = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")


@dataclass(frozen=True, slots=True)
class ConfigIndex:
    """The ConfigMaps and Secrets within reach, by name: key → bytes."""

    config_maps: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Iterable[Object]) -> ConfigIndex:
        config_maps: dict[str, Mapping[str, bytes]] = {}
        secrets: dict[str, Mapping[str, bytes]] = {}
        for body in objects:
            name = str((body.get("metadata") or {}).get("name", ""))
            if body.get("kind") == "ConfigMap":
                config_maps[name] = _texts(body.get("data")) | _decoded(body.get("binaryData"))
            elif body.get("kind") == "Secret":
                secrets[name] = _decoded(body.get("data")) | _texts(body.get("stringData"))
        return cls(config_maps, secrets)

    def get(self, reference: Mapping[str, Any], kind: str) -> Mapping[str, bytes] | None:
        """The data that a ``configMap…`` or ``secret…`` reference means, None if out of reach."""
        source = self.secrets if kind.startswith("secret") else self.config_maps
        return source.get(str(reference.get("name") or reference.get("secretName") or ""))


def _texts(data: Mapping[str, Any] | None) -> dict[str, bytes]:
    return {key: str(value).encode() for key, value in (data or {}).items()}


def _decoded(data: Mapping[str, Any] | None) -> dict[str, bytes]:
    decoded: dict[str, bytes] = {}
    for key, value in (data or {}).items():
        try:
            decoded[key] = base64.b64decode(str(value), validate=True)
        except ValueError:
            decoded[key] = str(value).encode()
    return decoded


def expand(text: str, known: Mapping[str, str]) -> str:
    """Resolve ``$(VAR)`` as the kubelet does: unknown names stay as written, ``$$`` is ``$``."""

    def replace(match: re.Match[str]) -> str:
        if match.group(1) == "$":
            return "$"
        return known.get(match.group(2), match.group(0))

    return _REFERENCE.sub(replace, text)


@dataclass(slots=True)
class Environment:
    """Resolves the environment of one container.

    ``missing`` collects references that lead nowhere (``ConfigMap/name``, ``Secret/name key``),
    ``substituted`` the fields only a cluster could fill.
    """

    index: ConfigIndex
    pod_name: str
    pod_metadata: Mapping[str, Any]
    namespace: str
    missing: list[str] = field(default_factory=list)
    substituted: list[str] = field(default_factory=list)

    def resolve(self, container: Mapping[str, Any]) -> dict[str, str]:
        """Variable → value, in the order in which a kubelet would set them."""
        values: dict[str, str] = {}
        for source in container.get("envFrom") or ():
            values.update(self._from_source(source))
        for variable in container.get("env") or ():
            name = str(variable.get("name", ""))
            if "valueFrom" in variable:
                value = self._value_from(variable["valueFrom"] or {})
                if value is not None:
                    values[name] = value
            else:
                values[name] = expand(str(variable.get("value") or ""), values)
        return values

    def _from_source(self, source: Mapping[str, Any]) -> dict[str, str]:
        prefix = str(source.get("prefix") or "")
        for kind in ("configMapRef", "secretRef"):
            reference = source.get(kind)
            if reference is None:
                continue
            data = self.index.get(reference, kind)
            if data is None:
                self._note_missing(reference, kind)
                return {}
            return {prefix + key: _text(value) for key, value in data.items()}
        return {}

    def _value_from(self, source: Mapping[str, Any]) -> str | None:
        for kind in ("configMapKeyRef", "secretKeyRef"):
            if reference := source.get(kind):
                data = self.index.get(reference, kind)
                key = str(reference.get("key", ""))
                if data is None or key not in data:
                    self._note_missing(reference, kind)
                    return None
                return _text(data[key])
        if reference := source.get("fieldRef"):
            return self._field(str(reference.get("fieldPath", "")))
        self.substituted.append("resourceFieldRef")
        return "0"

    def _field(self, path: str) -> str:
        known: dict[str, Callable[[], str]] = {
            "metadata.name": lambda: self.pod_name,
            "metadata.namespace": lambda: self.namespace,
            "spec.serviceAccountName": lambda: "default",
        }
        if path in known:
            return known[path]()
        if match := _KEYED_FIELD.fullmatch(path):
            return str((self.pod_metadata.get(match.group(1)) or {}).get(match.group(2), ""))
        self.substituted.append(path)
        return "127.0.0.1" if path.endswith("IP") else "rehearsal"

    def _note_missing(self, reference: Mapping[str, Any], kind: str) -> None:
        if not reference.get("optional"):
            owner = "Secret" if kind.startswith("secret") else "ConfigMap"
            self.missing.append(f"{owner}/{reference.get('name', '?')}")


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")
