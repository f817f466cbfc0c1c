"""Probes: missing ones, and ones that ask at a door that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, pod_spec, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.transforms.probes import (
    FIELDS,
    NAMED_PORT_ACTIONS,
    first_port,
    keeps_running,
)

PRB_01 = Rule(
    "PRB-01",
    Severity.HIGH,
    msg("Podman knows no readiness; without it a Service sends traffic to what is not ready."),
    msg("Add a readiness and a liveness probe, for example with a probes preset."),
)
PRB_04 = Rule(
    "PRB-04",
    Severity.MEDIUM,
    msg("A kubelet cannot look the name up, so the probe never succeeds."),
    msg("Give the container a port of that name, or write the port's number."),
)


_MISSING = {
    ("readiness", "liveness"): msg("Container %(name)s has no readiness and no liveness probe."),
    ("readiness",): msg("Container %(name)s has no readiness probe."),
    ("liveness",): msg("Container %(name)s has no liveness probe."),
}


def missing_probes(context: CheckContext) -> Iterator[Finding]:
    """PRB-01: a container that keeps running without a readiness or a liveness probe.

    Containers of Jobs and init containers run to their end and need none. The fix opens a
    connection to the container's first port; a probe of the application itself is better.
    """
    for item, path, container in context.containers:
        found = pod_spec(item.body)
        if found is None or path[-2] != "containers" or not keeps_running(item.body, found[1]):
            continue
        missing = tuple(
            word for word in ("readiness", "liveness") if not container.get(FIELDS[word])
        )
        if missing:
            yield PRB_01.found(
                item,
                path,
                _MISSING[missing].about(name=container.get("name")),
                fixable=first_port(container) is not None,
            )


def probes_without_port(context: CheckContext) -> Iterator[Finding]:
    """PRB-04: a probe names a port that its container does not have."""
    for item, path, container in context.containers:
        names = {str(mapping(port).get("name")) for port in sequence(container.get("ports"))}
        for field in FIELDS.values():
            for action in NAMED_PORT_ACTIONS:
                port = get(container, (field, action, "port"))
                if isinstance(port, str) and port not in names:
                    yield PRB_04.found(
                        item,
                        (*path, field, action, "port"),
                        msg(
                            "Container %(container)s has no port named %(port)s.",
                            container=container.get("name"),
                            port=port,
                        ),
                        port,
                    )
