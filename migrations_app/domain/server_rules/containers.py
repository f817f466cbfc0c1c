"""Containers: probes and hooks, variables, mounts, amounts and users."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import CONTAINER_LISTS, mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.server_rules.faults import (
    Fault,
    apart,
    exactly_one,
    given,
    no_name,
    no_path,
    required,
)

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_ASKS = ("exec", "httpGet", "tcpSocket", "grpc")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_FIELDS = re.compile(
    r"metadata\.(?:name|namespace|uid|(?:labels|annotations)\['[^']+'\])|"
    r"spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?)"
)
_GRACE = 30
_HEADER = re.compile(r"[-A-Za-z0-9]+")
_NATIVE = ("cpu", "memory", "ephemeral-storage", "storage")


def of_containers(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    claims = {str(mapping(claim).get("name")) for claim in sequence(spec.get("resourceClaims"))}
    for key in CONTAINER_LISTS:
        for index, container in enumerate(sequence(spec.get(key))):
            if isinstance(container, dict):
                yield from _of_container((*path, key, index), container, claims)
                yield from _sleeps((*path, key, index, "lifecycle"), container, spec)
                yield from _unmasks((*path, key, index, "securityContext"), container, spec)


def _of_container(path: Path, container: dict[str, Any], claims: set[str]) -> Iterator[Fault]:
    short = path[-2] == "initContainers" and container.get("restartPolicy") != "Always"
    for field in _PROBES:
        probe = container.get(field)
        if isinstance(probe, dict):
            if short:
                yield apart((*path, field), field, "initContainers")
            else:
                yield from _probe((*path, field), field, probe)
    hooks = mapping(container.get("lifecycle"))
    for field in given(hooks, ("preStop", "postStart")):
        set_ones = given(mapping(hooks[field]), _HANDLERS)
        if len(set_ones) != 1:
            yield exactly_one((*path, "lifecycle", field), _HANDLERS)
        yield from _asked((*path, "lifecycle", field), mapping(hooks[field]))
    image = container.get("image")
    if image == "":
        yield required((*path, "image"), "image")
    if isinstance(image, str) and image != image.strip():
        yield (*path, "image"), msg("Spaces around an image are not accepted.")
    for index, port in enumerate(sequence(container.get("ports"))):
        name = mapping(port).get("name")
        if isinstance(name, str) and name and not names.is_port_name(name):
            yield no_name((*path, "ports", index, "name"), name)
    yield from _variables(path, container)
    yield from _mounts(path, container)
    resources = mapping(container.get("resources"))
    if resources:
        yield from _resources((*path, "resources"), resources)
        for index, claim in enumerate(sequence(resources.get("claims"))):
            if str(mapping(claim).get("name")) not in claims:
                yield no_name((*path, "resources", "claims", index), mapping(claim).get("name"))
    security = mapping(container.get("securityContext"))
    if security.get("allowPrivilegeEscalation") is False:
        added = [str(name).upper() for name in _added(security)]
        if security.get("privileged") is True:
            yield apart((*path, "securityContext"), "allowPrivilegeEscalation: false", "privileged")
        elif "CAP_SYS_ADMIN" in added or ("SYS_ADMIN" in added and "CAP_SYS_ADMIN" in added):
            yield apart(
                (*path, "securityContext"), "allowPrivilegeEscalation: false", "CAP_SYS_ADMIN"
            )
    yield from of_seccomp((*path, "securityContext"), security)


def _unmasks(path: Path, container: dict[str, Any], spec: dict[str, Any]) -> Iterator[Fault]:
    security = mapping(container.get("securityContext"))
    if security.get("procMount") == "Unmasked" and spec.get("hostUsers") is not False:
        yield (*path, "procMount"), msg("Only a pod with hostUsers: false may unmask /proc.")


def _sleeps(path: Path, container: dict[str, Any], spec: dict[str, Any]) -> Iterator[Fault]:
    """Whoever sleeps longer than the pod may take to stop is stopped asleep."""
    grace = spec.get("terminationGracePeriodSeconds")
    most = grace if isinstance(grace, int) else _GRACE
    for hook in ("preStop", "postStart"):
        asleep = mapping(mapping(mapping(container.get("lifecycle")).get(hook)).get("sleep"))
        seconds = asleep.get("seconds")
        if isinstance(seconds, int) and not 0 <= seconds <= most:
            yield (
                (*path, hook, "sleep", "seconds"),
                msg(
                    "%(value)s is not between %(least)s and %(most)s.",
                    value=seconds,
                    least=0,
                    most=most,
                ),
            )


def _added(security: Mapping[str, Any]) -> list[Any]:
    return sequence(mapping(security.get("capabilities")).get("add"))


def of_seccomp(path: Path, security: Mapping[str, Any]) -> Iterator[Fault]:
    """A Localhost profile has a file below the kubelet's folder, no other one has any."""
    profile = mapping(security.get("seccompProfile"))
    file, at = profile.get("localhostProfile"), (*path, "seccompProfile", "localhostProfile")
    if profile.get("type") == "Localhost" and not file:
        yield required(at, "localhostProfile")
    elif file is not None and profile.get("type") != "Localhost":
        yield apart(at, "localhostProfile", str(profile.get("type")))
    elif isinstance(file, str) and (file.startswith("/") or ".." in file.split("/")):
        yield no_path(at, file)


def _probe(path: Path, field: str, probe: dict[str, Any]) -> Iterator[Fault]:
    asked = given(probe, _ASKS)
    if len(asked) != 1:
        yield exactly_one(path, _ASKS)
    if field != "readinessProbe" and probe.get("successThreshold") not in (None, 0, 1):
        yield (*path, "successThreshold"), msg("Only 1 is accepted here.")
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None and field == "readinessProbe":
        yield apart(
            (*path, "terminationGracePeriodSeconds"), "terminationGracePeriodSeconds", field
        )
    yield from _asked(path, probe)
    if mapping(probe.get("httpGet")).get("port") == 0:
        yield (
            (*path, "httpGet", "port"),
            msg("%(port)s is no port: they go from 1 to 65535.", port=0),
        )


def _asked(path: Path, handler: dict[str, Any]) -> Iterator[Fault]:
    """A command, or a request with its headers."""
    command = handler.get("exec")
    if isinstance(command, dict) and not sequence(command.get("command")):
        yield required((*path, "exec", "command"), "command")
    headers = sequence(mapping(handler.get("httpGet")).get("httpHeaders"))
    for index, header in enumerate(headers):
        name = mapping(header).get("name")
        if isinstance(name, str) and not _HEADER.fullmatch(name):
            yield no_name((*path, "httpGet", "httpHeaders", index, "name"), name)


def _variables(path: Path, container: dict[str, Any]) -> Iterator[Fault]:
    for index, variable in enumerate(sequence(container.get("env"))):
        source = mapping(variable).get("valueFrom")
        if not isinstance(source, dict):
            continue
        at: Path = (*path, "env", index, "valueFrom")
        if variable.get("value"):
            yield apart(at, "valueFrom", "value")
        if len(given(source, _SOURCES)) != 1:
            yield exactly_one(at, _SOURCES)
        asked = mapping(source.get("fieldRef")).get("fieldPath")
        if isinstance(asked, str) and not _FIELDS.fullmatch(asked):
            yield (*at, "fieldRef", "fieldPath"), msg("Pods have no %(field)s.", field=asked)
        for kind in ("configMapKeyRef", "secretKeyRef"):
            if isinstance(source.get(kind), dict) and not source[kind].get("name"):
                yield required((*at, kind, "name"), "name")
            key = mapping(source.get(kind)).get("key")
            if isinstance(key, str) and not names.is_data_key(key):
                yield no_name((*at, kind, "key"), key)
    for index, taken in enumerate(sequence(container.get("envFrom"))):
        if len(given(mapping(taken), ("configMapRef", "secretRef"))) != 1:
            yield exactly_one((*path, "envFrom", index), ("configMapRef", "secretRef"))
        for kind in ("configMapRef", "secretRef"):
            named = mapping(taken).get(kind)
            if isinstance(named, dict) and not named.get("name"):
                yield required((*path, "envFrom", index, kind, "name"), "name")
        prefix = mapping(taken).get("prefix")
        if isinstance(prefix, str) and prefix and not names.is_variable(prefix):
            yield no_name((*path, "envFrom", index, "prefix"), prefix)


def _mounts(path: Path, container: dict[str, Any]) -> Iterator[Fault]:
    privileged = mapping(container.get("securityContext")).get("privileged") is True
    for index, mount in enumerate(sequence(container.get("volumeMounts"))):
        if not isinstance(mount, dict):
            continue
        at: Path = (*path, "volumeMounts", index)
        if mount.get("mountPath") == "":
            yield required((*at, "mountPath"), "mountPath")
        below = mount.get("subPath")
        if isinstance(below, str) and (below.startswith("/") or ".." in below.split("/")):
            yield no_path((*at, "subPath"), below)
        if below and mount.get("subPathExpr"):
            yield apart((*at, "subPathExpr"), "subPathExpr", "subPath")
        if mount.get("mountPropagation") == "Bidirectional" and not privileged:
            yield (*at, "mountPropagation"), msg("Only privileged containers may do so.")


def _resources(path: Path, resources: dict[str, Any]) -> Iterator[Fault]:
    limits, requests = mapping(resources.get("limits")), mapping(resources.get("requests"))
    together = {**requests, **limits}
    huge = [name for name in together if str(name).startswith("hugepages-")]
    if huge and not {"cpu", "memory"} & together.keys():
        yield path, msg("%(name)s needs cpu or memory beside it.", name=huge[0])
    for side, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in amounts.items():
            if not _is_resource(str(name)):
                yield no_name((*path, side, name), name)
            if "/" in str(name) and not _is_whole(amount):
                yield (*path, side, name), msg("%(amount)s is no whole number.", amount=amount)
    for name, amount in requests.items():
        counted = name not in _NATIVE and ("/" in str(name) or str(name).startswith("hugepages-"))
        if counted and name not in limits:
            yield required((*path, "limits", name), "limits")
        elif counted and str(limits[name]) != str(amount):
            yield (*path, "requests", name), msg("It must be equal to the limit.")


def _is_resource(name: str) -> bool:
    """A device by a domain of its maker's, or pages of some size; of others the schema tells."""
    if name.startswith("hugepages-"):
        return names.is_key(name)
    domain, slash, _rest = name.partition("/")
    return not slash or (names.is_key(name) and not domain.startswith("requests."))


def _is_whole(amount: Any) -> bool:
    try:
        return Quantity.parse(str(amount)).amount % 1 == 0
    except InvalidInput:
        return True
