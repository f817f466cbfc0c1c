"""A health check that calls its own container by name: on a cluster it must say localhost.

Podman resolves a container's own name to itself. On a cluster that name is a Service, which leads
to ready pods only: a pod that must reach itself through it to become ready never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from migrations_app.domain.spec import ContainerSpec, HealthCheck, ServiceSpec

_LOCAL = "localhost"
_FLAG = re.compile(r"-h|--host|--hostname")
_PORT = re.compile(r"\d{1,5}")
_NETCAT = re.compile(r"(?:^|[\s/])(?:nc|ncat|netcat)(?:\s|$)")
_HOST_STANDS_AFTER = r"(?:://(?:[^\s/@]*@)?|/dev/tcp/|(?:^|[\s\"'])(?:-h|--host|--hostname)[ =]?)"


def own_names(service: ServiceSpec, container: ContainerSpec) -> frozenset[str]:
    """What the container may call itself."""
    names = {service.name, service.hostname, container.name, *service.aliases}
    return frozenset(names - {"", _LOCAL})


def at_home(health: HealthCheck, names: Iterable[str]) -> HealthCheck:
    """The check with each of its own names, where a host stands, as ``localhost``.

    The same word elsewhere, such as the user or database ``db`` of a service ``db``, stays.
    """
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    if not either:
        return health
    own = re.compile(either)
    patterns = [
        re.compile(rf"({_HOST_STANDS_AFTER})(?:{either})(?=[:/\s\"']|$)"),
        re.compile(rf"((?:^|[\s\"']))(?:{either})(?=:\d)"),
    ]
    netcat = any(_NETCAT.search(word) for word in health.test)
    if netcat:
        patterns.append(re.compile(rf"(\s)(?:{either})(?=\s+\d)"))
    words = list(health.test)
    for index, word in enumerate(words):
        for pattern in patterns:
            words[index] = pattern.sub(rf"\g<1>{_LOCAL}", words[index])
        before = words[index - 1] if index else ""
        after = words[index + 1] if index + 1 < len(words) else ""
        if own.fullmatch(word) and (_FLAG.fullmatch(before) or (netcat and _PORT.fullmatch(after))):
            words[index] = _LOCAL
    return replace(health, test=tuple(words))
