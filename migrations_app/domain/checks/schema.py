"""What the schemas of the target version say about an object and its kind."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, pod_spec_path
from migrations_app.domain.mends.obsolete_versions import GONE, MOVES
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path

_RESOURCES = ("cpu", "memory", "ephemeral-storage")
SCH_01 = Rule(
    "SCH-01",
    Severity.BLOCKER,
    msg("Podman passes over what it does not know; a cluster refuses the object."),
    msg("Correct the field, or take it away."),
    waivable=False,
)
SCH_02 = Rule(
    "SCH-02",
    Severity.HIGH,
    msg("Kubernetes removes old API versions; the object cannot be created any more."),
    msg("Use today's API version; rendering moves the object there where it has a successor."),
)
SCH_07 = Rule(
    "SCH-07",
    Severity.LOW,
    msg("Its definition is in the cluster only, so nothing here can check it."),
    msg("Make sure that the target cluster knows this kind."),
)


def schema_violations(context: CheckContext) -> Iterator[Finding]:
    """SCH-01: the object breaks the strict schema of the target version.

    Unknown fields, wrong types and missing fields, all of them at once, and what a server requires
    beyond its schema: a pod has containers, a Service has ports, a node has only certain resources.
    """
    known: set[int] = set()
    for item in context.objects:
        body = item.body
        api_version, kind = str(body.get("apiVersion")), str(body.get("kind"))
        if not context.schemas.knows(context.version, api_version, kind):
            continue
        known.add(id(item))
        for violation in context.schemas.violations(context.version, body):
            path = violation.path
            if violation.unknown_field:
                path = (*path, violation.unknown_field)
            yield SCH_01.found(item, path, violation.message, violation.unknown_field)
        yield from _missing(item)
    for item, path, container in context.containers:
        if container.get("resources") and id(item) in known:
            yield from _unknown_resources(item, path, container)


def _missing(item: SourceObject) -> Iterator[Finding]:
    """What no schema requires and every server does."""
    path = pod_spec_path(item.body)
    if path is not None and _is_empty(get(item.body, path)):
        yield SCH_01.found(
            item,
            (*path, "containers"),
            msg("There are no containers. A patch is no object: build it with kustomize."),
        )
    service = mapping(item.body.get("spec")) if item.body.get("kind") == "Service" else {}
    can_do_without = service.get("type") == "ExternalName" or service.get("clusterIP") == "None"
    if service and not service.get("ports") and not can_do_without:
        yield SCH_01.found(
            item,
            ("spec", "ports"),
            msg("There are no ports. A patch is no object: build it with kustomize."),
        )


def _unknown_resources(
    item: SourceObject, path: Path, container: dict[str, Any]
) -> Iterator[Finding]:
    """Amounts of things that no node has: what is not Kubernetes' own has a domain in its name."""
    for kind in ("limits", "requests"):
        for name in mapping(get(container, ("resources", kind))):
            if "/" in name or name in _RESOURCES or name.startswith("hugepages-"):
                continue
            near = difflib.get_close_matches(name, _RESOURCES, n=1)
            message = (
                msg("Nodes have no %(name)s. Did you mean %(near)s?", name=name, near=near[0])
                if near
                else msg("Nodes have no %(name)s.", name=name)
            )
            yield SCH_01.found(item, (*path, "resources", kind, name), message, name)


def _is_empty(pod: Any) -> bool:
    """Whether a pod has no containers in a way that the schema lets pass."""
    return pod is None or (
        isinstance(pod, dict) and "containers" in pod and pod["containers"] in ([], None)
    )


def obsolete_versions(context: CheckContext) -> Iterator[Finding]:
    """SCH-02: an API version that the target, or the version after it, does not serve.

    Versions that have a successor are moved there when rendering. An object that the target still
    takes and the next version does not is named before the upgrade finds it.
    """
    following = _following(context)
    for item in context.objects:
        key = (str(item.body.get("apiVersion")), str(item.body.get("kind")))
        if key in MOVES:
            message = msg(
                "%(old)s is no longer served; today's is %(new)s.", old=key[0], new=MOVES[key]
            )
        elif key in GONE:
            message = msg("%(kind)s was removed from Kubernetes and has no successor.", kind=key[1])
        elif following and _ends_with(context, following, key):
            message = msg(
                "%(kind)s in %(old)s is gone in Kubernetes %(next)s.",
                kind=key[1],
                old=key[0],
                next=following,
            )
        else:
            continue
        yield SCH_02.found(item, ("apiVersion",), message)


def _following(context: CheckContext) -> str:
    """The bundled version after the target, empty for the newest."""
    versions = context.schemas.versions()
    if context.version not in versions[:-1]:
        return ""
    return versions[versions.index(context.version) + 1]


def _ends_with(context: CheckContext, following: str, key: tuple[str, str]) -> bool:
    return context.schemas.knows(context.version, *key) and not context.schemas.knows(
        following, *key
    )


def unknown_kinds(context: CheckContext) -> Iterator[Finding]:
    """SCH-07: a kind that is not part of Kubernetes itself; it passes through untouched."""
    for item in context.objects:
        api_version, kind = str(item.body.get("apiVersion")), str(item.body.get("kind"))
        if (api_version, kind) in MOVES or (api_version, kind) in GONE:
            continue
        if not context.schemas.knows(context.version, api_version, kind):
            yield SCH_07.found(
                item,
                ("kind",),
                msg(
                    "%(kind)s (%(version)s) is not part of Kubernetes %(target)s.",
                    kind=kind,
                    version=api_version,
                    target=context.version,
                ),
            )
