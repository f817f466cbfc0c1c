"""Routes from outside: which workloads are exposed, by which port, and the objects that do it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.answers import answered
from migrations_app.domain.bundle import Object, Objects, SourceObject
from migrations_app.domain.manifests.resources import (
    get,
    group,
    mapping,
    name_of,
    namespace_of,
)
from migrations_app.domain.manifests.topology import (
    Topology,
    Workload,
    protocol_of,
    target_of,
)
from migrations_app.domain.mends.references import OBJECT_REFERENCES, matches
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.provenance import Step
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.transforms.by_workload import NONE, is_named, overlaid, said_of
from migrations_app.domain.transforms.exposure_objects import (
    GATEWAY_GROUP,
    filled,
    hosts_of,
    route_to,
)

HTTP_NUMBERS = frozenset({80, 443, 3000, 5000, 8000, 8080, 8081, 8088, 8443, 8888, 9000})
_TLS = frozenset({443, 8443})
"""Ports at which TLS is spoken: routes end it and ask the pods in clear."""

OTHER_NUMBERS = frozenset(
    {21, 22, 25, 53, 389, 465, 587, 993, 1433, 1521, 1883, 2379, 3306, 4222, 5432, 5672}
    | {6379, 6380, 9042, 9092, 9300, 11211, 26379, 27017}
)
"""Ports of what is well known to speak no HTTP (IANA service names)."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A workload that outside is to reach, by a port of its own."""

    workload: Workload
    number: int
    port: int


@dataclass(frozen=True, slots=True)
class AddRoutes:
    """An Ingress, or an HTTPRoute, for every workload that is to be reached from outside.

    ``whole`` is the section as all presets together say it, and decides who is exposed; ``said``
    is what the presets up to this step say, and goes into the routes. ``published``: object label →
    ports that the source opened on the host.
    """

    step: Step
    said: Mapping[str, Any]
    whole: Mapping[str, Any]
    published: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        topology = Topology.of(objects)
        results: list[Object | None] = list(objects)
        routed, own = _routed(objects)
        for exposed in self._exposed(topology):
            workload = exposed.workload
            said = said_of(self.said, workload.name)
            if said is None or not said.get("host"):
                continue
            service = _leading(topology, exposed)
            if service is None:
                continue
            name, port = service
            route = route_to(workload, name, port, said)
            index = own.get((route["kind"], workload.namespace, route["metadata"]["name"]))
            if index is not None:
                if hosts_of(objects[index]) == hosts_of(route):
                    results[index] = overlaid(objects[index], route)
            elif (workload.namespace, name) not in routed:
                results.append(route)
        return results

    def questions(self, items: Sequence[SourceObject]) -> Iterator[Question]:
        """Which port speaks HTTP, and who answers at a host that several could answer at."""
        topology = Topology.of([item.body for item in items])
        for number, workload in enumerate(topology.workloads):
            question = self._about_port(topology, number, workload)
            if question is not None:
                yield _placed(question, items[workload.index])
        for host, rivals in self._rivals(topology).items():
            yield _placed(_about_host(host, rivals), items[rivals[0].workload.index])

    def _exposed(self, topology: Topology) -> Iterator[Exposed]:
        losers: set[int] = set()
        for host, rivals in self._rivals(topology).items():
            chosen = answered(_about_host(host, rivals), self.answers).in_force
            losers |= {item.number for item in rivals if item.workload.name != chosen}
        for exposed in self._candidates(topology):
            if exposed.number not in losers:
                yield exposed

    def _rivals(self, topology: Topology) -> dict[str, list[Exposed]]:
        """Workloads that one host and path would lead to, where there are several."""
        at: dict[tuple[str, str, str], list[Exposed]] = defaultdict(list)
        for exposed in self._candidates(topology):
            said = mapping(said_of(self.whole, exposed.workload.name))
            host = filled(said.get("host"), exposed.workload)
            at[host, said.get("path") or "/", exposed.workload.namespace].append(exposed)
        return {
            f"{host}{path.rstrip('/')}": rivals
            for (host, path, _space), rivals in at.items()
            if len(rivals) > 1
        }

    def _candidates(self, topology: Topology) -> Iterator[Exposed]:
        for number, workload in enumerate(topology.workloads):
            said = said_of(self.whole, workload.name)
            if not said or not said.get("host") or said.get("route") == NONE:
                continue
            if not workload.lasting:
                continue
            if said.get("port") is not None and is_named(self.whole, workload.name):
                port = workload.port(said["port"])
                if port is not None:
                    yield Exposed(workload, number, port["containerPort"])
                continue
            sure, unclear = self._ports(topology, number, workload)
            if unclear:
                question = _about_ports(workload, sure, unclear)
                answer = answered(question, self.answers).in_force
                if answer != NONE:
                    yield Exposed(workload, number, int(answer))
            elif sure:
                yield Exposed(workload, number, sure[0])

    def _about_port(self, topology: Topology, number: int, workload: Workload) -> Question | None:
        said = said_of(self.whole, workload.name)
        if not said or not said.get("host") or said.get("route") == NONE or not workload.lasting:
            return None
        if said.get("port") is not None and is_named(self.whole, workload.name):
            return None
        sure, unclear = self._ports(topology, number, workload)
        return _about_ports(workload, sure, unclear) if unclear else None

    def _ports(
        self, topology: Topology, number: int, workload: Workload
    ) -> tuple[list[int], list[int]]:
        """The ports that look like HTTP, and all that a person has to choose among, if any."""
        open_ports = self._opened(topology, number, workload)
        web = [port for port in open_ports if _looks_like_http(workload, port)]
        unknown = [port for port in open_ports if port not in web and port not in OTHER_NUMBERS]
        if len(web) == 1:
            return web, []
        return web, web or unknown

    def _opened(self, topology: Topology, number: int, workload: Workload) -> list[int]:
        """TCP ports that are open to outside; of a workload that is named, all it declares."""
        named = is_named(self.whole, workload.name)
        published = self.published.get(workload.label, ())
        outer = {
            target_of(port)
            for service in topology.serving.get(number, ())
            if get(service.body, ("spec", "type")) in ("NodePort", "LoadBalancer")
            for port in service.ports
        }
        found = [
            port["containerPort"]
            for _container, port in workload.ports()
            if protocol_of(port) == "TCP"
            and (
                named
                or port.get("hostPort")
                or f"{port['containerPort']}/tcp" in published
                or outer & {port["containerPort"], port.get("name")}
            )
        ]
        return list(dict.fromkeys(found))


def _looks_like_http(workload: Workload, number: int) -> bool:
    if number in HTTP_NUMBERS:
        return True
    for container, port in workload.ports():
        if port["containerPort"] != number:
            continue
        if "http" in str(port.get("name")).lower() and protocol_of(port) == "TCP":
            return True
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            asked = get(container, (probe, "httpGet", "port"))
            if asked is not None and asked in (number, port.get("name")):
                return True
    return False


def _about_ports(workload: Workload, web: Sequence[int], unclear: Sequence[int]) -> Question:
    choices = [Choice(str(port), msg("Port %(port)s", port=port)) for port in unclear]
    return Question(
        id=f"exposed-port:{workload.name}:port",
        code="exposed-port",
        text=msg("Which port of %(name)s do people outside reach?", name=workload.name),
        why=msg(
            "Its source opens ports on the host, and it cannot be told which one speaks HTTP; "
            "a route from outside leads to one."
        ),
        choices=(*choices, Choice(NONE, msg("None: it is not reached from outside"))),
        recommended=str(next((port for port in web if port not in _TLS), web[0])) if web else NONE,
    )


def _about_host(host: str, rivals: Sequence[Exposed]) -> Question:
    names = dict.fromkeys(item.workload.name for item in rivals)
    return Question(
        id=f"exposed-service:{host}",
        code="exposed-service",
        text=msg("Which service answers at %(host)s?", host=host),
        why=msg("Several services would be exposed there; one host and path lead to one of them."),
        choices=tuple(Choice(name, msg("%(name)s", name=name)) for name in names),
        recommended=rivals[0].workload.name,
    )


def _placed(question: Question, item: SourceObject) -> Question:
    origin = item.origin.at(("metadata", "name"))
    place = Place(origin.file or item.file, origin.line, origin.column, item.label)
    return replace(question, place=place)


def _routed(
    objects: Objects,
) -> tuple[set[tuple[str, str]], dict[tuple[str, str, str], int]]:
    """Namespace and name of Services that a route leads to, and where each route is."""
    services: set[tuple[str, str]] = set()
    own: dict[tuple[str, str, str], int] = {}
    for index, body in enumerate(objects):
        kind = str(body.get("kind"))
        if kind == "Ingress":
            patterns = [pattern for to, pattern in OBJECT_REFERENCES if to == "Service"]
        elif kind == "HTTPRoute" and group(body) == GATEWAY_GROUP:
            patterns = [("spec", "rules", "*", "backendRefs", "*", "name")]
        else:
            continue
        own[kind, namespace_of(body), name_of(body)] = index
        for pattern in patterns:
            services |= {
                (namespace_of(body), str(get(body, path))) for path in matches(body, pattern)
            }
    return services, own


def _leading(topology: Topology, exposed: Exposed) -> tuple[str, Mapping[str, Any]] | None:
    """The Service that leads to the port, and its port."""
    workload = exposed.workload
    declared = mapping(workload.port(exposed.port))
    targets = (exposed.port, str(exposed.port), declared.get("name") or exposed.port)
    services = sorted(
        topology.serving.get(exposed.number, ()),
        key=lambda service: (service.headless, service.name != workload.name),
    )
    for service in services:
        for port in service.ports:
            if protocol_of(port) == "TCP" and target_of(port) in targets:
                return service.name, port
    return None
