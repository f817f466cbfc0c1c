"""Podman health checks as Kubernetes probes.

Podman runs one command inside the container and does nothing but report; a kubelet asks three
questions. The same check becomes the readiness probe, and with more patience the liveness probe;
a start period becomes a start-up probe. Well-known commands (curl, wget, nc) become what they
stand for, because a slim image may lack them (Podman documentation, ``podman-run --health-cmd``).
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from migrations_app.domain.spec import HealthCheck

DEFAULT_INTERVAL = 30.0
DEFAULT_TIMEOUT = 30.0
DEFAULT_RETRIES = 3
LIVENESS_PATIENCE = 2
_HIGHEST_PORT = 65535
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", ""})  # noqa: S104
_TAIL = re.compile(r"\s*\|\|\s*(?:exit\s+\d+|false)\s*$")
_SHELL_SYNTAX = re.compile(r"[|&;<>`$()\n*?]")
_QUIET_FLAGS = frozenset(
    [
        "-f",
        "--fail",
        "-s",
        "--silent",
        "-S",
        "--show-error",
        "-sS",
        "-fs",
        "-fsS",
        "-sf",
        "-sSf",
        "-fSs",
        "-k",
        "--insecure",
        "-q",
        "--quiet",
        "-O-",
        "-qO-",
        "--spider",
        "-nv",
        "--no-verbose",
        "-L",
        "--location",
        "-fL",
        "-fsSL",
        "-sfL",
        "-fss",
        "-I",
        "--head",
        "--no-check-certificate",
        "-qO",
        "/dev/null",
        "-o",
        "-O",
        "-",
        "--tries=1",
        "-Sf",
    ]
)


def probes_from_healthcheck(
    health: HealthCheck, startup: HealthCheck | None = None
) -> dict[str, dict[str, Any]]:
    """``readinessProbe``, ``livenessProbe`` and, with a start period, ``startupProbe``.

    ``startup`` is Podman's own start-up check, which then is the start-up probe. Empty for a check
    that is switched off.
    """
    action = action_from_test(health.test)
    if action is None:
        return {}
    period = max(1, math.ceil(health.interval or DEFAULT_INTERVAL))
    timeout = max(1, math.ceil(min(health.timeout or DEFAULT_TIMEOUT, period)))
    failures = max(1, health.retries or DEFAULT_RETRIES)
    timing = {"periodSeconds": period, "timeoutSeconds": timeout}
    probes: dict[str, dict[str, Any]] = {
        "readinessProbe": {**action, **timing, "failureThreshold": failures},
        "livenessProbe": {
            **action,
            **timing,
            "failureThreshold": failures * LIVENESS_PATIENCE,
        },
    }
    start = health.start_period or 0
    own_start = action_from_test(startup.test) if startup is not None else None
    if startup is not None and own_start is not None:
        probes["startupProbe"] = _own_startup(own_start, startup, start)
    elif start > 0:
        quick = min(period, 5)
        probes["startupProbe"] = {
            **action,
            "periodSeconds": quick,
            "timeoutSeconds": min(timeout, quick),
            "failureThreshold": max(1, math.ceil(start / quick) + failures),
        }
    return probes


def _own_startup(action: dict[str, Any], check: HealthCheck, start: float) -> dict[str, Any]:
    """A start-up check as a probe: it must not give up before the start period is over."""
    period = max(1, math.ceil(check.interval or DEFAULT_INTERVAL))
    tries = check.retries or DEFAULT_RETRIES
    return {
        **action,
        "periodSeconds": period,
        "timeoutSeconds": max(1, math.ceil(min(check.timeout or DEFAULT_TIMEOUT, period))),
        "failureThreshold": max(tries, math.ceil(start / period) + 1),
    }


def action_from_test(test: Sequence[str]) -> dict[str, Any] | None:
    """The probe action that a health check's test stands for; None for no check."""
    if not test or test[0] == "NONE":
        return None
    words = list(test)
    if words[0] == "CMD-SHELL":
        line = " ".join(words[1:])
        return _well_known_line(line) or {"exec": {"command": ["/bin/sh", "-c", line]}}
    if words[0] == "CMD":
        words = words[1:]
    if not words:
        return None
    if len(words) == 1 and " " in words[0]:
        return _well_known_line(words[0]) or {"exec": {"command": ["/bin/sh", "-c", words[0]]}}
    return _well_known(words) or {"exec": {"command": words}}


def _well_known_line(line: str) -> dict[str, Any] | None:
    plain = _TAIL.sub("", line).strip()
    plain = re.sub(r"\s*>\s*/dev/null(?:\s+2>&1)?$", "", plain)
    if _SHELL_SYNTAX.search(plain):
        return None
    try:
        return _well_known(shlex.split(plain))
    except ValueError:
        return None


def _well_known(words: Sequence[str]) -> dict[str, Any] | None:
    tool = words[0].rpartition("/")[2] if words else ""
    if tool in ("curl", "wget"):
        return _http(words[1:])
    if tool in ("nc", "ncat", "netcat"):
        return _tcp(words[1:])
    return None


def _http(words: Sequence[str]) -> dict[str, Any] | None:
    urls = [word for word in words if "://" in word or re.match(r"(localhost|127\.0\.0\.1)", word)]
    others = [word for word in words if word not in urls]
    if len(urls) != 1 or any(word not in _QUIET_FLAGS for word in others):
        return None
    url = urls[0] if "://" in urls[0] else f"http://{urls[0]}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOCAL_HOSTS:
        return None
    if parts.username or parts.password:
        return None
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    get: dict[str, Any] = {"path": path, "port": port or (443 if secure else 80)}
    if secure:
        get["scheme"] = "HTTPS"
    return {"httpGet": get}


def _tcp(words: Sequence[str]) -> dict[str, Any] | None:
    plain = [word for word in words if not re.fullmatch(r"-[zvw]+\d*", word)]
    if len(plain) == 3 and plain[2].isdigit() and "-w" in words:
        plain = plain[1:]
    if len(plain) == 2 and plain[0] in _LOCAL_HOSTS and re.fullmatch(r"[0-9]{1,5}", plain[1]):
        port = int(plain[1])
        return {"tcpSocket": {"port": port}} if 0 < port <= _HIGHEST_PORT else None
    return None


def health_check(facts: Mapping[str, Any]) -> HealthCheck:
    """The health check that ``Facts.healthchecks`` keeps as plain values."""
    return HealthCheck(
        test=tuple(facts.get("test") or ()),
        interval=facts.get("interval"),
        timeout=facts.get("timeout"),
        retries=facts.get("retries"),
        start_period=facts.get("startPeriod"),
    )
