"""Options about what runs in a container: command, environment, labels, how it lives and ends."""

from __future__ import annotations

import re

from migrations_app.domain.findings import Severity
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv import values
from migrations_app.domain.reading.podman_argv.draft import Draft
from migrations_app.domain.reading.podman_argv.given import Given
from migrations_app.domain.secrets import looks_secret
from migrations_app.domain.spec import RestartPolicy

_OF_TOOLS = ("io.podman.", "io.buildah.", "io.kubernetes.cri-o", "io.containers.")
_SIGNALS = {
    "1": "HUP",
    "2": "INT",
    "3": "QUIT",
    "9": "KILL",
    "10": "USR1",
    "12": "USR2",
    "15": "TERM",
    "28": "WINCH",
}
_DEFAULT_STOP_TIMEOUT = 10
SWITCHED_OFF = msg("Switched off, as it is without.")
_VARIABLE = re.compile(r"[A-Za-z_][\w.\-]*")
_NO_VARIABLE = msg(
    "The line is no variable. Podman reads an environment file line by line: a value of several "
    "lines breaks off at the first one."
)
_READ_FROM_FILE = msg("What the file sets is listed by itself.")


def name(draft: Draft, given: Given) -> None:
    fields = draft.service if draft.pod_create else draft.container
    fields.set("name", given.value, given.place)


def entrypoint(draft: Draft, given: Given) -> None:
    """One word, or a JSON array of them; an empty one takes the image's away."""
    words = values.words_of_json(given.value)
    if words is None:
        words = (given.value,) if given.value else ()
    draft.container.set("command", words, given.place)


def working_dir(draft: Draft, given: Given) -> None:
    draft.container.set("working_dir", given.value, given.place)


def terminal(draft: Draft, given: Given) -> None:
    _switch(draft, given, "tty")


def standard_input(draft: Draft, given: Given) -> None:
    _switch(draft, given, "stdin")


def _switch(draft: Draft, given: Given, attribute: str) -> None:
    if given.on:
        draft.container.set(attribute, value=True, place=given.place)
    else:
        draft.needless(given, SWITCHED_OFF)


def variable(draft: Draft, given: Given) -> None:
    key, equals, value = given.value.partition("=")
    if equals:
        draft.container.put("environment", key, value, given.place)
        secret = draft.container.values.get("secret_variables", frozenset())
        draft.container.values["secret_variables"] = (
            secret | {key} if given.secret else secret - {key}
        )
    elif key.endswith("*"):
        _of_the_host(draft, given, key)
    else:
        _inherited(draft, given, key, given.place)


def variables_of_host(draft: Draft, given: Given) -> None:
    if given.on:
        _of_the_host(draft, given, "*")
    else:
        draft.needless(given, SWITCHED_OFF)


def _of_the_host(draft: Draft, given: Given, names: str) -> None:
    draft.drop(
        given,
        msg(
            "The host's variables %(names)s do not reach a pod. Name those that the program "
            "needs, each with -e NAME=VALUE.",
            names=names,
        ),
    )


def _inherited(draft: Draft, given: Given, key: str, place: Place) -> None:
    """``-e NAME``: the value is that of the caller's environment, which has to be told."""
    value = draft.reach.variables.get(key)
    if value is None:
        value = draft.ask(
            "variable",
            key,
            msg("Which value has the variable %(name)s?", name=key),
            msg(
                "The command passes it on from the environment it is run in, which is not known. "
                "Without an answer the variable is left out, as Podman does where there is none."
            ),
            place,
        )
    draft.variables[key] = value
    if value:
        draft.container.put("environment", key, value, place)
    else:
        reason = msg("The value comes from the environment; see the question.")
        row = LossRow(place.object + place.path, Outcome.QUESTION, "", reason, place)
        draft.rows.append(row)


def variable_file(draft: Draft, given: Given) -> None:
    """A file of variables, as Podman reads it: no quotes, no escapes; ``-e`` comes before it."""
    lines = _lines(draft, given)
    if lines is None:
        return
    draft.row(given, Outcome.CONVERTED, _READ_FROM_FILE)
    in_key = False
    for number, line in lines:
        key, equals, value = line.partition("=")
        place = _in_file(draft, given, number, key)
        is_name = equals or _VARIABLE.fullmatch(key.strip())
        in_key = "-----BEGIN " in line or (in_key and "-----END " not in line)
        if (in_key and "-----" not in value) or not is_name or looks_secret("", key.strip()):
            # What it says may be a secret, a part of a key for one: the number has to do.
            place = _in_file(draft, given, number, str(number))
            path = place.object + place.path
            draft.rows.append(LossRow(path, Outcome.DROPPED, "", _NO_VARIABLE, place))
        elif equals:
            draft.container.put("environment", key, value, place)
        else:
            _inherited(draft, given, key.strip(), place)


def label_file(draft: Draft, given: Given) -> None:
    lines = _lines(draft, given)
    if lines is None:
        return
    draft.row(given, Outcome.CONVERTED, _READ_FROM_FILE)
    fields = draft.service if draft.pod_create else draft.container
    for number, line in lines:
        key, _equals, value = line.partition("=")
        fields.put("labels", key, value, _in_file(draft, given, number, key))


def _lines(draft: Draft, given: Given) -> list[tuple[int, str]] | None:
    data = draft.reach.read(given.value)
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff") if data else ""
    if data is None:
        text = draft.ask(
            "missing-file",
            given.value,
            msg(
                "What does the file %(file)s of --%(option)s hold?",
                file=given.value,
                option=given.option,
            ),
            msg("It is not among the files that were given, so what it sets is not known."),
            given.place,
        )
        if not text:
            reason = msg("The file is not among those that were given; see the question.")
            draft.row(given, Outcome.QUESTION, reason)
            return None
    lines = enumerate((line.lstrip() for line in text.splitlines()), start=1)
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def _in_file(draft: Draft, given: Given, line: int, key: str) -> Place:
    file = draft.reach.within(given.value)
    return Place(file, line, 1, f"{given.place.object} {file}", f"/{key.strip()}")


def label(draft: Draft, given: Given) -> None:
    key, _equals, value = given.value.partition("=")
    if key.startswith(_OF_TOOLS) and "compose" not in key:
        draft.needless(given, msg("Written by a container tool for itself."))
        return
    fields = draft.service if draft.pod_create else draft.container
    fields.put("labels", key, value, given.place)


def annotation(draft: Draft, given: Given) -> None:
    key, _equals, value = given.value.partition("=")
    draft.container.put("annotations", key, value, given.place)


def restart(draft: Draft, given: Given) -> None:
    word, _colon, retries = given.value.partition(":")
    word = "no" if word in ("never", "") else word
    count = values.number(retries) if retries else 0
    if word not in set(RestartPolicy) or count is None or (retries and word != "on-failure"):
        draft.refuse(given, "on-failure:3")
        return
    draft.container.set("restart", RestartPolicy(word), given.place)
    if count:
        draft.container.set("restart_retries", count, given.place)


def stop_timeout(draft: Draft, given: Given) -> None:
    seconds = values.number(given.value)
    if seconds is None or seconds < -1:
        draft.refuse(given, "30")
    elif seconds == _DEFAULT_STOP_TIMEOUT:
        draft.needless(given, msg("Podman's own default; a cluster waits longer."))
    else:
        draft.container.set("stop_timeout", float(seconds), given.place)


def stop_signal(draft: Draft, given: Given) -> None:
    word = _SIGNALS.get(given.value, given.value.upper().removeprefix("SIG"))
    if word == "TERM":
        draft.needless(given, msg("The signal that a cluster sends anyway."))
    else:
        draft.container.set("stop_signal", f"SIG{word}", given.place)


def time_zone(draft: Draft, given: Given) -> None:
    if given.value == "local":
        draft.drop(given, msg("The time zone of the host, which nodes do not share."))
    else:
        draft.container.put("environment", "TZ", given.value, given.place)


def init_container(draft: Draft, given: Given) -> None:
    if given.value not in ("once", "always"):
        draft.refuse(given, "once")
        return
    draft.container.set("init", value=True, place=given.place)
    if given.value == "once":
        draft.container.put("unmapped", "--init-ctr", given.value, given.place)


def init_process(draft: Draft, given: Given) -> None:
    _switch(draft, given, "init_process")


def deadline(draft: Draft, given: Given) -> None:
    seconds = values.number(given.value)
    if seconds is None or seconds < 0:
        draft.refuse(given, "60")
    elif seconds == 0:
        draft.needless(given, SWITCHED_OFF)
    else:
        draft.container.set("deadline", float(seconds), given.place)


def pull_policy(draft: Draft, given: Given) -> None:
    word = given.value.lower() or "missing"
    known = {"true": "missing", "false": "never"}.get(word, word)
    if known not in ("always", "missing", "never", "newer"):
        draft.refuse(given, "missing")
    else:
        draft.container.set("pull_policy", known, given.place)


def platform(draft: Draft, given: Given) -> None:
    draft.container.set("platform", given.value, given.place)


def architecture(draft: Draft, given: Given) -> None:
    """``--os`` and ``--arch`` come together as one platform when all is read."""
    draft.settings[given.option] = given


def log_driver(draft: Draft, given: Given) -> None:
    draft.container.set("log_driver", given.value, given.place)


def systemd(draft: Draft, given: Given) -> None:
    """Whether Podman prepares the container for systemd; only ``always`` says that it runs it."""
    if given.value.lower() != "always":
        draft.needless(given, msg("A cluster prepares no container for systemd."))
        return
    draft.container.put("unmapped", "--systemd", given.value, given.place)
    draft.leans(
        given,
        Severity.HIGH,
        msg("The container runs systemd."),
        msg("Run each of its services as a container of its own."),
    )


def root_folder(draft: Draft, given: Given) -> None:
    if not given.on:
        draft.needless(given, SWITCHED_OFF)
        return
    draft.container.put("unmapped", "--rootfs", given.value, given.place)
    draft.leans(
        given,
        Severity.BLOCKER,
        msg("The container runs from a folder, not from an image."),
        msg("Build an image from the folder, with podman import or a Containerfile."),
    )


def start_notice(draft: Draft, given: Given) -> None:
    """``conmon`` and ``ignore`` tell systemd of the start; with ``container`` the program does.

    With ``healthy`` Podman does when the health check passes, which becomes a probe.
    """
    if given.value in ("conmon", "ignore"):
        draft.needless(given, msg("How systemd learns of the start; a cluster asks the container."))
    else:
        if given.value == "container":
            draft.leans(
                given,
                Severity.MEDIUM,
                msg("The container tells systemd when it is up."),
                msg("Add a readiness probe that asks the program itself."),
            )
        reason = msg("A cluster asks readiness probes; nothing listens for sd_notify.")
        draft.drop(given, reason)


def control_groups(draft: Draft, given: Given) -> None:
    if given.value == "disabled":
        draft.drop(given, msg("A pod always has control groups, and its limits with them."))
    else:
        draft.needless(given, msg("How Podman and systemd share control groups on this host."))
