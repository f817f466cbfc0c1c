"""References to a Secret that the cluster has by another name, perhaps with other keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    get,
    map_pod_specs,
    map_spec_containers,
    mapping,
    name_of,
    replace_at,
    sequence,
)
from migrations_app.domain.mends.references import (
    OBJECT_REFERENCES,
    POD_REFERENCES,
    rewrite_references,
)
from migrations_app.domain.provenance import Step


@dataclass(frozen=True, slots=True)
class RenameSecret:
    """Whoever asked for ``name`` asks for ``new``; ``keys`` are ours and the cluster's.

    A variable or a file keeps the name it has in the container.
    """

    step: Step
    name: str
    new: str
    keys: Mapping[str, str]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        held = [
            key
            for body in objects
            if body.get("kind") == "Secret" and name_of(body) == self.name
            for section in ("data", "stringData")
            for key in mapping(body.get(section))
        ]
        listed = list(dict.fromkeys(held or self.keys))
        pods = map_pod_specs(objects, lambda _body, spec: self._pod(spec, listed))
        return [self._object(body) for body in pods]

    def _object(self, body: Object) -> Object:
        if body.get("kind") == "Secret":
            return body
        return rewrite_references(body, OBJECT_REFERENCES, self._new_name)

    def _new_name(self, kind: str, old: Any) -> Any:
        return self.new if kind == "Secret" and old == self.name else old

    def _pod(self, spec: dict[str, Any], listed: list[str]) -> dict[str, Any]:
        result = spec
        if self.keys:
            result = map_spec_containers(result, self._container)
            result = self._volumes(result, listed)
        return rewrite_references(result, POD_REFERENCES, self._new_name)

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        variables = sequence(container.get("env"))
        changed = [self._variable(item) for item in variables]
        known = {mapping(item).get("name") for item in variables}
        for source in sequence(container.get("envFrom")):
            if get(source, ("secretRef", "name")) == self.name:
                before = str(mapping(source).get("prefix") or "")
                for ours, theirs in self.keys.items():
                    if theirs != ours and before + ours not in known:
                        changed.append(_variable(before + ours, self.name, theirs))
        same = len(changed) == len(variables)
        if same and all(new is old for new, old in zip(changed, variables, strict=True)):
            return container
        return {**container, "env": changed}

    def _variable(self, variable: Any) -> Any:
        path = ("valueFrom", "secretKeyRef", "key")
        if get(variable, (*path[:-1], "name")) != self.name:
            return variable
        return self._renamed(variable, path)

    def _renamed(self, value: Any, path: tuple[str, ...]) -> Any:
        ours = get(value, path)
        theirs = self.keys.get(str(ours), ours)
        return value if theirs == ours else replace_at(value, path, theirs)

    def _volumes(self, spec: dict[str, Any], listed: list[str]) -> dict[str, Any]:
        volumes = sequence(spec.get("volumes"))
        changed = [self._volume(volume, listed) for volume in volumes]
        if all(new is old for new, old in zip(changed, volumes, strict=True)):
            return spec
        return {**spec, "volumes": changed}

    def _volume(self, volume: Any, listed: list[str]) -> Any:
        if get(volume, ("secret", "secretName")) == self.name:
            return self._files(volume, ("secret",), listed)
        result = volume
        for index, source in enumerate(sequence(get(volume, ("projected", "sources")))):
            if get(source, ("secret", "name")) == self.name:
                result = self._files(result, ("projected", "sources", index, "secret"), listed)
        return result

    def _files(self, volume: Any, at: tuple[str | int, ...], listed: list[str]) -> Any:
        """Files keep their names: all of them have to be said once one key is another."""
        items = get(volume, (*at, "items"))
        if not isinstance(items, list):
            items = [{"key": key, "path": key} for key in listed]
            volume = replace_at(volume, (*at, "items"), items)
        changed = [self._renamed(item, ("key",)) for item in items]
        if all(new is old for new, old in zip(changed, items, strict=True)):
            return volume
        return replace_at(volume, (*at, "items"), changed)


def _variable(name: str, secret: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
