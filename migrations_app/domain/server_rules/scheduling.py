"""Where pods may run: tolerations and affinity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules.faults import (
    Fault,
    apart,
    of_expressions,
    of_key,
    of_label_selector,
    required,
    twice,
)

_HARD = "requiredDuringSchedulingIgnoredDuringExecution"
_SOFT = "preferredDuringSchedulingIgnoredDuringExecution"
_OF_NODES = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")


def of_placement(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    for index, toleration in enumerate(sequence(spec.get("tolerations"))):
        yield from _toleration((*path, "tolerations", index), mapping(toleration))
    yield from _spread((*path, "topologySpreadConstraints"), spec)
    affinity = spec.get("affinity")
    if isinstance(affinity, dict):
        yield from _nodes((*path, "affinity", "nodeAffinity"), affinity.get("nodeAffinity"))
        for field in ("podAffinity", "podAntiAffinity"):
            yield from _pods((*path, "affinity", field), affinity.get(field))


def _spread(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for index, rule in enumerate(sequence(spec.get("topologySpreadConstraints"))):
        key = mapping(rule).get("topologyKey")
        if key == "":
            yield required((*path, index, "topologyKey"), "topologyKey")
        both = (str(key), str(mapping(rule).get("whenUnsatisfiable")))
        if both in seen:
            yield twice((*path, index), key)
        seen.add(both)


def _toleration(path: Path, toleration: dict[str, Any]) -> Iterator[Fault]:
    operator = toleration.get("operator")
    yield from of_key((*path, "key"), toleration.get("key"))
    if operator == "Exists" and toleration.get("value"):
        yield apart((*path, "value"), "value", "Exists")
    if not toleration.get("key") and operator != "Exists":
        yield required((*path, "key"), "key")
    if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
        yield apart(
            (*path, "tolerationSeconds"), "tolerationSeconds", str(toleration.get("effect"))
        )


def _nodes(path: Path, affinity: Any) -> Iterator[Fault]:
    hard = mapping(mapping(affinity).get(_HARD))
    for index, term in enumerate(sequence(hard.get("nodeSelectorTerms"))):
        at: Path = (*path, _HARD, "nodeSelectorTerms", index, "matchExpressions")
        yield from of_expressions(at, sequence(mapping(term).get("matchExpressions")), _OF_NODES)
    for index, wish in enumerate(sequence(mapping(affinity).get(_SOFT))):
        at = (*path, _SOFT, index, "preference", "matchExpressions")
        listed = sequence(mapping(mapping(wish).get("preference")).get("matchExpressions"))
        yield from of_expressions(at, listed, _OF_NODES)


def _pods(path: Path, affinity: Any) -> Iterator[Fault]:
    for index, term in enumerate(sequence(mapping(affinity).get(_HARD))):
        yield from _term((*path, _HARD, index), mapping(term))
    for index, wish in enumerate(sequence(mapping(affinity).get(_SOFT))):
        at: Path = (*path, _SOFT, index, "podAffinityTerm")
        yield from _term(at, mapping(mapping(wish).get("podAffinityTerm")))


def _term(path: Path, term: dict[str, Any]) -> Iterator[Fault]:
    if not term.get("topologyKey"):
        yield required((*path, "topologyKey"), "topologyKey")
    yield from of_key((*path, "topologyKey"), term.get("topologyKey"))
    yield from of_label_selector((*path, "labelSelector"), term.get("labelSelector"))
