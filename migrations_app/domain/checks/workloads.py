"""The kind of a workload, and volumes that only Podman understands."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import mapping, name_of, sequence
from migrations_app.domain.mends.restart_policy import legal_policy
from migrations_app.domain.messages import msg
from migrations_app.domain.transforms.probes import keeps_running

VOL_02 = Rule(
    "VOL-02",
    Severity.BLOCKER,
    msg("Podman 4.3 writes a tmpfs so; a cluster would look for it on the node, or refuse."),
    msg("Use an absolute path, or an emptyDir in memory."),
    waivable=False,
)
SCH_05 = Rule(
    "SCH-05",
    Severity.HIGH,
    msg("Podman writes the policy of a pod's first container; each kind of workload allows few."),
    msg("Write Always for what keeps running, Never or OnFailure for Jobs."),
    waivable=False,
)
WLD_01 = Rule(
    "WLD-01",
    Severity.MEDIUM,
    msg("Podman restarts a pod on its host; nobody brings a bare Pod back when its node is lost."),
    msg("Make it a Deployment."),
    fixable=True,
)


def illegal_restart_policies(context: CheckContext) -> Iterator[Finding]:
    """SCH-05: a restart policy that the kind of workload does not allow."""
    for workload in context.workloads:
        wanted = legal_policy(workload.item.body, workload.spec.get("restartPolicy"))
        if wanted is not None:
            yield SCH_05.found(
                workload.item,
                (*workload.path, "restartPolicy"),
                msg(
                    "A %(kind)s does not take the restart policy %(policy)s.",
                    kind=workload.kind,
                    policy=workload.spec.get("restartPolicy") or "Always",
                ),
            )


def relative_host_paths(context: CheckContext) -> Iterator[Finding]:
    """VOL-02: a hostPath that is not absolute; Podman's tmpfs looks like that."""
    for item in context.objects:
        found = context.pod(item)
        if found is None:
            continue
        path, spec = found
        for index, volume in enumerate(sequence(spec.get("volumes"))):
            host_path = mapping(mapping(volume).get("hostPath")).get("path")
            if isinstance(host_path, str) and not host_path.startswith("/"):
                yield VOL_02.found(
                    item,
                    (*path, "volumes", index, "hostPath", "path"),
                    msg("The host path %(path)s is relative.", path=host_path or '""'),
                    str(mapping(volume).get("name")),
                )


def bare_pods(context: CheckContext) -> Iterator[Finding]:
    """WLD-01: a Pod that no controller keeps alive.

    ``podman generate kube`` writes Pods. A Pod that is meant to end is left alone.
    """
    for item in context.objects:
        body = item.body
        if body.get("kind") != "Pod" or body.get("apiVersion") != "v1":
            continue
        if keeps_running(body, mapping(body.get("spec"))):
            yield WLD_01.found(
                item, ("kind",), msg("%(name)s is a bare Pod.", name=name_of(item.body))
            )
