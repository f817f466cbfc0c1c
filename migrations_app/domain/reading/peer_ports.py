"""Ports that no source names and peers use all the same.

On a network of Podman or compose every port of a service can be reached by its name; a Service
names each. Where a source names none, the settings of the peers often tell (``db:5432``), else the
image, by what its documentation says it listens on; and a person can always say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ContainerSpec, Port, RestartPolicy, ServiceSpec

CODE = "service-port"

Ask = Callable[[Question], str]
"""Puts a question; the answer in force."""

WELL_KNOWN: Mapping[str, int] = {
    **dict.fromkeys(("postgres", "postgis", "timescaledb", "pgvector"), 5432),
    **dict.fromkeys(("mysql", "mariadb", "percona"), 3306),
    **dict.fromkeys(("redis", "valkey", "keydb", "redis-stack"), 6379),
    **dict.fromkeys(("mongo", "mongodb"), 27017),
    **dict.fromkeys(("nginx", "httpd", "caddy", "traefik", "wordpress", "nextcloud"), 80),
    **dict.fromkeys(("kafka", "cp-kafka", "redpanda"), 9092),
    **dict.fromkeys(("elasticsearch", "opensearch"), 9200),
    "rabbitmq": 5672,
    "memcached": 11211,
    "zookeeper": 2181,
    "nats": 4222,
    "etcd": 2379,
    "consul": 8500,
    "vault": 8200,
    "influxdb": 8086,
    "prometheus": 9090,
    "alertmanager": 9093,
    "grafana": 3000,
    "minio": 9000,
    "cassandra": 9042,
    "couchdb": 5984,
    "neo4j": 7687,
    "tomcat": 8080,
    "mailhog": 1025,
    "mosquitto": 1883,
}
"""Last part of an image's name → the port its documentation says it listens on."""

_ANSWER = re.compile(r"\s*(\d{1,5})(?:/(tcp|udp|sctp))?\s*")
_MENTION = re.compile(r"(?<![\w.\-])([A-Za-z0-9](?:[\w.\-]*\w)?):(\d{2,5})(?![\d.:])")
_ENDS = frozenset({RestartPolicy.NO, RestartPolicy.ON_FAILURE})


def with_peer_ports(
    specs: Sequence[ServiceSpec], ask: Ask, bad: Callable[[Question, str], None]
) -> list[ServiceSpec]:
    """The services, those that peers lean on with the ports that were found out or answered.

    ``bad`` is told of an answer that is no list of ports; the recommended one stays in force.
    """
    mentions = _mentions(specs)
    waited_for = {item.service for spec in specs for item in spec.depends_on}
    made: list[ServiceSpec] = []
    for spec in specs:
        if not spec.containers or any(item.ports for item in spec.containers) or _ends(spec):
            made.append(spec)
            continue
        found = _mentioned(spec, mentions)
        known = _well_known(_main(spec))
        needed = found or known or spec.name in waited_for
        made.append(_with_port(spec, found, known, ask, bad) if needed else spec)
    return made


def _with_port(
    spec: ServiceSpec,
    found: Sequence[int],
    known: int | None,
    ask: Ask,
    bad: Callable[[Question, str], None],
) -> ServiceSpec:
    recommended = ", ".join(str(port) for port in found) if found else str(known or "")
    question = Question(
        id=f"{CODE}:{spec.name}",
        code=CODE,
        text=msg("On which ports do peers reach %(name)s?", name=spec.name),
        why=msg(
            "No port of it is named, and a Service names each. Answer as 5432 or 53/udp, several "
            "with commas; with nothing, peers find it without a Service."
        ),
        recommended=recommended,
        place=_main(spec).places.get("image") or Place(spec.file),
    )
    answer = ask(question)
    ports = _parsed(answer)
    if ports is None:
        bad(question, answer)
        ports = _parsed(recommended) or ()
    main = _main(spec)
    containers = [replace(item, ports=ports) if item is main else item for item in spec.containers]
    return replace(spec, containers=tuple(containers))


def _main(spec: ServiceSpec) -> ContainerSpec:
    """The container that runs first of those that stay."""
    return next((item for item in spec.containers if not item.init), spec.containers[0])


def _ends(spec: ServiceSpec) -> bool:
    return all(item.restart in _ENDS for item in spec.containers if not item.init)


def _mentions(specs: Sequence[ServiceSpec]) -> Mapping[str, list[tuple[str, int]]]:
    """Host → who names it together with which port, in settings and commands."""
    found: dict[str, list[tuple[str, int]]] = {}
    for spec in specs:
        for text in (text for item in spec.containers for text in _texts(item)):
            for match in _MENTION.finditer(text):
                entry = (spec.name, int(match.group(2)))
                found.setdefault(match.group(1), []).append(entry)
    return found


def _mentioned(spec: ServiceSpec, mentions: Mapping[str, Sequence[tuple[str, int]]]) -> list[int]:
    """The ports that the settings of peers name together with the service."""
    ports = [
        port
        for name in dict.fromkeys((spec.name, *spec.aliases))
        for who, port in mentions.get(name, ())
        if who != spec.name and 0 < port < 65536
    ]
    return list(dict.fromkeys(ports))


def _texts(container: ContainerSpec) -> Iterator[str]:
    yield from container.environment.values()
    yield from container.command or ()
    yield from container.args or ()


def _well_known(container: ContainerSpec) -> int | None:
    name = container.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return WELL_KNOWN.get(name.lower())


def _parsed(answer: str) -> tuple[Port, ...] | None:
    """The ports of an answer; None if it is no list of ports."""
    ports: dict[tuple[int, str], Port] = {}
    for part in filter(str.strip, answer.split(",")):
        match = _ANSWER.fullmatch(part)
        if match is None or not 0 < int(match.group(1)) < 65536:
            return None
        port = Port(int(match.group(1)), match.group(2) or "tcp")
        ports[port.container_port, port.protocol] = port
    return tuple(ports.values())
