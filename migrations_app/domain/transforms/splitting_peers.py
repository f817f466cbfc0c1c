"""``localhost`` in a pod: where a container names another one by it, and which one that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.answers import answered
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, mapping, name_of, namespace_of, sequence
from migrations_app.domain.manifests.stores import (
    stores_of_variables,
    stores_of_volume,
    texts_by_key,
)
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
_HANDLERS = (
    *((probe,) for probe in _PROBES),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)
"""Where a container has commands besides its own."""


Kept = Mapping[tuple[str, str], tuple[int, Object, tuple[str, ...]]]
"""Kind and name of a ConfigMap or Secret → index, object, and the containers that use it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a container, or of a ConfigMap or Secret that containers of one pod alone use.

    ``path`` leads to it within the container or the object, ``hint`` is what it is called.
    ``kept`` is the index of the ConfigMap or Secret, ``encoded`` whether it is base64 there.
    """

    containers: tuple[str, ...]
    where: str
    path: Path
    text: str
    hint: str = ""
    port: int | None = None
    kept: int | None = None
    encoded: bool = False


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


def texts_of(workload: Workload, kept: Kept) -> Iterator[Text]:
    """Every text in which a container may name another one.

    What runs before the others cannot reach them yet, so nothing is looked for there.
    """
    for container in workload.containers:
        yield from _of_container(container)
    for (kind, name), (index, body, users) in kept.items():
        texts = texts_by_key(body)
        for key, value in texts.items():
            plain = kind == "ConfigMap" or key in mapping(body.get("stringData"))
            section = "data" if kind == "ConfigMap" or not plain else "stringData"
            yield Text(
                users,
                f"{'config' if kind == 'ConfigMap' else 'secret'}/{name}/{key}",
                (section, key),
                value,
                key,
                _beside(texts, key),
                kept=index,
                encoded=not plain,
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
    for handler in _HANDLERS:
        path: Path = (*handler, "exec", "command")
        for index, word in enumerate(sequence(get(container, path))):
            if isinstance(word, str):
                yield Text(own, f"{handler[-1]}/{index}", (*path, index), word)


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
            within_config = at.kept is not None and len(own) > 1
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
    owner = at.containers[0] if at.kept is None else "config"
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
class Stores:
    """All ConfigMaps and Secrets by kind, namespace and name, and the workloads that use each."""

    found: Mapping[tuple[str, str, str], tuple[int, Object]]
    users: Mapping[tuple[str, str, str], set[int]]

    @classmethod
    def of(cls, objects: Sequence[Object], workloads: Sequence[Workload]) -> Stores:
        found = {
            (kind, namespace_of(body), name_of(body)): (index, body)
            for index, body in enumerate(objects)
            if (kind := str(body.get("kind"))) in ("ConfigMap", "Secret")
        }
        users: dict[tuple[str, str, str], set[int]] = {}
        for workload in workloads if found else ():
            for kind, name in _used_by(workload):
                users.setdefault((kind, workload.namespace, name), set()).add(workload.index)
        return cls(found, users)

    def of_one(self, workload: Workload) -> Kept:
        """Those that this workload alone uses, with the containers that use each."""
        space = workload.namespace
        return {
            (kind, name): (*self.found[kind, space, name], tuple(dict.fromkeys(containers)))
            for (kind, name), containers in _used_by(workload).items()
            if (kind, space, name) in self.found
            and self.users[kind, space, name] == {workload.index}
        }


def _used_by(workload: Workload) -> dict[tuple[str, str], list[str]]:
    """The ConfigMaps and Secrets of a workload, each with the containers that use it."""
    volumes = {
        mapping(item).get("name"): list(stores_of_volume(mapping(item)))
        for item in sequence(workload.spec.get("volumes"))
    }
    used: dict[tuple[str, str], list[str]] = {}
    for container in workload.containers:
        of_variables = ((kind, name) for kind, name, _key in stores_of_variables(container))
        mounts = sequence(container.get("volumeMounts"))
        of_mounts = (one for mount in mounts for one in volumes.get(mapping(mount).get("name"), ()))
        for one in dict.fromkeys((*of_variables, *of_mounts)):
            used.setdefault(one, []).append(str(container.get("name")))
    return used
