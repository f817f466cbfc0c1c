"""Options about resources and the kernel."""

from __future__ import annotations

import re
from decimal import Decimal

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.podman_argv import values
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.given import Given, key_values

_OF_THE_POD = msg("A limit for the whole pod; give each container its own, as a preset does.")
_UNLIMITED = msg("No limit, as it is without.")
_DEFAULT_SHM = (65_536_000, 64 * 1024 * 1024)
_SHARES_OF_A_CPU = 1024


def memory(draft: Draft, given: Given) -> None:
    _bytes(draft, given, "memory_limit")


def memory_reservation(draft: Draft, given: Given) -> None:
    _bytes(draft, given, "memory_request")


def _bytes(draft: Draft, given: Given, attribute: str) -> None:
    count = values.size(given.value)
    if count is None:
        draft.refuse(given, "512m")
    elif draft.pod_create:
        draft.drop(given, _OF_THE_POD)
    elif count == 0:
        draft.needless(given, _UNLIMITED)
    else:
        draft.resources.set(attribute, count, given.place)


def cpus(draft: Draft, given: Given) -> None:
    amount = values.decimal(given.value)
    if amount is None or amount < 0:
        draft.refuse(given, "1.5")
    elif draft.pod_create:
        draft.drop(given, _OF_THE_POD)
    elif amount == 0:
        draft.needless(given, _UNLIMITED)
    else:
        draft.resources.set("cpu_limit", values.cpus(amount), given.place)


def cpu_quota(draft: Draft, given: Given) -> None:
    """Quota and period are one limit; it is reckoned when both are known."""
    if values.number(given.value) is None:
        draft.refuse(given, "50000")
    else:
        draft.settings[given.option] = given


def cpu_shares(draft: Draft, given: Given) -> None:
    shares = values.number(given.value)
    if shares is None or shares < 0:
        draft.refuse(given, "512")
    elif draft.pod_create:
        draft.drop(given, _OF_THE_POD)
    elif shares == 0:
        draft.needless(given, _UNLIMITED)
    else:
        amount = values.cpus(Decimal(shares) / _SHARES_OF_A_CPU)
        draft.resources.set("cpu_request", amount, given.place)


def pids_limit(draft: Draft, given: Given) -> None:
    count = values.number(given.value)
    if count is None:
        draft.refuse(given, "200")
    elif count in (0, -1):
        draft.needless(given, _UNLIMITED)
    else:
        draft.resources.set("pids_limit", count, given.place)


def shared_memory(draft: Draft, given: Given) -> None:
    count = values.size(given.value)
    if count is None:
        draft.refuse(given, "256m")
    elif count in _DEFAULT_SHM:
        draft.needless(given, msg("As much as it is without."))
    else:
        draft.container.set("shm_size", count, given.place)


def sysctl(draft: Draft, given: Given) -> None:
    for name, value in key_values(given.value).items():
        draft.container.put("sysctls", name, value, given.place)


def ulimit(draft: Draft, given: Given) -> None:
    for item in values.listed(given.value):
        match = re.fullmatch(r"([a-zA-Z]+)=(-?\d+)(?::(-?\d+))?", item)
        if match is None:
            if item == "host":
                draft.drop(given, msg("The host's own limits; a node has its own."))
            else:
                draft.refuse(given, "nofile=1024:2048")
            continue
        name, soft, hard = match[1].lower(), match[2], match[3] or match[2]
        draft.add(draft.container, "ulimits", f"{name}={soft}:{hard}", given)
