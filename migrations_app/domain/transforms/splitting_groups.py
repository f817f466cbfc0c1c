"""Which containers of a pod stay together when it is split: those that share what cannot be split.

Containers that share an emptyDir or a volume that one node holds stay in one pod unless a person
says otherwise. What runs before the others goes with those for whom it prepares something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.answers import answered
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import (
    claim_names,
    get,
    mapping,
    name_of,
    namespace_of,
    sequence,
)
from migrations_app.domain.manifests.topology import Workload
from migrations_app.domain.messages import both, msg
from migrations_app.domain.names import to_label
from migrations_app.domain.questions import Choice, Question

TOGETHER = "together"
CLAIM = "claim"
APART = "apart"
_MANY_NODES = frozenset({"ReadWriteMany", "ReadOnlyMany"})

Modes = Mapping[tuple[str, str], Sequence[Any]]
"""Namespace and name of a claim → its access modes."""


@dataclass(frozen=True, slots=True)
class Group:
    """Containers that stay in one pod, by their names. The first group keeps the pod's name."""

    name: str
    containers: tuple[str, ...]
    init: tuple[str, ...] = ()

    @property
    def component(self) -> str:
        return self.containers[0]


def claim_modes(objects: Sequence[Object]) -> Modes:
    """The access modes of the claims among the objects."""
    return {
        (namespace_of(body), name_of(body)): sequence(get(body, ("spec", "accessModes")))
        for body in objects
        if body.get("kind") == "PersistentVolumeClaim"
    }


def can_be_split(workload: Workload) -> bool:
    """Whether several containers run beside each other and share no more than a pod's network."""
    alone = workload.spec.get("hostNetwork") or workload.spec.get("shareProcessNamespace")
    names = [item.get("name") for item in workload.containers]
    return (
        workload.kind in ("Pod", "Deployment", "StatefulSet")
        and workload.lasting
        and len(names) > 1
        and len(set(names)) == len(names)
        and all(isinstance(name, str) for name in names)
        and not alone
    )


def groups_of(workload: Workload, modes: Modes, answers: Mapping[str, str]) -> list[Group]:
    """The groups, that which keeps the name first."""
    joined = {str(item["name"]): str(item["name"]) for item in workload.containers}

    def root(name: str) -> str:
        while joined[name] != name:
            name = joined[name]
        return name

    for question, _volume, sharing in shared_volumes(workload, modes):
        if answered(question, answers).in_force == TOGETHER:
            for name in sharing[1:]:
                joined[root(name)] = root(sharing[0])
    members: dict[str, list[str]] = defaultdict(list)
    for name in joined:
        members[root(name)].append(name)
    listed = list(members.values())
    listed.sort(key=lambda names: not _holds_claims(workload, names))
    init = _init_containers(workload, listed)
    return [
        Group(
            workload.name if number == 0 else to_label(f"{workload.name}-{names[0]}"),
            tuple(names),
            tuple(init[number]),
        )
        for number, names in enumerate(listed)
    ]


def shared_volumes(
    workload: Workload, modes: Modes
) -> Iterator[tuple[Question, Mapping[str, Any], list[str]]]:
    """Volumes that several containers mount and that not every pod can have, with their names."""
    volumes = {item.get("name"): item for item in sequence(workload.spec.get("volumes")) if item}
    templates = set(claim_names(workload.body).values())
    for name in dict.fromkeys([*volumes, *templates]):
        volume = mapping(volumes.get(name))
        sharing = [
            str(container["name"])
            for container in workload.containers
            if any(
                mapping(mount).get("name") == name
                for mount in sequence(container.get("volumeMounts"))
            )
        ]
        if len(sharing) < 2:
            continue
        if name in templates or _on_one_node(workload, volume, modes):
            yield _about(workload, str(name), sharing, empty="emptyDir" in volume), volume, sharing


def _on_one_node(workload: Workload, volume: Mapping[str, Any], modes: Modes) -> bool:
    if "emptyDir" in volume or "hostPath" in volume or "ephemeral" in volume:
        return True
    claim = mapping(volume.get("persistentVolumeClaim")).get("claimName")
    if not claim:
        return False
    return not _MANY_NODES & set(modes.get((workload.namespace, str(claim)), ()))


def _about(workload: Workload, volume: str, sharing: Sequence[str], *, empty: bool) -> Question:
    other = (
        Choice(CLAIM, msg("Split them, with a claim that several nodes can mount"))
        if empty
        else Choice(APART, msg("Split them: the volume can be mounted on several nodes"))
    )
    return Question(
        id=f"shared-volume:{workload.name}:{volume}",
        code="shared-volume",
        text=msg(
            "%(containers)s share the volume %(volume)s. Do they stay together?",
            containers=both(sharing),
            volume=volume,
        ),
        why=msg("Pods on different nodes see the same files only if the volume allows for it."),
        choices=(Choice(TOGETHER, msg("They stay in one pod")), other),
        recommended=TOGETHER,
    )


def _holds_claims(workload: Workload, names: Sequence[str]) -> bool:
    """Whether claim templates, which stay with the StatefulSet, are for these containers."""
    templates = set(claim_names(workload.body).values())
    return bool(templates & _mounted(workload.containers, names))


def _mounted(containers: Sequence[Mapping[str, Any]], names: Sequence[str]) -> set[Any]:
    return {
        mapping(mount).get("name")
        for container in containers
        if container.get("name") in names
        for mount in sequence(container.get("volumeMounts"))
    }


def _init_containers(workload: Workload, groups: Sequence[Sequence[str]]) -> list[list[str]]:
    """Each runs where its volume is mounted later; in all of those pods if it is empty at first."""
    empty = {
        mapping(volume).get("name")
        for volume in sequence(workload.spec.get("volumes"))
        if "emptyDir" in mapping(volume)
    }
    lasting = {
        mapping(volume).get("name")
        for volume in sequence(workload.spec.get("volumes"))
        if mapping(volume).keys() & {"persistentVolumeClaim", "hostPath", "ephemeral"}
    } | set(claim_names(workload.body).values())
    mounted = [_mounted(workload.containers, names) for names in groups]
    found: list[list[str]] = [[] for _group in groups]
    listed = sequence(workload.spec.get("initContainers"))
    for container in (item for item in listed if isinstance(item, dict)):
        name = str(container.get("name"))
        own = _mounted([container], [name])
        prepared = [number for number, there in enumerate(mounted) if own & there & empty]
        kept = [number for number, there in enumerate(mounted) if own & there & lasting]
        for number in prepared or kept[:1] or [0]:
            found[number].append(name)
    return found
