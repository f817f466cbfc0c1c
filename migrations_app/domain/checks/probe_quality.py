"""Probes that are there and do harm, or cannot work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.probes import action_from_test
from migrations_app.domain.manifests.resources import get, mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.transforms.probes import FIELDS

PRB_02 = Rule(
    "PRB-02",
    Severity.MEDIUM,
    msg("Podman only reports; a kubelet restarts, and all replicas at once if a database is slow."),
    msg("Let liveness wait longer than readiness, and ask it about the process alone."),
    fixable=True,
)
PRB_03 = Rule(
    "PRB-03",
    Severity.MEDIUM,
    msg("Podman's checks call curl or nc in the container; a slim image has neither."),
    msg("Let the kubelet ask by itself, with httpGet or tcpSocket."),
)

ACTIONS = ("httpGet", "tcpSocket", "exec", "grpc")
PATIENCE = 60
"""Seconds that a liveness probe should give a process before it is restarted."""

_DATABASES = frozenset({"pg_isready", "psql", "mysqladmin", "mysql", "mariadb", "redis-cli"})
_OWN_DATABASES = ("postgres", "mysql", "mariadb", "redis", "valkey", "percona", "timescale")
_TOOLS = frozenset({"curl", "wget", "nc", "ncat", "netcat"})


def hasty_liveness(context: CheckContext) -> Iterator[Finding]:
    """PRB-02: liveness asks what readiness asks and gives up as soon, or asks a database.

    A connection to a port (``tcpSocket``) may be the same for both. The fix gives liveness a
    minute.
    """
    for item, path, container in context.containers:
        live, ready = (mapping(container.get(FIELDS[kind])) for kind in ("liveness", "readiness"))
        if not live:
            continue
        where = (*path, FIELDS["liveness"])
        if _asks_database(container, live):
            yield PRB_02.found(
                item,
                where,
                msg(
                    "The liveness probe of %(name)s asks a database.",
                    name=container.get("name"),
                ),
                "database",
                fixable=False,
            )
        elif same_action(live, ready) and budget(live) <= min(budget(ready), PATIENCE // 2):
            yield PRB_02.found(
                item,
                where,
                msg(
                    "Liveness of %(name)s gives up after %(seconds)s s, as readiness does.",
                    name=container.get("name"),
                    seconds=budget(live),
                ),
            )


def same_action(live: Mapping[str, Any], ready: Mapping[str, Any]) -> bool:
    return any(
        action in live and live.get(action) == ready.get(action)
        for action in ACTIONS
        if action != "tcpSocket"
    )


def budget(probe: Mapping[str, Any]) -> int:
    """Seconds from the first failure to the verdict."""
    period, failures = probe.get("periodSeconds"), probe.get("failureThreshold")
    return (period if isinstance(period, int) else 10) * (
        failures if isinstance(failures, int) else 3
    )


def _asks_database(container: Mapping[str, Any], probe: Mapping[str, Any]) -> bool:
    """Whether a client of a database is called in a container that is none itself."""
    image = str(container.get("image")).rpartition("/")[2]
    if any(image.startswith(name) for name in _OWN_DATABASES):
        return False
    words = " ".join(str(word) for word in sequence(get(dict(probe), ("exec", "command"))))
    return any(word.rpartition("/")[2] in _DATABASES for word in words.split())


def tools_of_the_image(context: CheckContext) -> Iterator[Finding]:
    """PRB-03: a probe calls curl, wget or nc inside the container.

    The fix lets the kubelet ask by itself where the call says nothing more than an address.
    """
    for item, path, container in context.containers:
        for field in FIELDS.values():
            command = sequence(get(container, (field, "exec", "command")))
            words = [str(word) for word in command]
            called = [word for word in " ".join(words).split() if word.rpartition("/")[2] in _TOOLS]
            if called:
                yield PRB_03.found(
                    item,
                    (*path, field, "exec", "command"),
                    msg(
                        "A probe of %(name)s needs %(tool)s in the image.",
                        name=container.get("name"),
                        tool=called[0],
                    ),
                    fixable=by_kubelet(words) is not None,
                )


def by_kubelet(words: list[str]) -> dict[str, Any] | None:
    """The same question as the kubelet asks it, if it can."""
    if len(words) == 3 and words[0].rpartition("/")[2] in ("sh", "bash") and words[1] == "-c":
        action = action_from_test(("CMD-SHELL", words[2]))
    else:
        action = action_from_test(("CMD", *words))
    return action if action and "exec" not in action else None
