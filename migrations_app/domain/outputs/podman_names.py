"""Names in Podman: it knows no namespaces, and one kind of volume for claims and configuration.

Source: Podman documentation, ``podman-kube-play`` (volumes are named after claims, ConfigMaps and
Secrets); a namespace becomes a prefix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import name_of, namespace_of

CONFIGURATION = ("ConfigMap", "Secret", "PersistentVolumeClaim")
_SUFFIXES = {"ConfigMap": "config", "Secret": "secret", "PersistentVolumeClaim": "claim"}
Thing = tuple[str, str, str]
"""Kind, namespace and name."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What is called how; what is not in the manifest gets its prefix too."""

    names: Mapping[Thing, str]

    @classmethod
    def of(cls, objects: Sequence[Object]) -> Naming:
        names: dict[Thing, str] = {}
        taken: set[str] = set()
        for body in objects:
            kind = str(body.get("kind"))
            if kind not in CONFIGURATION:
                continue
            plain = prefixed(namespace_of(body), name_of(body))
            name = f"{plain}-{_SUFFIXES[kind]}" if plain in taken else plain
            taken.add(name)
            names[kind, namespace_of(body), name_of(body)] = name
        return cls(names)

    def has(self, kind: str, namespace: str, name: str) -> bool:
        return (kind, namespace, name) in self.names

    def name(self, kind: str, namespace: str, name: str) -> str:
        return self.names.get((kind, namespace, name)) or prefixed(namespace, name)


def prefixed(namespace: str, name: str) -> str:
    """``bank`` and ``web`` are ``bank-web``."""
    return f"{namespace}-{name}" if namespace else name
