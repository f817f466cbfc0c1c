"""What the schema of the target version says, and references that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.checks.base import CheckContext, Rule, all_containers
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    sequence,
)
from migrations_app.domain.mends.obsolete_versions import GONE, MOVES
from migrations_app.domain.messages import msg

_SCH_01 = Rule(
    "SCH-01",
    Severity.BLOCKER,
    msg("Podman passes over what it does not know; a cluster refuses the object."),
    msg("Correct the field, or take it away."),
    waivable=False,
)
_SCH_02 = Rule(
    "SCH-02",
    Severity.HIGH,
    msg("Kubernetes removes old API versions; the object cannot be created any more."),
    msg("Use today's API version; rendering moves the object there where it has a successor."),
)
_SCH_03 = Rule(
    "SCH-03",
    Severity.BLOCKER,
    msg("Nothing checks this before the pod is created; it then never starts."),
    msg("Name something that exists, or take the reference away."),
    waivable=False,
)
_SCH_04 = Rule(
    "SCH-04",
    Severity.BLOCKER,
    msg("Podman writes such names itself; a cluster refuses the object."),
    msg("Keep one, or give each its own name."),
    waivable=False,
)
_SCH_07 = Rule(
    "SCH-07",
    Severity.LOW,
    msg("Its definition is in the cluster only, so nothing here can check it."),
    msg("Make sure that the target cluster knows this kind."),
)


def schema_violations(context: CheckContext) -> Iterator[Finding]:
    """SCH-01: the object breaks the strict schema of the target version.

    Unknown fields, wrong types and missing fields, all of them at once.
    """
    for item in context.objects:
        body = item.body
        api_version, kind = str(body.get("apiVersion")), str(body.get("kind"))
        if not context.schemas.knows(context.version, api_version, kind):
            continue
        for violation in context.schemas.violations(context.version, body):
            path = violation.path
            if violation.unknown_field:
                path = (*path, violation.unknown_field)
            yield _SCH_01.found(item, path, violation.message, violation.unknown_field)


def obsolete_versions(context: CheckContext) -> Iterator[Finding]:
    """SCH-02: an API version that the target does not serve any more."""
    for item in context.objects:
        key = (str(item.body.get("apiVersion")), str(item.body.get("kind")))
        if key in MOVES:
            yield _SCH_02.found(
                item,
                ("apiVersion",),
                msg("%(old)s is no longer served; today's is %(new)s.", old=key[0], new=MOVES[key]),
            )
        elif key in GONE:
            yield _SCH_02.found(
                item,
                ("apiVersion",),
                msg("%(kind)s was removed from Kubernetes and has no successor.", kind=key[1]),
            )


def unknown_kinds(context: CheckContext) -> Iterator[Finding]:
    """SCH-07: a kind that is not part of Kubernetes itself; it passes through untouched."""
    for item in context.objects:
        api_version, kind = str(item.body.get("apiVersion")), str(item.body.get("kind"))
        if (api_version, kind) in MOVES or (api_version, kind) in GONE:
            continue
        if not context.schemas.knows(context.version, api_version, kind):
            yield _SCH_07.found(
                item,
                ("kind",),
                msg(
                    "%(kind)s (%(version)s) is not part of Kubernetes %(target)s.",
                    kind=kind,
                    version=api_version,
                    target=context.version,
                ),
            )


def dangling_references(context: CheckContext) -> Iterator[Finding]:
    """SCH-03: a reference that leads nowhere.

    Mounts without a volume, selectors that select no pod of this workload, named ports that no
    container has, keys that the ConfigMap or Secret beside it lacks.
    """
    for item in context.objects:
        yield from _mounts_without_volume(item)
        yield from _selector_misses(item)
    yield from _missing_keys(context)
    yield from _service_targets(context)


def _mounts_without_volume(item: Any) -> Iterator[Finding]:
    found = pod_spec(item.body)
    if found is None:
        return
    path, spec = found
    declared = {str(mapping(volume).get("name")) for volume in sequence(spec.get("volumes"))}
    claims = sequence(get(item.body, ("spec", "volumeClaimTemplates")))
    declared |= {str(get(claim, ("metadata", "name"))) for claim in claims}
    for key in ("initContainers", "containers"):
        for index, container in enumerate(sequence(spec.get(key))):
            for number, mount in enumerate(sequence(mapping(container).get("volumeMounts"))):
                name = mapping(mount).get("name")
                if name is not None and str(name) not in declared:
                    yield _SCH_03.found(
                        item,
                        (*path, key, index, "volumeMounts", number, "name"),
                        msg("The mount names the volume %(name)s, which is not there.", name=name),
                        str(name),
                    )


def _selector_misses(item: Any) -> Iterator[Finding]:
    wanted = get(item.body, ("spec", "selector", "matchLabels"))
    found = pod_metadata(item.body)
    if not isinstance(wanted, dict) or found is None:
        return
    labels = mapping(found[1].get("labels"))
    missing = [key for key, value in wanted.items() if labels.get(key) != value]
    if missing:
        yield _SCH_03.found(
            item,
            ("spec", "selector"),
            msg("The selector asks for %(keys)s, which the pods lack.", keys=", ".join(missing)),
        )


def _missing_keys(context: CheckContext) -> Iterator[Finding]:
    known: dict[tuple[str, str, str], set[str]] = {}
    for item in context.objects:
        if item.body.get("kind") in ("ConfigMap", "Secret"):
            keys = {
                key
                for section in ("data", "stringData", "binaryData")
                for key in mapping(item.body.get(section))
            }
            space = namespace_of(item.body)
            known[str(item.body["kind"]), space, name_of(item.body)] = keys
    for item, path, container in all_containers(context):
        for index, variable in enumerate(sequence(container.get("env"))):
            source = mapping(mapping(variable).get("valueFrom"))
            for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                reference = mapping(source.get(field))
                owner = (kind, namespace_of(item.body), str(reference.get("name")))
                key = reference.get("key")
                if owner in known and key not in known[owner] and not reference.get("optional"):
                    yield _SCH_03.found(
                        item,
                        (*path, "env", index, "valueFrom", field, "key"),
                        msg(
                            "%(kind)s %(name)s has no key %(key)s.",
                            kind=kind,
                            name=owner[2],
                            key=key,
                        ),
                        str(key),
                    )


def _service_targets(context: CheckContext) -> Iterator[Finding]:
    """Named target ports must exist on the pods that a Service selects, where they are here."""
    pods = [
        (mapping(found[1].get("labels")), namespace_of(item.body), item.body)
        for item in context.objects
        if (found := pod_metadata(item.body)) is not None
    ]
    for item in context.objects:
        if item.body.get("kind") != "Service":
            continue
        selector = mapping(get(item.body, ("spec", "selector")))
        chosen = [
            body
            for labels, space, body in pods
            if selector
            and space == namespace_of(item.body)
            and all(labels.get(key) == value for key, value in selector.items())
        ]
        if not chosen:
            continue
        names = {name for body in chosen for name in _port_names(body)}
        for index, port in enumerate(sequence(get(item.body, ("spec", "ports")))):
            target = mapping(port).get("targetPort")
            if isinstance(target, str) and not target.isdigit() and target not in names:
                yield _SCH_03.found(
                    item,
                    ("spec", "ports", index, "targetPort"),
                    msg("No container has a port named %(name)s.", name=target),
                    target,
                )


def _port_names(body: Any) -> set[str]:
    found = pod_spec(body)
    return {
        str(mapping(port).get("name"))
        for container in sequence(found[1].get("containers") if found else None)
        for port in sequence(mapping(container).get("ports"))
    }


def duplicate_names(context: CheckContext) -> Iterator[Finding]:
    """SCH-04: volumes, mounts or ports that share a name, a path or a number."""
    for item in context.objects:
        found = pod_spec(item.body)
        if found is not None:
            path, spec = found
            names = [mapping(volume).get("name") for volume in sequence(spec.get("volumes"))]
            for index in _repeated(names):
                yield _SCH_04.found(
                    item,
                    (*path, "volumes", index, "name"),
                    msg("Two volumes are called %(name)s.", name=names[index]),
                    str(names[index]),
                )
        if item.body.get("kind") == "Service":
            ports = [mapping(port) for port in sequence(get(item.body, ("spec", "ports")))]
            port_names = [port.get("name") for port in ports]
            numbers = [(port.get("port"), port.get("protocol") or "TCP") for port in ports]
            for index in sorted({*_repeated(port_names), *_repeated(numbers)}):
                yield _SCH_04.found(
                    item,
                    ("spec", "ports", index),
                    msg("Port %(port)s of the Service is there twice.", port=numbers[index][0]),
                    str(index),
                )
    for item, path, container in all_containers(context):
        mounts = [
            str(mapping(mount).get("mountPath")).rstrip("/")
            for mount in sequence(container.get("volumeMounts"))
        ]
        for index in _repeated(mounts):
            yield _SCH_04.found(
                item,
                (*path, "volumeMounts", index, "mountPath"),
                msg("%(path)s is mounted twice.", path=mounts[index]),
                mounts[index],
            )
        names = [mapping(port).get("name") for port in sequence(container.get("ports"))]
        for index in _repeated(names):
            yield _SCH_04.found(
                item,
                (*path, "ports", index, "name"),
                msg("Two ports are called %(name)s.", name=names[index]),
                str(names[index]),
            )


def _repeated(values: list[Any]) -> list[int]:
    """Positions of values that came before; what is not set does not count."""
    seen: set[Any] = set()
    repeated: list[int] = []
    for index, value in enumerate(values):
        if value is None or isinstance(value, dict | list):
            continue
        if value in seen:
            repeated.append(index)
        seen.add(value)
    return repeated
