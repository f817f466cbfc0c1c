"""Names that a cluster accepts, for every object, container, volume and everything that refers.

All new names are planned first; then every object is rewritten by the same plan, so that what
referred to a thing before refers to it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    get,
    group,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
    sequence,
)
from migrations_app.domain.mends.references import (
    OBJECT_REFERENCES,
    POD_REFERENCES,
    rewrite_references,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.provenance import Step, StepKind

CODE = "NAM-01"
Rule = tuple[Callable[[str], bool], Callable[[str], str], int]

_SUBDOMAIN: Rule = (names.is_subdomain, names.to_subdomain, names.SUBDOMAIN_LENGTH)
_LABEL: Rule = (names.is_label, names.to_label, names.LABEL_LENGTH)
_SERVICE: Rule = (names.is_service_name, names.to_service_name, names.LABEL_LENGTH)
_ANY: Rule = (bool, str, 1024)

_RULES: Mapping[str, Rule] = {
    "Service": _SERVICE,
    "Namespace": _LABEL,
    "StatefulSet": _LABEL,
    "CronJob": (
        lambda n: len(n) <= 52 and names.is_subdomain(n),
        lambda n: names.to_label(n)[:52].rstrip("-"),
        52,
    ),
    "Job": _LABEL,
    "Pod": _SUBDOMAIN,
}
_OUTSIDE = frozenset({"ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount"})
_FREE_GROUPS = frozenset({"rbac.authorization.k8s.io"})


def _rule(body: Object) -> Rule:
    """How an object of this kind may be named; kinds we do not know may be named as they like."""
    own = group(body)
    if own in _FREE_GROUPS:
        return _ANY
    if "." in own and not own.endswith(".k8s.io"):
        return _ANY
    return _RULES.get(str(body.get("kind")), _SUBDOMAIN)


def accepts_name(body: Object, name: str) -> bool:
    """Whether an object of this kind may be called so."""
    return bool(_rule(body)[0](name))


@dataclass(slots=True)
class NamePlan:
    """Old name → new name for each kind, and what a person is told about it."""

    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    positions: dict[int, str] = field(default_factory=dict)

    def new_name(self, kind: str, old: Any) -> Any:
        """The name of what a reference means; what lies outside still needs a valid one."""
        if not isinstance(old, str) or not old:
            return old
        new = self.renamed.get((kind, old), old)
        return new if names.is_subdomain(new) or kind not in _OUTSIDE else names.to_subdomain(new)


def plan(objects: Objects) -> NamePlan:
    """New names for all objects whose own is not accepted, or is taken by another of its kind."""
    result = NamePlan()
    taken: dict[tuple[str, str, str], set[str]] = {}
    waiting: list[tuple[int, Object, Rule]] = []
    for index, body in enumerate(objects):
        rule, name = _rule(body), name_of(body)
        space = (group(body), str(body.get("kind")), namespace_of(body))
        if name and rule[0](name):
            taken.setdefault(space, set()).add(name)
        elif name or not mapping(body.get("metadata")).get("generateName"):
            waiting.append((index, body, rule))
    for index, body, rule in waiting:
        name, kind = name_of(body), str(body.get("kind"))
        space = (group(body), kind, namespace_of(body))
        known = result.renamed.get((kind, name))
        used = taken.setdefault(space, set())
        new = known or names.unique(
            rule[1](name) if name else kind.lower(), used, name or str(index), rule[2]
        )
        used.add(new)
        result.renamed[kind, name] = new
        result.positions[index] = new
    return result


@dataclass(frozen=True, slots=True)
class ValidNames:
    """Gives every object, container and volume a name that a cluster accepts."""

    @property
    def step(self) -> Step:
        return Step(
            StepKind.MENDED,
            CODE,
            msg("Kubernetes takes lower-case letters, digits and hyphens (RFC 1123)."),
        )

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        named = plan(objects)
        return [self._named(index, body, named) for index, body in enumerate(objects)]

    def _named(self, index: int, body: Object, named: NamePlan) -> Object:
        result = body
        if index in named.positions:
            result = replace_at(result, ("metadata", "name"), named.positions[index])
        result = rewrite_references(result, OBJECT_REFERENCES, named.new_name)
        found = pod_spec(result)
        if found is not None:
            path, spec = found
            changed = rewrite_references(spec, POD_REFERENCES, named.new_name)
            changed = _host_name(_volume_names(_container_names(changed)))
            if changed is not spec:
                result = replace_at(result, path, changed)
        return result


def _host_name(spec: dict[str, Any]) -> dict[str, Any]:
    for field in ("hostname", "subdomain"):
        host = spec.get(field)
        if isinstance(host, str) and host and not names.is_label(host):
            spec = {**spec, field: names.to_label(host)}
    return spec


def _container_names(spec: dict[str, Any]) -> dict[str, Any]:
    taken = {
        str(container.get("name"))
        for key in CONTAINER_LISTS
        for container in sequence(spec.get(key))
        if isinstance(container, dict) and names.is_label(str(container.get("name") or ""))
    }
    seen: set[str] = set()
    result = spec
    for key in CONTAINER_LISTS:
        for index, container in enumerate(sequence(spec.get(key))):
            if not isinstance(container, dict):
                continue
            old = container.get("name")
            text = "" if old is None else str(old)
            good = names.is_label(text) and isinstance(old, str) and text not in seen
            new = text
            if not good:
                made = names.to_label(text) if text else _name_from_image(container)
                new = names.unique(made, taken | seen, f"{key}/{index}/{text}")
                result = replace_at(result, (key, index, "name"), new)
            seen.add(new)
    return result


def _name_from_image(container: Mapping[str, Any]) -> str:
    image = str(container.get("image") or "container")
    return names.to_label(image.rpartition("/")[2].partition(":")[0].partition("@")[0])


def _volume_names(spec: dict[str, Any]) -> dict[str, Any]:
    volumes = sequence(spec.get("volumes"))
    old_names = [
        str(v["name"]) for v in volumes if isinstance(v, dict) and v.get("name") is not None
    ]
    mounts = _mounted_names(spec)
    taken = {name for name in [*old_names, *mounts] if names.is_label(name)}
    renamed: dict[str, str] = {}
    for name in dict.fromkeys([*old_names, *mounts]):
        if not names.is_label(name):
            renamed[name] = names.unique(names.to_label(name), taken, name)
            taken.add(renamed[name])
    if not renamed:
        return spec
    result = spec
    for index, volume in enumerate(volumes):
        if isinstance(volume, dict) and str(volume.get("name")) in renamed:
            result = replace_at(result, ("volumes", index, "name"), renamed[str(volume["name"])])
    for key in CONTAINER_LISTS:
        for place, container in enumerate(sequence(spec.get(key))):
            for kind in ("volumeMounts", "volumeDevices"):
                for index, mount in enumerate(sequence(mapping(container).get(kind))):
                    name = str(mapping(mount).get("name"))
                    if name in renamed:
                        result = replace_at(
                            result, (key, place, kind, index, "name"), renamed[name]
                        )
    return result


def _mounted_names(spec: Mapping[str, Any]) -> list[str]:
    return [
        str(mount["name"])
        for key in CONTAINER_LISTS
        for container in sequence(spec.get(key))
        for kind in ("volumeMounts", "volumeDevices")
        for mount in sequence(get(container, (kind,)))
        if isinstance(mount, dict) and isinstance(mount.get("name"), str)
    ]
