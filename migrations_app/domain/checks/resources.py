"""Requests and limits of containers."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.mends.quantities import whole
from migrations_app.domain.messages import msg

RES_01 = Rule(
    "RES-01",
    Severity.HIGH,
    msg("Podman shares the host; a scheduler needs requests, and a node limits, to stay sound."),
    msg(
        "Set requests and limits, for example with a resources preset. Those of the fix are to "
        "begin with: measure the service, and correct them."
    ),
    fixable=True,
)
RES_02 = Rule(
    "RES-02",
    Severity.HIGH,
    msg("Podman reads a fraction of memory as a number so large that there is no limit."),
    msg("Write whole units: 1536Mi instead of 1.5Gi."),
)


_MISSING = {
    ("requests", "limits"): msg("Container %(name)s has no requests and no limits."),
    ("requests",): msg("Container %(name)s has no requests."),
    ("limits",): msg("Container %(name)s has no limits."),
}


def missing_resources(context: CheckContext) -> Iterator[Finding]:
    """RES-01: a container without requests or without limits.

    The fix requests 250m of a processor and 64Mi of memory and limits to 500m and 128Mi, and leaves
    alone what is there. These are to begin with: a service that needs more is slowed down or
    killed, which a rehearsal shows. Where the pod as a whole has amounts, it is for a person.
    """
    for item, path, container in context.containers:
        if "ephemeralContainers" in path:
            continue
        resources = mapping(container.get("resources"))
        missing = tuple(side for side in ("requests", "limits") if not resources.get(side))
        if missing == ("requests",) and mapping(resources["limits"]).keys() >= {"cpu", "memory"}:
            continue
        if missing:
            yield RES_01.found(
                item,
                (*path, "resources"),
                _MISSING[missing].about(name=container.get("name")),
                fixable=isinstance(container.get("resources") or {}, dict)
                and not _has_amounts_of_its_own(context, item),
            )


def _has_amounts_of_its_own(context: CheckContext, item: SourceObject) -> bool:
    """Whether the pod has requests or limits that its containers share."""
    found = context.pod(item)
    return bool(found and found[1].get("resources"))


def fractional_memory(context: CheckContext) -> Iterator[Finding]:
    """RES-02: an amount of memory with a fraction."""
    for item, path, container in context.containers:
        for side in ("requests", "limits"):
            amount = mapping(mapping(container.get("resources")).get(side)).get("memory")
            if isinstance(amount, str) and whole(amount) != amount:
                yield RES_02.found(
                    item,
                    (*path, "resources", side, "memory"),
                    msg("%(amount)s is a fraction.", amount=amount),
                )
