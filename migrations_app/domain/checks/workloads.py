"""Volumes, resources, probes, configuration, and the kind of workload."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain.checks.base import CheckContext, Rule, all_containers
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    is_init,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    sequence,
)
from migrations_app.domain.mends.quantities import whole
from migrations_app.domain.messages import msg
from migrations_app.domain.secrets import secret_reason

_TO_THE_END = ("Job", "CronJob")
_VOL_02 = Rule(
    "VOL-02",
    Severity.BLOCKER,
    msg("Podman 4.3 writes a tmpfs so; a cluster would look for it on the node, or refuse."),
    msg("Use an absolute path, or an emptyDir in memory."),
    waivable=False,
)
_RES_01 = Rule(
    "RES-01",
    Severity.HIGH,
    msg("Podman shares the host; a scheduler needs requests, and a node limits, to stay sound."),
    msg("Set requests and limits, for example with a resources preset."),
)
_RES_02 = Rule(
    "RES-02",
    Severity.HIGH,
    msg("Podman reads a fraction of memory as a number so large that there is no limit."),
    msg("Write whole units: 1536Mi instead of 1.5Gi."),
)
_PRB_01 = Rule(
    "PRB-01",
    Severity.HIGH,
    msg("Podman knows no readiness; without it a Service sends traffic to what is not ready."),
    msg("Add a readiness and a liveness probe, for example with a probes preset."),
)
_CFG_01 = Rule(
    "CFG-01",
    Severity.HIGH,
    msg("A manifest is stored and shown to many people; a Secret is kept apart from it."),
    msg("Move the value into a Secret and refer to it."),
    fixable=True,
)
_CFG_03 = Rule(
    "CFG-03",
    Severity.HIGH,
    msg("podman generate kube loses Podman's secrets; the cluster needs a Secret of that name."),
    msg("Create the Secret in the cluster, or add it to the application."),
)
_WLD_01 = Rule(
    "WLD-01",
    Severity.MEDIUM,
    msg("Podman restarts a pod on its host; nobody brings a bare Pod back when its node is lost."),
    msg("Make it a Deployment."),
    fixable=True,
)


def relative_host_paths(context: CheckContext) -> Iterator[Finding]:
    """VOL-02: a hostPath that is not absolute; Podman's tmpfs looks like that."""
    for item in context.objects:
        found = pod_spec(item.body)
        if found is None:
            continue
        path, spec = found
        for index, volume in enumerate(sequence(spec.get("volumes"))):
            host_path = mapping(mapping(volume).get("hostPath")).get("path")
            if isinstance(host_path, str) and not host_path.startswith("/"):
                yield _VOL_02.found(
                    item,
                    (*path, "volumes", index, "hostPath", "path"),
                    msg("The host path %(path)s is relative.", path=host_path or '""'),
                    str(mapping(volume).get("name")),
                )


def missing_resources(context: CheckContext) -> Iterator[Finding]:
    """RES-01: a container without requests or without limits."""
    for item, path, container in all_containers(context):
        if "ephemeralContainers" in path:
            continue
        resources = mapping(container.get("resources"))
        missing = [side for side in ("requests", "limits") if not resources.get(side)]
        if missing == ["requests"] and mapping(resources["limits"]).keys() >= {"cpu", "memory"}:
            continue
        if missing:
            yield _RES_01.found(
                item,
                (*path, "resources"),
                msg(
                    "Container %(name)s has no %(missing)s.",
                    name=container.get("name"),
                    missing=" and no ".join(missing),
                ),
            )


def fractional_memory(context: CheckContext) -> Iterator[Finding]:
    """RES-02: an amount of memory with a fraction."""
    for item, path, container in all_containers(context):
        for side in ("requests", "limits"):
            amount = mapping(mapping(container.get("resources")).get(side)).get("memory")
            if isinstance(amount, str) and whole(amount) != amount:
                yield _RES_02.found(
                    item,
                    (*path, "resources", side, "memory"),
                    msg("%(amount)s is a fraction.", amount=amount),
                )


def missing_probes(context: CheckContext) -> Iterator[Finding]:
    """PRB-01: a container that keeps running without a readiness or a liveness probe."""
    for item, path, container in all_containers(context):
        if is_init(path) or "ephemeralContainers" in path or item.body.get("kind") in _TO_THE_END:
            continue
        missing = [
            word
            for word, field in (("readiness", "readinessProbe"), ("liveness", "livenessProbe"))
            if not container.get(field)
        ]
        if missing:
            yield _PRB_01.found(
                item,
                path,
                msg(
                    "Container %(name)s has no %(missing)s probe.",
                    name=container.get("name"),
                    missing=" and no ".join(missing),
                ),
            )


def secrets_in_clear(context: CheckContext) -> Iterator[Finding]:
    """CFG-01: a value that looks secret stands in the manifest itself."""
    for item, path, container in all_containers(context):
        for index, variable in enumerate(sequence(container.get("env"))):
            name = mapping(variable).get("name")
            value = mapping(variable).get("value")
            if isinstance(name, str) and isinstance(value, str) and secret_reason(name, value):
                yield _CFG_01.found(
                    item,
                    (*path, "env", index, "value"),
                    msg("%(name)s looks like a secret and stands in clear.", name=name),
                    name,
                )


def missing_secrets(context: CheckContext) -> Iterator[Finding]:
    """CFG-03: a Secret that is asked for and is not among the objects."""
    known = {
        (namespace_of(item.body), name_of(item.body))
        for item in context.objects
        if item.body.get("kind") == "Secret"
    }
    seen: set[tuple[str, str, str]] = set()
    for item, path, container in all_containers(context):
        space = namespace_of(item.body)
        for index, variable in enumerate(sequence(container.get("env"))):
            source = mapping(mapping(variable).get("valueFrom"))
            reference = mapping(source.get("secretKeyRef"))
            name = str(reference.get("name") or "")
            if name and (space, name) not in known and not reference.get("optional"):
                if (item.label, space, name) not in seen:
                    seen.add((item.label, space, name))
                    yield _CFG_03.found(
                        item,
                        (*path, "env", index, "valueFrom", "secretKeyRef", "name"),
                        msg("The Secret %(name)s is not among the objects.", name=name),
                        name,
                    )


def bare_pods(context: CheckContext) -> Iterator[Finding]:
    """WLD-01: a Pod that no controller keeps alive."""
    for item in context.objects:
        if item.body.get("kind") == "Pod" and item.body.get("apiVersion") == "v1":
            policy = mapping(item.body.get("spec")).get("restartPolicy")
            if policy in (None, "Always"):
                yield _WLD_01.found(
                    item, ("kind",), msg("%(name)s is a bare Pod.", name=name_of(item.body))
                )
