"""Configuration that is written into workloads, and addresses that end at the Podman host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule, Workload
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, namespace_of, sequence
from migrations_app.domain.messages import counted, msg
from migrations_app.domain.places import Path
from migrations_app.domain.secrets import secret_reason

CFG_02 = Rule(
    "CFG-02",
    Severity.MEDIUM,
    msg("What differs from place to place is buried in the workload: each change is a roll-out."),
    msg("Keep it in a ConfigMap that the container refers to."),
    fixable=True,
)
CFG_04 = Rule(
    "CFG-04",
    Severity.MEDIUM,
    msg("Containers of one host reach each other in ways that end at the pod on a cluster."),
    msg("Write the name of the Service that stands before the other side."),
)
CFG_05 = Rule(
    "CFG-05",
    Severity.LOW,
    msg("Podman takes any name; older clusters pass over such a key, and all refuse over 1 MiB."),
    msg("Begin keys with a letter, and mount large files from a volume."),
    fixable=True,
)

_HOSTS = re.compile(
    r"(?<![\w.-])(?P<host>localhost|127\.0\.0\.1|\[::1\]|host\.containers\.internal|"
    r"host\.docker\.internal|10\.8[89]\.\d{1,3}\.\d{1,3})(?::(?P<port>\d{1,5}))?(?![\w.-])"
)
_BEYOND = re.compile(
    r"(?<![\w.-])(?:host\.(?:containers|docker)\.internal|10\.8[89]\.\d{1,3}\.\d{1,3})(?::\d{1,5})?"
    r"(?![\w.-])"
)
_OWN = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ENV_KEY = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_MOST = 1024 * 1024


def plain_variables(context: CheckContext) -> Iterator[Finding]:
    """CFG-02: configuration stands in the workload instead of a ConfigMap.

    One finding for each container, for all variables with a plain value that are no secrets. The
    fix moves them into a ConfigMap of the workload; the preset section ``configuration`` does the
    same for many services.
    """
    for item, path, container in context.containers:
        names = [
            str(variable["name"])
            for variable in sequence(container.get("env"))
            if is_plain(variable)
        ]
        if names and "ephemeralContainers" not in path:
            yield CFG_02.found(
                item,
                (*path, "env"),
                counted(
                    "%(count)s variable of container %(name)s stands in the manifest itself.",
                    "%(count)s variables of container %(name)s stand in the manifest itself.",
                    count=len(names),
                    name=container.get("name"),
                ),
            )


def is_plain(variable: Any) -> bool:
    """Whether a variable is configuration in clear: no reference to others, and no secret."""
    name, value = mapping(variable).get("name"), mapping(variable).get("value")
    if not isinstance(name, str) or not isinstance(value, str) or not name:
        return False
    return bool(value) and "$(" not in value and not secret_reason(name, value)


def host_addresses(context: CheckContext) -> Iterator[Finding]:
    """CFG-04: ``localhost``, an address of Podman's network or the host's own name is used.

    In variables, commands, arguments and ConfigMaps. ``localhost`` is right where a container of
    the same pod listens on that port; in a ConfigMap nobody can tell, unless a container takes the
    value as a variable.
    """
    for item in context.of_kind("ConfigMap"):
        for key, value in mapping(item.body.get("data")).items():
            match = _BEYOND.search(value) if isinstance(value, str) else None
            if match is not None:
                yield CFG_04.found(
                    item,
                    ("data", key),
                    msg("%(key)s asks for %(address)s.", key=key, address=match[0]),
                    match[0],
                )
    yield from _in_taken_values(context)
    for workload in context.workloads:
        near = _ports(workload)
        for path, container in workload.containers:
            for where, text in _texts(path, container):
                match = _HOSTS.search(text)
                if match is None or _is_right(match, near):
                    continue
                yield CFG_04.found(
                    workload.item,
                    where,
                    msg(
                        "Container %(name)s asks for %(address)s.",
                        name=container.get("name"),
                        address=match[0],
                    ),
                    match[0],
                )


def _in_taken_values(context: CheckContext) -> Iterator[Finding]:
    """``localhost`` in values of ConfigMaps that containers take as variables, once for each."""
    seen: set[tuple[int, str]] = set()
    for workload in context.workloads:
        near = _ports(workload)
        for _path, container in workload.containers:
            for item, key in _taken(context, namespace_of(workload.item.body), container):
                value = mapping(item.body.get("data")).get(key)
                match = _HOSTS.search(value) if isinstance(value, str) else None
                if match is None or match["host"] not in _OWN or _is_right(match, near):
                    continue
                if (id(item), key) not in seen:
                    seen.add((id(item), key))
                    yield CFG_04.found(
                        item,
                        ("data", key),
                        msg(
                            "Container %(name)s asks for %(address)s.",
                            name=container.get("name"),
                            address=match[0],
                        ),
                        match[0],
                    )


def _taken(
    context: CheckContext, space: str, container: dict[str, Any]
) -> Iterator[tuple[SourceObject, str]]:
    """The keys of ConfigMaps at hand that become variables of a container."""
    for source in sequence(container.get("envFrom")):
        name = str(mapping(mapping(source).get("configMapRef")).get("name"))
        item = context.named.get(("ConfigMap", space, name))
        if item is not None:
            yield from ((item, str(key)) for key in mapping(item.body.get("data")))
    for variable in sequence(container.get("env")):
        reference = mapping(get(variable, ("valueFrom", "configMapKeyRef")))
        item = context.named.get(("ConfigMap", space, str(reference.get("name"))))
        if item is not None:
            yield item, str(reference.get("key"))


def _is_right(match: re.Match[str], near: frozenset[str]) -> bool:
    return match["host"] in _OWN and _is_near(match["port"], near)


def _ports(workload: Workload) -> frozenset[str]:
    return frozenset(
        str(mapping(port).get("containerPort"))
        for _path, container in workload.containers
        for port in sequence(container.get("ports"))
    )


def _is_near(port: str | None, near: frozenset[str]) -> bool:
    """Without a port nobody can tell; a port of the pod is where it should be."""
    return port is None or port in near


def _texts(path: Path, container: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for index, variable in enumerate(sequence(container.get("env"))):
        value = mapping(variable).get("value")
        if isinstance(value, str):
            yield (*path, "env", index, "value"), value
    for field in ("command", "args"):
        for index, word in enumerate(sequence(container.get(field))):
            if isinstance(word, str):
                yield (*path, field, index), word


def awkward_keys(context: CheckContext) -> Iterator[Finding]:
    """CFG-05: a key that is no variable is taken as one, or a ConfigMap is larger than 1 MiB.

    Keys count where a container takes all of them (``envFrom``). The fix puts an underscore before
    a key that begins with a digit, where nothing names the key.
    """
    taken = {
        (namespace_of(item.body), str(mapping(mapping(source).get("configMapRef")).get("name")))
        for item, _path, container in context.containers
        for source in sequence(container.get("envFrom"))
    }
    for item in context.of_kind("ConfigMap"):
        data = mapping(item.body.get("data"))
        if sum(len(value) for value in data.values() if isinstance(value, str)) > _MOST:
            yield CFG_05.found(
                item,
                ("data",),
                msg("%(name)s holds more than 1 MiB.", name=item.label),
                fixable=False,
            )
        if taken and (namespace_of(item.body), item.label.partition("/")[2]) in taken:
            for key in data:
                if not _ENV_KEY.fullmatch(str(key)):
                    yield CFG_05.found(
                        item,
                        ("data", key),
                        msg("%(key)s is no name for a variable.", key=key),
                        str(key),
                    )
