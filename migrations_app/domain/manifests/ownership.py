"""Services, and who owns which object.

Every object has one owner: the only service that uses it, else the shared set. Namespaces,
definitions and everything else that belongs to the whole cluster are always shared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrations_app.domain.bundle import Object, SourceObject
from migrations_app.domain.manifests.resources import (
    get,
    group,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    sequence,
)
from migrations_app.domain.manifests.scope import is_namespaced
from migrations_app.domain.mends.references import (
    OBJECT_REFERENCES,
    POD_REFERENCES,
    matches,
)
from migrations_app.domain.names import to_label, unique

_BINDINGS = frozenset({"RoleBinding", "ClusterRoleBinding"})
_NOT_SERVICES = frozenset({"PodTemplate"})
_SELECTING = frozenset({"Service", "PodDisruptionBudget", "NetworkPolicy"})

PodLabel = tuple[str, str, str]
"""A namespace, and one label in it."""


@dataclass(frozen=True, slots=True)
class OwnedService:
    """A workload and what belongs to it alone, the workload first, the rest in manifest order.

    ``identity`` survives renaming (a systemd unit, a compose service); ``""`` without one.
    """

    kind: str
    namespace: str
    name: str
    identity: str
    objects: tuple[SourceObject, ...]


@dataclass(frozen=True, slots=True)
class Ownership:
    """All objects of a manifest, divided among its services and the shared set."""

    services: tuple[OwnedService, ...]
    shared: tuple[SourceObject, ...]


def divide(
    objects: Sequence[SourceObject],
    identities: Mapping[str, str],
    parts: Mapping[str, str] | None = None,
) -> Ownership:
    """Find the services and give every other object to the only one that uses it.

    ``identities``: object label of a workload → its stable identity. ``parts``: label of a workload
    that was split off → label of the one it belongs to: together they stay one service.
    """
    bodies = [item.body for item in objects]
    belonging = _belonging(objects, parts or {})
    workloads = [
        index for index, body in enumerate(bodies) if is_service(body) and index not in belonging
    ]
    users = _users(bodies, workloads, belonging)
    owned: dict[int, list[int]] = {index: [] for index in workloads}
    shared: list[SourceObject] = []
    for index, item in enumerate(objects):
        if index in owned:
            continue
        using = users[index]
        if len(using) == 1 and is_namespaced(item.body):
            owned[next(iter(using))].append(index)
        else:
            shared.append(item)
    services = tuple(
        OwnedService(
            str(bodies[index].get("kind")),
            namespace_of(bodies[index]),
            name_of(bodies[index]),
            identities.get(objects[index].label, ""),
            tuple(objects[i] for i in (index, *rest)),
        )
        for index, rest in owned.items()
    )
    return Ownership(services, tuple(shared))


def is_service(body: Object) -> bool:
    """Whether an object is a workload, and so a service of its own."""
    return body.get("kind") not in _NOT_SERVICES and pod_spec(body) is not None


def service_key(service: OwnedService, taken: Iterable[str]) -> str:
    """What a service is called in addresses: its name, with a stable suffix if that is taken."""
    source = f"{service.namespace}/{service.kind}/{service.identity or service.name}"
    return unique(to_label(service.name), taken, source)


def _belonging(objects: Sequence[SourceObject], parts: Mapping[str, str]) -> dict[int, int]:
    """Position of a workload that was split off → position of the one it belongs to."""
    if not parts:
        return {}
    spots = {
        (item.label, namespace_of(item.body)): index
        for index, item in enumerate(objects)
        if is_service(item.body)
    }
    return {
        index: spots[parts[label], space]
        for (label, space), index in spots.items()
        if label in parts and (parts[label], space) in spots
    }


def _users(
    bodies: Sequence[Object], workloads: Sequence[int], belonging: Mapping[int, int]
) -> dict[int, set[int]]:
    """For each object the workloads that lead to it, following references outwards."""
    outward = _outward(bodies)
    users: dict[int, set[int]] = defaultdict(set)
    split: dict[int, list[int]] = defaultdict(list)
    for part, main in belonging.items():
        split[main].append(part)
        users[part].add(main)
    for workload in workloads:
        waiting = [workload, *split[workload]] if workload in split else [workload]
        seen = set(waiting)
        while waiting:
            for target in outward[waiting.pop()]:
                if target not in seen and not is_service(bodies[target]):
                    seen.add(target)
                    waiting.append(target)
                    users[target].add(workload)
    return users


def _outward(bodies: Sequence[Object]) -> dict[int, set[int]]:
    """Edges that lead away from workloads: to what they use, and to what points at them."""
    named = {
        (str(body.get("kind")), namespace_of(body), name_of(body)): index
        for index, body in enumerate(bodies)
    }
    for (kind, space, name), index in list(named.items()):
        if kind == "ExternalSecret":
            named.setdefault(("Secret", space, name), index)
    edges: dict[int, set[int]] = defaultdict(set)
    for index, body in enumerate(bodies):
        space = namespace_of(body)
        for kind, name in _uses(body):
            target = named.get((kind, space, name), named.get((kind, "", name)))
            if target is not None and target != index:
                edges[index].add(target)
        for kind, name in _points_at(body):
            target = named.get((kind, space, name))
            if target is not None:
                edges[target].add(index)
    pods = _pods_by_label(bodies)
    for index, selecting in enumerate(bodies):
        for workload in _selected(selecting, pods):
            edges[workload].add(index)
    return edges


def _uses(body: Object) -> Iterator[tuple[str, str]]:
    """Kind and name of what an object needs to work."""
    if body.get("kind") == "StatefulSet":
        yield "Service", str(get(body, ("spec", "serviceName")))
    if body.get("kind") in _BINDINGS:
        role = mapping(body.get("roleRef"))
        yield str(role.get("kind")), str(role.get("name"))
    found = pod_spec(body)
    parts = [(body, OBJECT_REFERENCES)]
    if found is not None:
        parts.append((found[1], POD_REFERENCES))
    for value, references in parts:
        for kind, pattern in references:
            if kind == "Service" or pattern[0] == "subjects":
                continue
            for path in matches(value, pattern):
                yield kind, str(get(value, path))


def _points_at(body: Object) -> Iterator[tuple[str, str]]:
    """Kind and name of what an object serves: the target of an autoscaler, a route's backends."""
    kind = body.get("kind")
    target = mapping(get(body, ("spec", "scaleTargetRef")))
    if target:
        yield str(target.get("kind")), str(target.get("name"))
    if kind in _BINDINGS:
        for subject in sequence(body.get("subjects")):
            yield str(mapping(subject).get("kind")), str(mapping(subject).get("name"))
    if kind == "Ingress":
        for reference, pattern in OBJECT_REFERENCES:
            if reference == "Service":
                for path in matches(body, pattern):
                    yield "Service", str(get(body, path))
    if group(body) == "gateway.networking.k8s.io":
        for path in matches(body, ("spec", "rules", "*", "backendRefs", "*", "name")):
            yield "Service", str(get(body, path))


def _pods_by_label(bodies: Sequence[Object]) -> dict[PodLabel, set[int]]:
    pods: dict[PodLabel, set[int]] = defaultdict(set)
    for index, body in enumerate(bodies):
        found = pod_metadata(body)
        if found is not None:
            for key, value in mapping(found[1].get("labels")).items():
                pods[namespace_of(body), str(key), str(value)].add(index)
    return pods


def _selected(body: Object, pods: Mapping[PodLabel, set[int]]) -> set[int]:
    """The workloads whose pods a Service, a budget or a policy selects."""
    if body.get("kind") not in _SELECTING:
        return set()
    spec = mapping(body.get("spec"))
    selector = mapping(spec.get("selector") or spec.get("podSelector"))
    wanted = selector if body.get("kind") == "Service" else mapping(selector.get("matchLabels"))
    space = namespace_of(body)
    sets = [pods.get((space, str(key), str(value)), set()) for key, value in wanted.items()]
    return set.intersection(*sets) if sets else set()
