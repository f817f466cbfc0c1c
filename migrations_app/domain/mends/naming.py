"""Names that a cluster accepts, for every object, container, volume and everything that refers.

All new names are planned first; then every object is rewritten by the same plan, so that what
referred to a thing before refers to it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    CLAIM_TEMPLATES,
    claim_names,
    get,
    group,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
)
from migrations_app.domain.mends.pod_names import new_volume_names, with_valid_names
from migrations_app.domain.mends.references import (
    OBJECT_REFERENCES,
    POD_REFERENCES,
    matches,
    rewrite_references,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.provenance import Step, StepKind

CODE = "NAM-01"
Space = tuple[str, str, str]
"""API group, kind and namespace: where a name is unique."""

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
    """Old name → new name for each kind, and the new names of objects by their position.

    A name that only something outside can have (a claim, a Secret) is planned as well: two that
    differ stay different.
    """

    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    positions: dict[int, str] = field(default_factory=dict)

    def new_name(self, kind: str, old: Any) -> Any:
        """The name of what a reference means."""
        return self.renamed.get((kind, old), old) if isinstance(old, str) else old


def plan(objects: Objects) -> NamePlan:
    """New names for all objects and references whose own is not accepted.

    Names that are accepted stay, so a new one never takes one of them.
    """
    result = NamePlan()
    taken: dict[Space, set[str]] = {}
    waiting: list[tuple[int, Object, Rule]] = []
    for index, body in enumerate(objects):
        rule, name = _rule(body), name_of(body)
        if name and rule[0](name):
            taken.setdefault(_space(body), set()).add(name)
        elif name or _needs_name(body):
            waiting.append((index, body, rule))
    outside = _outside_names(objects, taken)
    for index, body, rule in waiting:
        name, kind = name_of(body), str(body.get("kind"))
        used = taken.setdefault(_space(body), set())
        known = result.renamed.get((kind, name))
        made = rule[1](name) if name else kind.lower()
        new = known or names.unique(made, used, name or str(index), rule[2])
        used.add(new)
        result.renamed[kind, name] = new
        result.positions[index] = new
    for kind, name in outside:
        if (kind, name) not in result.renamed:
            used = {n for space, known in taken.items() if space[1] == kind for n in known}
            new = names.unique(names.to_subdomain(name), used, name, names.SUBDOMAIN_LENGTH)
            taken.setdefault(("", kind, ""), set()).add(new)
            result.renamed[kind, name] = new
    return result


def _space(body: Object) -> Space:
    return group(body), str(body.get("kind")), namespace_of(body)


def _needs_name(body: Object) -> bool:
    """Objects of kinds we know need one, unless the server is to make it up."""
    return not mapping(body.get("metadata")).get("generateName") and _rule(body) is not _ANY


def _outside_names(objects: Objects, taken: dict[Space, set[str]]) -> dict[tuple[str, str], None]:
    """References to names that nothing can have; valid ones are noted as taken."""
    found: dict[tuple[str, str], None] = {}
    for body in objects:
        for kind, name in _referred(body):
            if kind not in _OUTSIDE:
                continue
            if names.is_subdomain(name):
                taken.setdefault(("", kind, namespace_of(body)), set()).add(name)
            else:
                found[kind, name] = None
    return found


def _referred(body: Object) -> Iterator[tuple[str, str]]:
    found = pod_spec(body)
    parts = [(body, OBJECT_REFERENCES), *([(found[1], POD_REFERENCES)] if found else [])]
    for value, references in parts:
        for kind, pattern in references:
            for path in matches(value, pattern):
                name = get(value, path)
                if isinstance(name, str) and name:
                    yield kind, name


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
        if named.renamed:
            result = rewrite_references(result, OBJECT_REFERENCES, named.new_name)
        found = pod_spec(result)
        if found is not None:
            path, changed = found
            spec = changed
            if named.renamed:
                changed = rewrite_references(changed, POD_REFERENCES, named.new_name)
            claims = claim_names(result)
            volumes = new_volume_names(changed, [*claims.values()])
            changed = with_valid_names(changed, volumes)
            if changed is not spec:
                result = replace_at(result, path, changed)
            for index, name in claims.items():
                if name in volumes:
                    at = (*CLAIM_TEMPLATES, index, "metadata", "name")
                    result = replace_at(result, at, volumes[name])
        return result
