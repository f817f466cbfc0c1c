"""Options about health checks, put together when all of them are known."""

from __future__ import annotations

import json

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.podman_argv import values
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.given import Given
from migrations_app.domain.spec import HealthCheck

_DEFAULT_SECONDS = 30.0
_DEFAULT_RETRIES = 3
_PART = msg("Part of the check that becomes probes.")
_ALONE = msg("It changes the health check of the image, which is not known; give the command too.")


def part(draft: Draft, given: Given) -> None:
    draft.health[given.option] = given


def no_check(draft: Draft, given: Given) -> None:
    if given.on:
        places = {"": given.place}
        draft.container.values["health"] = HealthCheck(test=("NONE",), places=places)
    else:
        draft.needless(given, msg("Switched off, as it is without."))


def finish(draft: Draft) -> None:
    """The two checks, from the options that were given for each."""
    _check(draft, "health", "health")
    _check(draft, "health-startup", "startup_health")


def _check(draft: Draft, stem: str, attribute: str) -> None:
    command = draft.health.get(f"{stem}-cmd")
    parts = {
        key: draft.health.get(f"{stem}-{key}")
        for key in ("interval", "timeout", "retries", "start-period")
    }
    if command is None:
        for given in parts.values():
            if given is not None:
                draft.drop(given, _ALONE)
        return
    test = words_of(command.value)
    if test == ("NONE",):
        draft.container.values[attribute] = HealthCheck(test=test, places={"": command.place})
        for given in parts.values():
            if given is not None:
                draft.drop(given, msg("There is no check for it to say anything about."))
        return
    times: dict[str, float | None] = {"interval": None, "timeout": None, "start-period": None}
    for key in times:
        given = parts[key]
        if given is not None:
            times[key] = _seconds(draft, given)
    retries = parts["retries"]
    count = values.number(retries.value) if retries is not None else None
    if retries is not None:
        if count is None or count < 0:
            draft.refuse(retries, "3")
        else:
            draft.needless(retries, _PART)
    start = times["start-period"]
    draft.container.values[attribute] = HealthCheck(
        test=test,
        interval=_DEFAULT_SECONDS if times["interval"] is None else times["interval"] or None,
        timeout=_DEFAULT_SECONDS if times["timeout"] is None else times["timeout"] or None,
        retries=(count or _DEFAULT_RETRIES) if attribute == "health" else count or None,
        start_period=start or None,
        places={"": command.place},
    )


def _seconds(draft: Draft, given: Given) -> float | None:
    if given.option.endswith("interval") and given.value == "disable":
        draft.needless(given, _PART)
        return 0.0
    found = values.seconds(given.value)
    if found is None or found < 0:
        draft.refuse(given, "30s")
        return None
    draft.needless(given, _PART)
    return found


def words_of(text: str) -> tuple[str, ...]:
    """The test as Podman makes it of one option: an array in JSON, words, or a line for a shell."""
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    is_array = isinstance(parsed, list) and bool(parsed)
    words = [str(word) for word in parsed] if is_array and parsed else text.split(" ", 1)
    first = words[0].upper()
    if first == "NONE":
        return ("NONE",)
    if first == "CMD":
        return tuple(words) if is_array else tuple(text.split())
    if first == "CMD-SHELL":
        return tuple(words)
    if is_array and len(words) > 1:
        return ("CMD", *words)
    return ("CMD-SHELL", " ".join(words))
