"""Probes: missing ones, and ones that ask at a door that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.checks.base import CheckContext, Rule, Workload
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import get, mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.transforms.probes import (
    FIELDS,
    NAMED_PORT_ACTIONS,
    first_port,
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
    for workload in context.workloads:
        if not workload.lasting:
            continue
        for path, container in workload.running:
            yield from _missing_in(workload, path, container)


def _missing_in(workload: Workload, path: Path, container: dict[str, Any]) -> Iterator[Finding]:
    missing = tuple(word for word in ("readiness", "liveness") if not container.get(FIELDS[word]))
    if missing:
        yield PRB_01.found(
            workload.item,
            path,
            _MISSING[missing].about(name=container.get("name")),
            fixable=first_port(container) is not None,
        )


def probes_without_port(context: CheckContext) -> Iterator[Finding]:
    """PRB-04: a probe asks at a port that its container does not have.

    A name that no port has; or a number, where the pod declares ports and this is none of them.
    The fix takes the container's port where it has only one.
    """
    for workload in context.workloads:
        declared: frozenset[Any] = frozenset()
        for path, container in workload.containers:
            ports = [mapping(port) for port in sequence(container.get("ports"))]
            for where, port in _asked(container):
                if isinstance(port, int) and ports:
                    declared = declared or _numbers(workload)
                    if port in declared:
                        continue
                elif not isinstance(port, str) or port in {str(it.get("name")) for it in ports}:
                    continue
                yield PRB_04.found(
                    workload.item,
                    (*path, *where),
                    msg(
                        "Container %(container)s has no port named %(port)s.",
                        container=container.get("name"),
                        port=port,
                    )
                    if isinstance(port, str)
                    else msg(
                        "Container %(container)s has no port %(port)s.",
                        container=container.get("name"),
                        port=port,
                    ),
                    str(port),
                    fixable=len(ports) == 1 and first_port(container) is not None,
                )


def _asked(container: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    for field in FIELDS.values():
        for action in NAMED_PORT_ACTIONS:
            port = get(container, (field, action, "port"))
            if port is not None and not isinstance(port, bool):
                yield (field, action, "port"), port


def _numbers(workload: Workload) -> frozenset[Any]:
    return frozenset(
        number
        for _path, container in workload.containers
        for port in sequence(container.get("ports"))
        if isinstance(number := mapping(port).get("containerPort"), int)
    )
