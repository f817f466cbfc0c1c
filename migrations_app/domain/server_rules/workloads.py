"""Workloads: how they are replaced, whom they choose, and when they run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, mapping, name_of, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules.faults import Fault, apart, of_label_selector
from migrations_app.domain.server_rules.volumes import of_request

_SHARE = re.compile(r"\d+%")
_ZONES = re.compile(r"(?:TZ|CRON_TZ)=")
_CRON_WORDS = frozenset({"yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"})
_EVERY = re.compile(r"@every (?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_CRON_FIELDS: tuple[tuple[int, int, list[str]], ...] = (
    (0, 59, []),
    (0, 23, []),
    (1, 31, []),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
_CRON_NAME = 52
_HIGHEST = 2**31 - 1
_ZONE = re.compile(r"[A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*")


def of_selector(body: Object) -> Iterator[Fault]:
    """A selector that chooses something."""
    selector = get(body, ("spec", "selector"))
    if isinstance(selector, dict) and not any(selector.values()):
        yield (
            ("spec", "selector"),
            msg("An empty selector chooses everything, which is not accepted."),
        )
    yield from of_label_selector(("spec", "selector"), selector)
    template = get(body, ("spec", "template", "spec"))
    if mapping(template).get("activeDeadlineSeconds") is not None:
        at: Path = ("spec", "template", "spec", "activeDeadlineSeconds")
        yield apart(at, "activeDeadlineSeconds", str(body.get("kind")))


def of_stateful_set(body: Object) -> Iterator[Fault]:
    yield from of_selector(body)
    for index, claim in enumerate(sequence(get(body, ("spec", "volumeClaimTemplates")))):
        at: Path = ("spec", "volumeClaimTemplates", index, "spec")
        yield from of_request(at, mapping(mapping(claim).get("spec")))


def of_deployment(body: Object) -> Iterator[Fault]:
    yield from of_selector(body)
    spec = mapping(body.get("spec"))
    strategy = mapping(spec.get("strategy"))
    at: Path = ("spec", "strategy", "rollingUpdate")
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") == "Recreate" and rolling is not None:
        yield apart(at, "rollingUpdate", "Recreate")
    yield from _pace(at, mapping(rolling), 1)
    ready, deadline = spec.get("minReadySeconds") or 0, spec.get("progressDeadlineSeconds")
    seconds = 600 if deadline is None else deadline
    if isinstance(ready, int) and isinstance(seconds, int) and 0 <= seconds <= ready:
        yield (
            ("spec", "progressDeadlineSeconds"),
            msg("It must be greater than minReadySeconds (%(seconds)s).", seconds=ready),
        )


def of_daemon_set(body: Object) -> Iterator[Fault]:
    yield from of_selector(body)
    at: Path = ("spec", "updateStrategy", "rollingUpdate")
    yield from _pace(at, mapping(get(body, at)), 0)


def _pace(path: Path, rolling: dict[str, Any], surge_by_default: int) -> Iterator[Fault]:
    for field in ("maxSurge", "maxUnavailable"):
        yield from of_share((*path, field), rolling.get(field))
    least = rolling.get("maxUnavailable")
    most = rolling.get("maxSurge", surge_by_default)
    if least in (0, "0%") and most in (0, "0%"):
        yield (*path, "maxUnavailable"), msg("Nothing can be replaced if both are 0.")


def of_share(path: Path, value: Any) -> Iterator[Fault]:
    """A number of pods from 0 on, or a share up to 100 %."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int) and value < 0:
        yield path, msg("%(value)s is below zero.", value=value)
    elif isinstance(value, int) and value > _HIGHEST:
        yield path, msg("%(value)s is more than a server can read.", value=value)
    elif isinstance(value, str) and not _SHARE.fullmatch(value):
        yield path, msg("%(value)s is no share such as 25%%.", value=repr(value))
    elif isinstance(value, str) and int(value[:-1]) > 100 and path[-1] != "maxSurge":
        yield path, msg("%(value)s is more than all.", value=value)


def of_job(body: Object) -> Iterator[Fault]:
    yield from _job(("spec",), mapping(body.get("spec")))


def _job(path: Path, spec: dict[str, Any]) -> Iterator[Fault]:
    if spec.get("selector") is not None and spec.get("manualSelector") is not True:
        yield (
            (*path, "selector"),
            msg("A Job makes its own selector, unless manualSelector is set."),
        )


def of_cron_job(body: Object) -> Iterator[Fault]:
    spec = mapping(body.get("spec"))
    schedule = spec.get("schedule")
    if isinstance(schedule, str) and not is_schedule(schedule):
        yield (
            ("spec", "schedule"),
            msg("%(text)s is no schedule such as 30 2 * * 1-5.", text=repr(schedule)),
        )
    zone = spec.get("timeZone")
    if isinstance(zone, str) and (zone.lower() == "local" or not _ZONE.fullmatch(zone)):
        yield ("spec", "timeZone"), msg("%(zone)s is no time zone.", zone=repr(zone))
    name = name_of(body)
    if len(name) > _CRON_NAME:
        yield (
            ("metadata", "name"),
            msg("%(name)s has more than %(most)s characters.", name=name, most=_CRON_NAME),
        )
    job: Path = ("spec", "jobTemplate", "spec")
    yield from _job(job, mapping(get(body, job)))


def is_schedule(text: str) -> bool:
    """Five fields of a cron line, or a word; no time zone inside."""
    plain = text.strip()
    if _ZONES.search(plain):
        return False
    if plain.startswith("@"):
        return plain[1:] in _CRON_WORDS or _EVERY.fullmatch(plain) is not None
    fields = plain.split()
    return len(fields) == len(_CRON_FIELDS) and all(
        all(_is_term(term.lower(), *bounds) for term in field.split(","))
        for field, bounds in zip(fields, _CRON_FIELDS, strict=True)
    )


def _is_term(term: str, least: int, most: int, words: list[str]) -> bool:
    span, slash, step = term.partition("/")
    if slash and (not step.isdigit() or int(step) == 0):
        return False
    if span in ("*", "?"):
        return True
    first, dash, last = span.partition("-")
    begin = _number(first, words, least)
    end = _number(last, words, least) if dash else begin
    return begin is not None and end is not None and least <= begin <= end <= most


def _number(text: str, words: list[str], least: int) -> int | None:
    if text in words:
        return words.index(text) + least
    return int(text) if text.isdigit() else None
