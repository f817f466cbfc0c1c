"""What runs in an inspected container: command, arguments, working directory, environment.

An inspection shows what the image and the command line made together. Only what was said beyond
the image goes into the spec; with the image's inspection at hand that is a subtraction, else the
command that created the container tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import CreateCommand

OF_THE_IMAGE = msg("The image says the same; a cluster reads it from the image.")
OF_PODMAN = msg("Set by Podman itself, not by anyone; a cluster sets its own.")
_OF_PODMAN = frozenset({"PATH", "container", "TERM", "HOSTNAME", "HOME"})
_PROXIES = frozenset({"http_proxy", "https_proxy", "ftp_proxy", "no_proxy"})
_INIT_PROGRAMS = (("/run/podman-init", "--"), ("/dev/init", "--"))


@dataclass(frozen=True, slots=True)
class Origins:
    """One container with all that explains it: its image, and the command that created it.

    ``created`` is None where no command was kept, or it could not be read to its end.
    """

    container: Inspection
    image: Inspection | None
    created: CreateCommand | None


@dataclass(slots=True)
class Fields:
    """Attributes of a spec in the making, each with its place."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def set(self, attribute: str, value: Any, place: Place) -> None:
        self.values[attribute] = value
        self.places[attribute] = place


def entry_point(container: Inspection) -> tuple[str, ...]:
    """The entry point word by word; Podman 4 and older print it as one text, joined by spaces."""
    raw = container.get("Config", "Entrypoint")
    if isinstance(raw, list):
        return tuple(word for word in raw if isinstance(word, str) and word)
    if not isinstance(raw, str) or not raw:
        return ()
    process = (container.text("Path"), *container.texts("Args"))
    for init in _INIT_PROGRAMS:
        if process[: len(init)] == init:
            process = process[len(init) :]
    command = container.texts("Config", "Cmd")
    words = process[: len(process) - len(command)]
    return words if " ".join(words) == raw else tuple(raw.split())


def read_process(origins: Origins, fields: Fields) -> None:
    """Command and arguments, working directory, terminal."""
    _command(origins, fields)
    _working_dir(origins, fields)
    container = origins.container
    if container.flag("Config", "Tty"):
        fields.set("tty", value=True, place=container.place("Config", "Tty"))
    if container.flag("Config", "OpenStdin"):
        fields.set("stdin", value=True, place=container.place("Config", "OpenStdin"))


def _command(origins: Origins, fields: Fields) -> None:
    container = origins.container
    entry, arguments = entry_point(container), container.texts("Config", "Cmd")
    command, args = _beyond_the_image(origins, entry, arguments)
    if command is not None:
        at = ("Config", "Entrypoint") if entry else ("Config", "Cmd")
        fields.set("command", command, container.place(*at))
    elif entry:
        container.drop(("Config", "Entrypoint"), OF_THE_IMAGE)
    if args is not None:
        fields.set("args", args, container.place("Config", "Cmd"))
    elif arguments and ("Config", "Cmd") not in container.taken:
        container.drop(("Config", "Cmd"), OF_THE_IMAGE)


def _beyond_the_image(
    origins: Origins, entry: tuple[str, ...], arguments: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """What the container's ``command`` and ``args`` must be, None where the image decides."""
    if origins.image is not None:
        image_entry = origins.image.texts("Config", "Entrypoint")
        image_arguments = origins.image.texts("Config", "Cmd")
        if entry == image_entry:
            if arguments == image_arguments:
                return None, None
            return (None, arguments) if arguments else (entry or None, None)
    elif origins.created is not None:
        if origins.created.last("entrypoint") is None:
            return None, (origins.created.arguments or None)
    elif not entry:
        return None, (arguments or None)
    if entry:
        return entry, (arguments or None)
    return (arguments or None), None


def _working_dir(origins: Origins, fields: Fields) -> None:
    container = origins.container
    path = container.text("Config", "WorkingDir")
    if origins.image is not None:
        same = path == (origins.image.text("Config", "WorkingDir") or "/")
    elif origins.created is not None:
        same = origins.created.last("workdir") is None
    else:
        same = path == "/"
    if same and path:
        container.drop(("Config", "WorkingDir"), OF_THE_IMAGE)
    elif path:
        fields.set("working_dir", path, container.place("Config", "WorkingDir"))


def read_environment(origins: Origins, fields: Fields) -> None:
    """The variables that somebody set; the others are accounted for one by one."""
    container = origins.container
    environment: dict[str, str] = {}
    for index, entry in enumerate(container.sequence("Config", "Env")):
        if not isinstance(entry, str):
            continue
        path = ("Config", "Env", index)
        name, _equals, value = entry.partition("=")
        reason = _why_not_set(origins, name, entry)
        if reason is not None:
            container.drop(path, reason)
        else:
            environment[name] = value
            fields.places[f"environment/{name}"] = container.place(*path)
    zone = container.text("Config", "Timezone")
    if zone and "TZ" in environment:
        container.drop(("Config", "Timezone"), msg("The variable TZ says so already."))
    elif zone == "local":
        container.drop(
            ("Config", "Timezone"),
            msg("The time zone of the host, which nodes do not share."),
        )
    elif zone:
        environment["TZ"] = zone
        fields.places["environment/TZ"] = container.place("Config", "Timezone")
    # Podman keeps variables in no order of anyone's: made again, the same container lists them
    # otherwise. By name, the same container is the same manifest.
    fields.values["environment"] = dict(sorted(environment.items()))


def _why_not_set(origins: Origins, name: str, entry: str) -> Any:
    """Why a variable is not the container's own setting; None if it is."""
    created = origins.created
    given = {g.value.partition("=")[0] for g in created.all("env")} if created else set()
    if name in given:
        return None
    if origins.image is not None and entry in origins.image.texts("Config", "Env"):
        return OF_THE_IMAGE
    if name in _OF_PODMAN:
        return OF_PODMAN
    if name.lower() in _PROXIES:
        return msg("Copied by Podman from the host's environment; a cluster has its own proxy.")
    if origins.image is None and created is not None and not _may_set_others(created):
        return msg("Not set by the command that created the container, so it is the image's own.")
    return None


def _may_set_others(created: CreateCommand) -> bool:
    """Whether the command brings in variables without naming them."""
    wild = any(given.value.endswith("*") for given in created.all("env"))
    return wild or bool(created.last("env-file")) or created.flag("env-host") is True
