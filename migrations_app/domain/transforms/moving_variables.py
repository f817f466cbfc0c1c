"""Variables that stand in containers, moved into a ConfigMap or a Secret of their own."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.expansion import meant, referred_to
from migrations_app.domain.manifests.resources import (
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
    sequence,
)
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.names import (
    SUBDOMAIN_LENGTH,
    is_data_key,
    to_data_key,
    to_subdomain,
    unique,
)
from migrations_app.domain.provenance import Step
from migrations_app.domain.secret_commands import holds_secrets
from migrations_app.domain.secrets import looks_secret
from migrations_app.domain.transforms.aims import Aim
from migrations_app.domain.transforms.base import Offshoot

_LISTS = ("initContainers", "containers")
_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
MOST_BYTES = 1_000_000
"""A ConfigMap or Secret holds 1 MiB with everything that belongs to it."""

_REFERENCES = {
    "ConfigMap": ("configMapRef", "configMapKeyRef"),
    "Secret": ("secretRef", "secretKeyRef"),
}


Batch = dict[str, tuple[str, str]]
"""Variable → its key and value."""


@dataclass(frozen=True, slots=True)
class Moving:
    """Which variables move, and how containers refer to them then.

    ``left`` stay. ``secret`` are secret whatever they look like. With a ``prefix`` only those move
    that begin so, and their keys are without it.
    """

    into: str
    one_by_one: bool = False
    prefix: str = ""
    left: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()

    def key_of(self, variable: Mapping[str, Any]) -> str | None:
        """The key under which a variable is kept, None if it stays."""
        name, value = variable.get("name"), variable.get("value")
        if not isinstance(name, str) or not isinstance(value, str) or len(variable) > 2:
            return None
        if name in self.left or not name.startswith(self.prefix):
            return None
        if (self.into == "Secret") != self._is_secret(name, value):
            return None
        if self.one_by_one:
            return to_data_key(name[len(self.prefix) :] or name)
        key = name[len(self.prefix) :]
        return key if is_data_key(key) and _VARIABLE.fullmatch(name) else None

    def _is_secret(self, name: str, value: str) -> bool:
        return (
            name in self.secret
            or MARKER in value
            or looks_secret(name, value)
            or holds_secrets(value)
        )


@dataclass(frozen=True, slots=True)
class MoveVariables:
    """Each container has a ConfigMap or Secret for itself: others would see its variables."""

    step: Step
    aim: Aim
    moving: Moving
    suffix: str
    immutable: bool = False

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        kind = self.moving.into
        taken = {(namespace_of(o), name_of(o)) for o in objects if o.get("kind") == kind}
        results: list[Object | None] = []
        new: list[Object] = []
        for index, body in enumerate(objects):
            found = pod_spec(body)
            if found is None:
                results.append(body)
                continue
            path, spec = found
            kept: list[Object] = []
            changed = self._pod(body, spec, taken, kept)
            results.append(body if changed is spec else replace_at(body, path, changed))
            new += [Offshoot(made, index) for made in kept]
        return [*results, *new]

    def _pod(
        self,
        body: Object,
        spec: dict[str, Any],
        taken: set[tuple[str, str]],
        new: list[Object],
    ) -> dict[str, Any]:
        result = spec
        alone = sum(len(sequence(spec.get(key))) for key in _LISTS) == 1
        for key in _LISTS:
            listed = sequence(spec.get(key))
            changed = [self._container(body, item, taken, new, alone=alone) for item in listed]
            if any(after is not before for after, before in zip(changed, listed, strict=True)):
                result = {**result, key: changed}
        return result

    def _container(
        self,
        body: Object,
        container: Any,
        taken: set[tuple[str, str]],
        new: list[Object],
        *,
        alone: bool,
    ) -> Any:
        if not isinstance(container, dict) or not self.aim.hits(container.get("name")):
            return container
        result: dict[str, Any] = container
        parts = (name_of(body), *(() if alone else (str(container.get("name")),)), self.suffix)
        for number, data in enumerate(self._batches(sequence(container.get("env"))), 1):
            name = "-".join((*parts, *((str(number),) if number > 1 else ())))
            kept = self._keep(body, name, dict(data.values()), taken)
            new.append(kept)
            result = self._referring(result, data, name_of(kept))
        return result

    def _batches(self, variables: list[Any]) -> list[Batch]:
        """What moves, in as many parts as it takes: keys are there once, and space is limited."""
        times = Counter(mapping(variable).get("name") for variable in variables)
        batches: list[Batch] = []
        keys: set[str] = set()
        asked: set[str] = set()
        size = 0
        for variable in variables:
            asked.update(referred_to(mapping(variable).get("value")))
            if not isinstance(variable, dict) or times[variable.get("name")] > 1:
                continue
            if variable.get("name") in asked and not self.moving.one_by_one:
                continue  # it would be known too early to those before it
            key = self.moving.key_of(variable)
            value = None if key is None else meant(variable["value"])
            needed = len(key or "") + len((value or "").encode())
            if key is None or value is None or needed > MOST_BYTES:
                continue
            if not batches or key in keys or size + needed > MOST_BYTES:
                batches.append({})
                keys, size = set(), 0
            batches[-1][variable["name"]] = key, value
            keys.add(key)
            size += needed
        return batches

    def _keep(
        self, body: Object, name: str, data: Mapping[str, str], taken: set[tuple[str, str]]
    ) -> Object:
        space = namespace_of(body)
        if self.immutable:
            name = f"{name}-{_content(data)}"
        names = (known for where, known in taken if where == space) if taken else ()
        source = f"{space}/{body.get('kind')}/{name}"
        name = to_subdomain(name)
        if (space, name) in taken:
            name = unique(name, names, source, SUBDOMAIN_LENGTH)
        taken.add((space, name))
        metadata = {"name": name, **({"namespace": space} if space else {})}
        kept: Object = {"apiVersion": "v1", "kind": self.moving.into, "metadata": metadata}
        if self.moving.into == "Secret":
            return {**kept, "type": "Opaque", "stringData": dict(data)}
        return {**kept, "data": dict(data), **({"immutable": True} if self.immutable else {})}

    def _referring(self, container: dict[str, Any], moved: Batch, name: str) -> dict[str, Any]:
        whole, single = _REFERENCES[self.moving.into]
        variables = sequence(container.get("env"))
        if self.moving.one_by_one:
            entries = [
                _single(item["name"], single, name, moved[item["name"]][0])
                if mapping(item).get("name") in moved
                else item
                for item in variables
            ]
            return {**container, "env": entries}
        left = [item for item in variables if mapping(item).get("name") not in moved]
        prefix = {"prefix": self.moving.prefix} if self.moving.prefix else {}
        source = {**prefix, whole: {"name": name}}
        result = {**container, "envFrom": [*sequence(container.get("envFrom")), source]}
        if left:
            return {**result, "env": left}
        del result["env"]
        return result


def _single(variable: str, reference: str, name: str, key: str) -> dict[str, Any]:
    return {"name": variable, "valueFrom": {reference: {"name": name, "key": key}}}


def _content(data: Mapping[str, str]) -> str:
    """Eight digits that are others when the content is another."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
