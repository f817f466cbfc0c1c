"""References that lead nowhere, as far as the objects at hand can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.checks.selectors import Chosen
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    get,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path

SCH_03 = Rule(
    "SCH-03",
    Severity.BLOCKER,
    msg("Nothing checks this before the pod is created; it then never starts or is never found."),
    msg("Name something that exists, or take the reference away."),
    waivable=False,
)

Keys = Mapping[tuple[str, str, str], set[str]]
_VARIABLE_SOURCES = (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef"))
_VOLUME_SOURCES = (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName"))


def dangling_references(context: CheckContext) -> Iterator[Finding]:
    """SCH-03: a reference that leads nowhere.

    Mounts without a volume, selectors that select no pod, named ports that no container has, keys
    that the ConfigMap or Secret beside it lacks, ports that the Service behind an Ingress lacks.
    What may well exist in the cluster already, such
    as a ConfigMap that is not among the objects, is not reported here.
    """
    keys = _keys(context)
    for item in context.objects:
        found = context.pod(item)
        if found is not None:
            yield from _mounts_without_volume(item, *found)
            yield from _selector_misses(item)
            yield from _missing_volume_keys(item, *found, keys)
    yield from _missing_variable_keys(context, keys)
    yield from _service_targets(context)
    yield from _ingress_targets(context)


def _mounts_without_volume(
    item: SourceObject, path: Path, spec: dict[str, Any]
) -> Iterator[Finding]:
    declared = {str(mapping(volume).get("name")) for volume in sequence(spec.get("volumes"))}
    claims = sequence(get(item.body, ("spec", "volumeClaimTemplates")))
    declared |= {str(get(claim, ("metadata", "name"))) for claim in claims}
    for where, mount in _mounts(path, spec):
        name = mount.get("name")
        if name is not None and str(name) not in declared:
            yield SCH_03.found(
                item,
                (*where, "name"),
                msg("The mount names the volume %(name)s, which is not there.", name=name),
                str(name),
            )


def _mounts(path: Path, spec: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for key in CONTAINER_LISTS:
        for index, container in enumerate(sequence(spec.get(key))):
            for field in ("volumeMounts", "volumeDevices"):
                for number, mount in enumerate(sequence(mapping(container).get(field))):
                    yield (*path, key, index, field, number), mapping(mount)


def _selector_misses(item: SourceObject) -> Iterator[Finding]:
    field = "selector" if item.body.get("kind") == "ReplicationController" else "matchLabels"
    path: Path = ("spec", "selector") if field == "selector" else ("spec", "selector", field)
    wanted = get(item.body, path)
    found = pod_metadata(item.body)
    if not isinstance(wanted, dict) or found is None:
        return
    labels = mapping(found[1].get("labels"))
    missing = [key for key, value in wanted.items() if labels.get(key) != value]
    if missing:
        yield SCH_03.found(
            item,
            ("spec", "selector"),
            msg("The selector asks for %(keys)s, which the pods lack.", keys=", ".join(missing)),
        )


def _keys(context: CheckContext) -> Keys:
    """The keys of every ConfigMap and Secret at hand, by kind, namespace and name."""
    return {
        (str(item.body["kind"]), namespace_of(item.body), name_of(item.body)): {
            key
            for section in ("data", "stringData", "binaryData")
            for key in mapping(item.body.get(section))
        }
        for item in context.objects
        if item.body.get("kind") in ("ConfigMap", "Secret")
    }


def _missing_variable_keys(context: CheckContext, keys: Keys) -> Iterator[Finding]:
    if not keys:
        return
    for item, path, container in context.containers:
        for index, variable in enumerate(sequence(container.get("env"))):
            source = mapping(mapping(variable).get("valueFrom"))
            for kind, field in _VARIABLE_SOURCES:
                reference = mapping(source.get(field))
                where = (*path, "env", index, "valueFrom", field, "key")
                name = str(reference.get("name"))
                if not reference.get("optional"):
                    yield from _missing_key(item, where, kind, name, reference.get("key"), keys)


def _missing_volume_keys(
    item: SourceObject, path: Path, spec: dict[str, Any], keys: Keys
) -> Iterator[Finding]:
    if not keys:
        return
    for kind, name, where, source in _volume_sources(path, spec):
        if source.get("optional"):
            continue
        for number, entry in enumerate(sequence(source.get("items"))):
            at = (*where, "items", number, "key")
            yield from _missing_key(item, at, kind, name, mapping(entry).get("key"), keys)


def _volume_sources(
    path: Path, spec: dict[str, Any]
) -> Iterator[tuple[str, str, Path, dict[str, Any]]]:
    """The ConfigMaps and Secrets of volumes, also of projected ones: kind, name, where, what."""
    for index, volume in enumerate(sequence(spec.get("volumes"))):
        at = (*path, "volumes", index)
        for kind, field, name_field in _VOLUME_SOURCES:
            source = mapping(mapping(volume).get(field))
            yield kind, str(source.get(name_field)), (*at, field), source
            for number, entry in enumerate(sequence(get(volume, ("projected", "sources")))):
                source = mapping(mapping(entry).get(field))
                where = (*at, "projected", "sources", number, field)
                yield kind, str(source.get("name")), where, source


def _missing_key(
    item: SourceObject, where: Path, kind: str, name: str, key: Any, keys: Keys
) -> Iterator[Finding]:
    known = keys.get((kind, namespace_of(item.body), name))
    if known is not None and isinstance(key, str) and key not in known:
        yield SCH_03.found(
            item,
            where,
            msg("%(kind)s %(name)s has no key %(key)s.", kind=kind, name=name, key=key),
            key,
        )


def _service_targets(context: CheckContext) -> Iterator[Finding]:
    """Services that choose none of the pods at hand, or name a port that the chosen ones lack."""
    services = context.of_kind("Service")
    if not services:
        return
    pods = Chosen(
        (namespace_of(one.item.body), one.labels, one.item.body) for one in context.workloads
    )
    for item in services:
        selector = mapping(get(item.body, ("spec", "selector")))
        space = namespace_of(item.body)
        chosen = pods.by(space, selector)
        if chosen:
            yield from _missing_ports(item, chosen)
        elif selector and space in pods.spaces:
            yield SCH_03.found(
                item,
                ("spec", "selector"),
                msg("%(name)s selects none of the pods beside it.", name=item.label),
                waivable=True,
            )


def _missing_ports(item: SourceObject, pods: list[dict[str, Any]]) -> Iterator[Finding]:
    names = {name for body in pods for name in _port_names(body)}
    for index, port in enumerate(sequence(get(item.body, ("spec", "ports")))):
        target = mapping(port).get("targetPort")
        if isinstance(target, str) and not target.isdigit() and target not in names:
            yield SCH_03.found(
                item,
                ("spec", "ports", index, "targetPort"),
                msg("No container has a port named %(name)s.", name=target),
                target,
            )


def _port_names(body: dict[str, Any]) -> Iterator[str]:
    found = pod_spec(body)
    spec = found[1] if found else {}
    for field in CONTAINER_LISTS:
        for container in sequence(spec.get(field)):
            for port in sequence(mapping(container).get("ports")):
                yield str(mapping(port).get("name"))


def _ingress_targets(context: CheckContext) -> Iterator[Finding]:
    """Backends of Ingresses that name a port which the Service beside them lacks."""
    for item in context.of_kind("Ingress"):
        for where, backend in _backends(item.body):
            name = str(get(backend, ("service", "name")))
            service = context.named.get(("Service", namespace_of(item.body), name))
            wanted = mapping(get(backend, ("service", "port")))
            if service is None or not wanted:
                continue
            ports = [mapping(port) for port in sequence(get(service.body, ("spec", "ports")))]
            if not any(
                port.get("name" if "name" in wanted else "port")
                == wanted.get("name", wanted.get("number"))
                for port in ports
            ):
                asked = wanted.get("name", wanted.get("number"))
                yield SCH_03.found(
                    item,
                    (*where, "service", "port"),
                    msg("%(name)s has no port %(port)s.", name=service.label, port=asked),
                    str(asked),
                )


def _backends(body: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield ("spec", "defaultBackend"), get(body, ("spec", "defaultBackend"))
    for index, rule in enumerate(sequence(get(body, ("spec", "rules")))):
        for number, entry in enumerate(sequence(get(rule, ("http", "paths")))):
            where = ("spec", "rules", index, "http", "paths", number, "backend")
            yield where, get(entry, ("backend",))
