"""``localhost`` in a pod: where a container names another one by it, and which one that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.answers import answered
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, mapping, name_of, namespace_of, sequence
from migrations_app.domain.manifests.topology import Workload, is_number
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.questions import Choice, Question

KEEP = "keep"
LOOPBACK = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s/@]*@)?)?(?<![\w.-])"
    r"(?P<host>localhost|127\.0\.0\.1|\[::1\])(?![\w.-])(?::(?P<port>[0-9]{1,5})(?![0-9]))?"
)
_PORTS = {
    "http": 80,
    "https": 443,
    "ws": 80,
    "wss": 443,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "redis": 6379,
    "amqp": 5672,
    "mongodb": 27017,
    "nats": 4222,
}
_HOST_NAMES = re.compile(r"(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|URL|URI|ENDPOINT)$", re.IGNORECASE)
_FAMILIES = (
    {"db", "database", "sql", "postgres", "postgresql", "pg", "mysql", "mariadb", "mongo"}
    | {"mongodb", "mssql", "oracle", "cockroach", "pgbouncer"},
    {"cache", "redis", "valkey", "memcached", "memcache", "keydb", "session"},
    {"queue", "mq", "broker", "amqp", "rabbitmq", "nats", "kafka", "activemq"},
    {"api", "backend", "app", "server", "upstream"},
    {"web", "frontend", "nginx", "proxy", "httpd", "caddy", "ui"},
    {"search", "elasticsearch", "opensearch", "solr", "meilisearch"},
)
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a container, or of a ConfigMap that containers of one pod alone use.

    ``path`` leads to it within the container or the ConfigMap, ``hint`` is what it is called.
    """

    containers: tuple[str, ...]
    where: str
    path: Path
    text: str
    hint: str = ""
    port: int | None = None
    config_map: int | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """One ``localhost`` in a text: its port where that is known, and what it may mean."""

    at: Text
    port: int | None
    question: Question
    sure: str | None

    def target(self, answers: Mapping[str, str]) -> str:
        """The container that is meant, or :data:`KEEP`."""
        return self.sure or answered(self.question, answers).in_force


def texts_of(
    workload: Workload, config_maps: Mapping[str, tuple[int, Object, tuple[str, ...]]]
) -> Iterator[Text]:
    """Every text in which a container may name another one.

    What runs before the others cannot reach them yet, so nothing is looked for there.

    config_maps: name → index, object, and the containers that use it.
    """
    for container in workload.containers:
        yield from _of_container(container)
    for name, (index, body, users) in config_maps.items():
        for key, value in mapping(body.get("data")).items():
            if isinstance(value, str):
                port = _beside(mapping(body.get("data")), key)
                yield Text(
                    users, f"config/{name}/{key}", ("data", key), value, key, port, config_map=index
                )


def _of_container(container: Mapping[str, Any]) -> Iterator[Text]:
    own = (str(container.get("name")),)
    listed = sequence(container.get("env"))
    values = {mapping(item).get("name"): mapping(item).get("value") for item in listed}
    for index, item in enumerate(listed):
        name, value = mapping(item).get("name"), mapping(item).get("value")
        if isinstance(value, str):
            port = _beside(values, str(name))
            yield Text(own, f"env/{name}", ("env", index, "value"), value, str(name), port)
    for key in ("command", "args"):
        for index, word in enumerate(sequence(container.get(key))):
            if isinstance(word, str):
                yield Text(own, f"{key}/{index}", (key, index), word)
    for probe in _PROBES:
        path: Path = (probe, "exec", "command")
        for index, word in enumerate(sequence(get(container, path))):
            if isinstance(word, str):
                yield Text(own, f"{probe}/{index}", (*path, index), word)


def _beside(values: Mapping[Any, Any], name: str) -> int | None:
    """The port in a variable that is called alike: ``DB_PORT`` for ``DB_HOST``."""
    match = _HOST_NAMES.search(name)
    if match is None:
        return None
    for word in ("PORT", "port"):
        value = values.get(name[: match.start()] + word)
        if isinstance(value, str) and value.isdigit():
            return int(value)
    return None


def references(
    workload: Workload, group_of: Mapping[str, int], texts: Iterator[Text]
) -> Iterator[Reference]:
    """Every ``localhost`` that means, or may mean, a container of another group.

    One with the port of a container in the same pod means that one, and is left alone.
    """
    listening = _listening(workload)
    for at in texts:
        own = {group_of[name] for name in at.containers if name in group_of}
        for match in LOOPBACK.finditer(at.text):
            port = port_of(match, at)
            there = listening.get(port, []) if port is not None else []
            within_config = at.config_map is not None and len(own) > 1
            if not within_config and any(group_of[name] in own for name in there):
                continue
            others = [
                str(item["name"])
                for item in workload.containers
                if within_config or group_of[str(item["name"])] not in own
            ]
            if not others:
                continue
            sure = there[0] if len(there) == 1 else None
            likely = there[0] if there else _likely(workload, at, match, others, port)
            yield Reference(at, port, _about(workload, at, port, others, likely), sure)


def port_of(match: re.Match[str], at: Text) -> int | None:
    """The port that goes with a ``localhost``: beside it, in another variable, by its scheme."""
    written = match["port"] or at.port or _PORTS.get(match["scheme"] or "")
    return int(written) if written else None


def _listening(workload: Workload) -> dict[int, list[str]]:
    """Port → the containers that declare it, or are asked there for their health."""
    found: dict[int, list[str]] = {}
    for container in workload.containers:
        name = str(container["name"])
        numbers: list[Any] = [
            mapping(port).get("containerPort") for port in sequence(container.get("ports"))
        ]
        for probe in _PROBES:
            for action in ("httpGet", "tcpSocket"):
                numbers.append(get(container, (probe, action, "port")))
        for number in numbers:
            if is_number(number) and name not in found.setdefault(number, []):
                found[number].append(name)
    return found


def _likely(
    workload: Workload, at: Text, match: re.Match[str], others: Sequence[str], port: int | None
) -> str:
    """The only container whose name or image goes with what the text is called."""
    words = set(re.split(r"[^a-z]+", f"{at.hint} {match['scheme'] or ''}".lower())) - {""}
    wanted = words.union(*(family for family in _FAMILIES if family & words))
    if port is not None:
        known = {scheme for scheme, number in _PORTS.items() if number == port and number > 1024}
        wanted |= known.union(*(family for family in _FAMILIES if family & known))
    fitting = []
    for container in workload.containers:
        name = str(container["name"])
        image = str(container.get("image") or "").rpartition("/")[2].partition(":")[0]
        own = set(re.split(r"[^a-z]+", f"{name} {image}".lower())) - {""}
        if name in others and own & wanted:
            fitting.append(name)
    return fitting[0] if len(fitting) == 1 else KEEP


def _about(
    workload: Workload, at: Text, port: int | None, others: Sequence[str], likely: str
) -> Question:
    shown = f"localhost:{port}" if port is not None else "localhost"
    owner = at.containers[0] if at.config_map is None else "config"
    choices = [Choice(name, msg("The container %(name)s", name=name)) for name in others]
    return Question(
        id=f"localhost-peer:{workload.name}:{owner}:{at.where}:{port or ''}".rstrip(":"),
        code="localhost-peer",
        text=msg(
            "Which container does %(text)s in %(where)s of %(owner)s mean?",
            text=shown,
            where=at.where,
            owner=at.containers[0],
        ),
        why=msg(
            "In one pod all containers are reached at localhost. Once the pod is split each has an "
            "address of its own, and the text must name its Service."
        ),
        choices=(*choices, Choice(KEEP, msg("None of them: it stays as it is"))),
        recommended=likely,
    )


@dataclass(frozen=True, slots=True)
class ConfigMaps:
    """All ConfigMaps by namespace and name, and the workloads (by index) that use each."""

    found: Mapping[tuple[str, str], tuple[int, Object]]
    users: Mapping[tuple[str, str], set[int]]

    @classmethod
    def of(cls, objects: Sequence[Object], workloads: Sequence[Workload]) -> ConfigMaps:
        found = {
            (namespace_of(body), name_of(body)): (index, body)
            for index, body in enumerate(objects)
            if body.get("kind") == "ConfigMap"
        }
        users: dict[tuple[str, str], set[int]] = {}
        for workload in workloads if found else ():
            for name in _used_by(workload):
                users.setdefault((workload.namespace, name), set()).add(workload.index)
        return cls(found, users)

    def of_one(self, workload: Workload) -> dict[str, tuple[int, Object, tuple[str, ...]]]:
        """The ConfigMaps that this workload alone uses, with the containers that use each."""
        return {
            name: (*self.found[workload.namespace, name], tuple(dict.fromkeys(containers)))
            for name, containers in _used_by(workload).items()
            if (workload.namespace, name) in self.found
            and self.users[workload.namespace, name] == {workload.index}
        }


def _used_by(workload: Workload) -> dict[str, list[str]]:
    """The ConfigMaps of a workload, each with the containers that use it."""
    volumes = {
        mapping(item).get("name"): get(item, ("configMap", "name"))
        for item in sequence(workload.spec.get("volumes"))
    }
    used: dict[str, list[str]] = {}
    for container in workload.containers:
        for name in _config_map_names(container, volumes):
            used.setdefault(name, []).append(str(container.get("name")))
    return used


def _config_map_names(container: Mapping[str, Any], volumes: Mapping[Any, Any]) -> Iterator[str]:
    """The ConfigMaps that a container reads, as variables or as files."""
    for item in sequence(container.get("envFrom")):
        if name := get(item, ("configMapRef", "name")):
            yield str(name)
    for item in sequence(container.get("env")):
        if name := get(item, ("valueFrom", "configMapKeyRef", "name")):
            yield str(name)
    for mount in sequence(container.get("volumeMounts")):
        if name := volumes.get(mapping(mount).get("name")):
            yield str(name)
