"""What a shared cluster wants of a manifest before anything is deployed there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule, Workload
from migrations_app.domain.checks.selectors import Choosers
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.names import to_service_name

STG_02 = Rule(
    "STG-02",
    Severity.HIGH,
    msg("Podman resolves names of containers; on a cluster only a Service has a lasting name."),
    msg("Add a Service with the container's own ports."),
    fixable=True,
)
STG_03 = Rule(
    "STG-03",
    Severity.HIGH,
    msg("A published port belongs to one host; on a cluster it pins a pod to a node."),
    msg("Reach it by a Service, and from outside by an Ingress with host, class and TLS."),
)
STG_06 = Rule(
    "STG-06",
    Severity.HIGH,
    msg("On one host somebody looks at the container; on a cluster nobody sees what none scrapes."),
    msg("Say where the metrics are, with scrape annotations or a ServiceMonitor."),
)
STG_07 = Rule(
    "STG-07",
    Severity.MEDIUM,
    msg("Podman networks keep containers apart; pods of a cluster all reach each other."),
    msg("Add a NetworkPolicy that lets in what is needed."),
    fixable=True,
)
STG_09 = Rule(
    "STG-09",
    Severity.MEDIUM,
    msg("Podman gives a container no login to anything; a pod gets one to the cluster's API."),
    msg("Give it a service account of its own, and do not mount the token."),
    fixable=True,
)

SCRAPE = "prometheus.io/scrape"


def unserved_ports(context: CheckContext) -> Iterator[Finding]:
    """STG-02: a workload has ports, and no Service leads to them.

    The fix makes a Service with the container's own port numbers, which is what its peers used,
    unless its name is taken by a Service that leads elsewhere.
    """
    for workload in context.workloads:
        if workload.lasting and has_ports(workload) and not context.services_of(workload):
            body = workload.item.body
            name = to_service_name(name_of(body))
            taken = ("Service", namespace_of(body), name) in context.named
            yield STG_02.found(
                workload.item,
                (*workload.path, "containers"),
                msg("No Service leads to the ports of %(name)s.", name=workload.item.label),
                fixable=bool(workload.labels) and not taken,
            )


def has_ports(workload: Workload) -> bool:
    return any(sequence(container.get("ports")) for _path, container in workload.running)


def published_ports(context: CheckContext) -> Iterator[Finding]:
    """STG-03: a hostPort or a NodePort, or an Ingress without host, class or TLS.

    The fix takes hostPorts away and makes a NodePort Service one inside the cluster.
    """
    for item, path, container in context.containers:
        for index, port in enumerate(sequence(container.get("ports"))):
            if mapping(port).get("hostPort"):
                yield STG_03.found(
                    item,
                    (*path, "ports", index, "hostPort"),
                    msg("Port %(port)s of the node is taken.", port=port["hostPort"]),
                    str(port.get("containerPort")),
                    fixable=True,
                )
    for item in context.of_kind("Service"):
        if get(item.body, ("spec", "type")) == "NodePort":
            yield STG_03.found(
                item,
                ("spec", "type"),
                msg("%(name)s takes a port of every node.", name=item.label),
                fixable=True,
            )
    for item in context.of_kind("Ingress"):
        yield from _ingress(item)


def _ingress(item: SourceObject) -> Iterator[Finding]:
    spec = mapping(item.body.get("spec"))
    annotations = mapping(get(item.body, ("metadata", "annotations")))
    rules = sequence(spec.get("rules"))
    missing = []
    if not rules or any(not mapping(rule).get("host") for rule in rules):
        missing.append("host")
    if not spec.get("ingressClassName") and "kubernetes.io/ingress.class" not in annotations:
        missing.append("ingressClassName")
    if not _is_covered(spec, rules):
        missing.append("tls")
    if missing:
        yield STG_03.found(
            item,
            ("spec",),
            msg("%(name)s has no %(missing)s.", name=item.label, missing=", ".join(missing)),
        )


def _is_covered(spec: dict[str, Any], rules: list[Any]) -> bool:
    """Whether each host has a certificate; an entry of ``tls`` without hosts is for all."""
    entries = [mapping(entry) for entry in sequence(spec.get("tls"))]
    named = {str(host) for entry in entries for host in sequence(entry.get("hosts"))}
    if not entries or any(not sequence(entry.get("hosts")) for entry in entries):
        return bool(entries)
    hosts = [str(host) for rule in rules if (host := mapping(rule).get("host"))]
    return all(named & {host, "*." + host.partition(".")[2]} for host in hosts)


def unwatched(context: CheckContext) -> Iterator[Finding]:
    """STG-06: nothing says where the metrics of a workload with ports are.

    Scrape annotations on its pods or its Services, or a ServiceMonitor or PodMonitor that chooses
    them. The fix writes the annotations where a port is called ``metrics``. Whether logs arrive is
    seen on the cluster alone.
    """
    monitors = Choosers(
        ("", get(item.body, ("spec", "selector", "matchLabels")), item)
        for kind in ("ServiceMonitor", "PodMonitor")
        for item in context.of_kind(kind)
    )
    for workload in context.workloads:
        if not workload.lasting or not has_ports(workload):
            continue
        services = context.services_of(workload)
        annotated = [
            mapping(get(workload.item.body, (*workload.path[:-1], "metadata", "annotations"))),
            *(mapping(get(item.body, ("metadata", "annotations"))) for item in services),
        ]
        labelled = [
            workload.labels,
            *(mapping(get(item.body, ("metadata", "labels"))) for item in services),
        ]
        chosen = any(monitors.of("", labels) for labels in labelled)
        if not chosen and not any(SCRAPE in keys for keys in annotated):
            yield STG_06.found(
                workload.item,
                workload.path[:-1],
                msg("Nobody collects the metrics of %(name)s.", name=workload.item.label),
                fixable=metrics_port(workload) is not None,
            )


def metrics_port(workload: Workload) -> int | None:
    """The port that is called ``metrics``, the one sign that there are any."""
    for _path, container in workload.running:
        for port in sequence(container.get("ports")):
            if "metrics" in str(mapping(port).get("name")):
                number = mapping(port).get("containerPort")
                return number if isinstance(number, int) else None
    return None


def unguarded(context: CheckContext) -> Iterator[Finding]:
    """STG-07: no NetworkPolicy chooses the pods of a workload.

    The fix lets pods of the namespace reach the ports that the containers declare.
    """
    selectors = [
        (namespace_of(item.body), mapping(get(item.body, ("spec", "podSelector"))))
        for item in context.of_kind("NetworkPolicy")
    ]
    for_all = {space for space, selector in selectors if _is_for_all(selector)}
    policies = Choosers((space, it.get("matchLabels"), it) for space, it in selectors)
    for workload in context.workloads:
        space = namespace_of(workload.item.body)
        if space not in for_all and not policies.of(space, workload.labels):
            yield STG_07.found(
                workload.item,
                workload.path[:-1],
                msg("Every pod of the cluster can reach %(name)s.", name=workload.item.label),
                fixable=bool(workload.labels),
            )


def _is_for_all(selector: dict[str, Any]) -> bool:
    """An empty selector chooses every pod; expressions are taken for a choice."""
    return bool(selector.get("matchExpressions")) or not selector.get("matchLabels")


def borrowed_accounts(context: CheckContext) -> Iterator[Finding]:
    """STG-09: the namespace's default service account is used, or a token is mounted for nothing.

    A token is right where a RoleBinding gives the account something to do, and the account itself
    may keep it out. The fix makes an account of the workload's name and keeps the token out.
    """
    bound = {
        str(mapping(subject).get("name"))
        for kind in ("RoleBinding", "ClusterRoleBinding")
        for item in context.of_kind(kind)
        for subject in sequence(item.body.get("subjects"))
    }
    for workload in context.workloads:
        spec = workload.spec
        account = str(spec.get("serviceAccountName") or "default")
        silent = _mounts_token(context, workload, account) is False
        if account == "default" or (not silent and account not in bound):
            yield STG_09.found(
                workload.item,
                workload.path,
                msg("%(name)s uses the default service account.", name=workload.item.label)
                if account == "default"
                else msg("%(name)s mounts a token for nothing.", name=workload.item.label),
            )


def _mounts_token(context: CheckContext, workload: Workload, account: str) -> Any:
    """What the pod says of the token, else what its account says."""
    own = workload.spec.get("automountServiceAccountToken")
    if own is not None:
        return own
    space = namespace_of(workload.item.body)
    item = context.named.get(("ServiceAccount", space, account))
    return item.body.get("automountServiceAccountToken") if item else None
