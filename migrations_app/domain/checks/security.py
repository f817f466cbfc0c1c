"""Users, capabilities, and what a rehearsal may not run."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import parse_pointer
from migrations_app.domain.rehearsal.policy import violations

SEC_03 = Rule(
    "SEC-03",
    Severity.BLOCKER,
    msg("Podman plays it all the same; a kubelet refuses to start the container."),
    msg("Take runAsUser: 0 away, or set a user that is not root."),
    fixable=True,
)
SEC_04 = Rule(
    "SEC-04",
    Severity.BLOCKER,
    msg("Podman writes CAP_ before the name; containerd makes CAP_CAP_… of it and refuses."),
    msg("Write the capability without CAP_."),
    waivable=False,
)
REH_01 = Rule(
    "REH-01",
    Severity.BLOCKER,
    msg("A rehearsal plays on a shared host: it runs nothing that could take that host over."),
    msg("Take it away, or rehearse on a cluster in staging."),
)


def root_that_may_not_be(context: CheckContext) -> Iterator[Finding]:
    """SEC-03: the container must not run as root and is told to."""
    for item, path, container in context.containers:
        found = context.pod(item)
        if found is None:
            continue
        pod_path, spec = found
        own = mapping(container.get("securityContext"))
        pod = mapping(spec.get("securityContext"))
        user = own.get("runAsUser", pod.get("runAsUser"))
        is_root = isinstance(user, int) and not isinstance(user, bool) and user == 0
        if is_root and own.get("runAsNonRoot", pod.get("runAsNonRoot")) is True:
            holder = path if "runAsUser" in own else pod_path
            yield SEC_03.found(
                item,
                (*holder, "securityContext", "runAsUser"),
                msg("Container %(name)s has runAsNonRoot and user 0.", name=container.get("name")),
            )


def prefixed_capabilities(context: CheckContext) -> Iterator[Finding]:
    """SEC-04: a capability written with ``CAP_``."""
    for item, path, container in context.containers:
        for side in ("add", "drop"):
            where = (*path, "securityContext", "capabilities", side)
            for index, name in enumerate(
                sequence(get(container, ("securityContext", "capabilities", side)))
            ):
                if isinstance(name, str) and name.upper().startswith("CAP_"):
                    yield SEC_04.found(
                        item,
                        (*where, index),
                        msg("%(name)s begins with CAP_.", name=name),
                        name,
                    )


def not_rehearsable(context: CheckContext) -> Iterator[Finding]:
    """REH-01: a rehearsal would refuse to play this: privileged, host namespaces, devices."""
    for item in context.objects:
        found = context.pod(item)
        if found is None:
            continue
        path, spec = found
        for problem in violations(item.label, spec):
            inner = parse_pointer(problem.place.path)
            yield REH_01.found(item, (*path, *inner), problem.message, problem.code)
