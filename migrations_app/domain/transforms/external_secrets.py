"""ExternalSecrets in place of Secrets: an operator in the cluster fetches the values.

Source: external-secrets.io, "ExternalSecret" (``v1`` and ``v1beta1`` have these fields alike).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import mapping, name_of, namespace_of
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim

_MADE_BY_THE_CLUSTER = frozenset(
    {"kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"}
)


def is_kept(body: Any) -> bool:
    """Whether an object is a Secret that somebody has to give values to."""
    return (
        isinstance(body, dict)
        and body.get("kind") == "Secret"
        and body.get("apiVersion") == "v1"
        and body.get("type") not in _MADE_BY_THE_CLUSTER
    )


@dataclass(frozen=True, slots=True)
class Remote:
    """The store, and what values are called there: ``{secret}``, ``{key}``, ``{namespace}``."""

    store: str
    store_kind: str
    refresh: str
    key: str
    property: str
    version: str

    def reference(self, body: Object, key: str) -> dict[str, str]:
        """Where one value is."""
        words = {"{secret}": name_of(body), "{key}": key, "{namespace}": namespace_of(body)}
        made = {"key": _filled(self.key, words)}
        return {**made, "property": _filled(self.property, words)} if self.property else made


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text


@dataclass(frozen=True, slots=True)
class FetchSecrets:
    """The Secret itself is no part of the manifest any more; pods refer to it as before."""

    step: Step
    aim: Aim
    remote: Remote

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._external(body) if self._is_meant(body) else body for body in objects]

    def _is_meant(self, body: Object) -> bool:
        return is_kept(body) and self.aim.hits(name_of(body))

    def _external(self, body: Object) -> Object:
        keys = dict.fromkeys([*mapping(body.get("data")), *mapping(body.get("stringData"))])
        target: dict[str, Any] = {"name": name_of(body), "creationPolicy": "Owner"}
        if body.get("type") not in (None, "Opaque"):
            target["template"] = {"type": body["type"]}
        if body.get("immutable"):
            target["immutable"] = True
        return {
            "apiVersion": self.remote.version,
            "kind": "ExternalSecret",
            "metadata": body.get("metadata"),
            "spec": {
                "refreshInterval": self.remote.refresh,
                "secretStoreRef": {"name": self.remote.store, "kind": self.remote.store_kind},
                "target": target,
                "data": [
                    {"secretKey": key, "remoteRef": self.remote.reference(body, key)}
                    for key in keys
                ],
            },
        }
