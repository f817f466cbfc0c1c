"""Secrets: in clear where they should not be, and missing where they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object, SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    containers,
    get,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    sequence,
)
from migrations_app.domain.manifests.secret_markers import has_marker, is_marker, secret_paths
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.secret_text import SecretWord, secret_words
from migrations_app.domain.secrets import secret_reason

CFG_01 = Rule(
    "CFG-01",
    Severity.HIGH,
    msg("A manifest is stored and shown to many people; a Secret is kept apart from it."),
    msg("Move the value into a Secret and refer to it."),
    fixable=True,
)
CFG_03 = Rule(
    "CFG-03",
    Severity.HIGH,
    msg("podman generate kube loses Podman's secrets; the cluster needs a Secret of that name."),
    msg("Create the Secret in the cluster, or add it to the application."),
)


def secrets_in_clear(context: CheckContext) -> Iterator[Finding]:
    """CFG-01: a value that looks secret stands in the manifest itself.

    Told by the name (``DB_PASSWORD``), by a password inside a URL, or by the look of the value:
    private keys, tokens, long random words. Variables, arguments, annotations and ConfigMaps are
    looked at; in a whole file (``app.ini``, properties, YAML, JSON) the line is named. The fix
    moves a variable's value; a file or an argument needs a person.
    """
    for item, path, container in context.containers:
        for index, variable in enumerate(sequence(container.get("env"))):
            name, value = mapping(variable).get("name"), mapping(variable).get("value")
            if _looks_secret(name, value):
                yield CFG_01.found(
                    item,
                    (*path, "env", index, "value"),
                    msg("%(name)s looks like a secret and stands in clear.", name=name),
                    str(name),
                )
    for item in context.objects:
        if item.body.get("kind") == "ConfigMap":
            yield from _in_config_map(item)
        elif item.body.get("kind") != "Secret":
            yield from _elsewhere(item)


def _in_config_map(item: SourceObject) -> Iterator[Finding]:
    for name, value in mapping(item.body.get("data")).items():
        if not isinstance(value, str) or not isinstance(name, str):
            continue
        words = _words(name, value)
        if not words and _looks_secret(name, value):
            yield CFG_01.found(
                item,
                ("data", name),
                msg("%(name)s looks like a secret and stands in a ConfigMap.", name=name),
                name,
                fixable=False,
            )
        for subject, word in words:
            yield CFG_01.found(
                item,
                ("data", name),
                msg(
                    "Line %(line)s of %(file)s holds a secret in clear (%(name)s).",
                    line=word.line,
                    file=name,
                    name=word.name,
                ),
                subject,
                fixable=False,
            )


def _words(name: str, value: str) -> list[tuple[str, SecretWord]]:
    """The secret words of a file, each with a subject that stays when lines move."""
    if is_marker(value) or (secret_reason(name, value) and "\n" not in value.strip()):
        return []
    seen: dict[str, int] = {}
    found = []
    for word in secret_words(value):
        seen[word.name] = seen.get(word.name, 0) + 1
        found.append((f"{name}:{word.name}:{seen[word.name]}", word))
    return found


def _elsewhere(item: SourceObject) -> Iterator[Finding]:
    """Arguments and annotations: the places that are hidden when a manifest is stored."""
    if not _has_words(item.body):
        return
    for path in secret_paths(item.body):
        if len(path) > 2 and path[-2] in ("command", "args", "annotations"):
            if not has_marker(get(item.body, path)):
                yield CFG_01.found(
                    item,
                    path,
                    msg("A secret stands in clear in %(field)s.", field=path[-2]),
                    fixable=False,
                )


_WITH_COMMANDS = ("args", "command", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle")


def _has_words(body: dict[str, Any]) -> bool:
    """Whether there are annotations, commands or arguments at all."""
    if mapping(body.get("metadata")).get("annotations"):
        return True
    found = pod_metadata(body)
    if found is None:
        return False
    return bool(found[1].get("annotations")) or any(
        any(container.get(key) for key in _WITH_COMMANDS) for _path, container in containers(body)
    )


def _looks_secret(name: Any, value: Any) -> bool:
    return isinstance(name, str) and isinstance(value, str) and bool(secret_reason(name, value))


def missing_secrets(context: CheckContext) -> Iterator[Finding]:
    """CFG-03: a Secret that is asked for and is not among the objects.

    ``podman generate kube`` loses Podman's own secrets. An ExternalSecret has it made. Where it is
    in the cluster already, the preset section ``secrets`` says so, or a waiver. The fix adds a
    Secret with the keys that are asked for, each waiting for its value: nothing is applied before
    somebody has given it.
    """
    known = {
        (namespace_of(item.body), name_of(item.body))
        for kind in ("Secret", "ExternalSecret")
        for item in context.of_kind(kind)
    }
    seen: set[tuple[str, str]] = set()
    for item, path, name in _wanted_secrets(context):
        asked = (item.label, name)
        if name in context.existing_secrets:
            continue
        if (namespace_of(item.body), name) not in known and asked not in seen:
            seen.add(asked)
            yield CFG_03.found(
                item,
                path,
                msg("The Secret %(name)s is not among the objects.", name=name),
                name,
                fixable=bool(asked_keys((item.body,), name)),
            )


def _wanted_secrets(context: CheckContext) -> Iterator[tuple[SourceObject, Path, str]]:
    """Every Secret that a pod cannot start without, with the place that names it."""
    for item, path, container in context.containers:
        for field, inner in (("env", ("valueFrom", "secretKeyRef")), ("envFrom", ("secretRef",))):
            for index, entry in enumerate(sequence(container.get(field))):
                reference = mapping(get(entry, inner))
                if name := _required(reference, "name"):
                    yield item, (*path, field, index, *inner, "name"), name
    for item in context.objects:
        found = context.pod(item)
        if found is None:
            continue
        path, spec = found
        for index, volume in enumerate(sequence(spec.get("volumes"))):
            secret = mapping(mapping(volume).get("secret"))
            if name := _required(secret, "secretName"):
                yield item, (*path, "volumes", index, "secret", "secretName"), name


def asked_keys(bodies: Iterable[Object], name: str) -> list[str]:
    """The keys of a Secret that containers and volumes of these objects ask for."""
    keys: dict[str, None] = {}
    for body in bodies:
        for _path, container in containers(body):
            for variable in sequence(container.get("env")):
                reference = mapping(get(variable, ("valueFrom", "secretKeyRef")))
                if reference.get("name") == name and isinstance(reference.get("key"), str):
                    keys[reference["key"]] = None
        found = pod_spec(body)
        for volume in sequence(found[1].get("volumes")) if found else ():
            secret = mapping(mapping(volume).get("secret"))
            for entry in sequence(secret.get("items")) if secret.get("secretName") == name else ():
                if isinstance(mapping(entry).get("key"), str):
                    keys[entry["key"]] = None
    return list(keys)


def _required(reference: Mapping[str, Any], field: str) -> str:
    return "" if reference.get("optional") else str(reference.get(field) or "")
