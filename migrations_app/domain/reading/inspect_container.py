"""One inspected container as a :class:`ContainerSpec`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.inspect_capture import MountNotes
from migrations_app.domain.reading.inspect_limits import (
    read_kernel,
    read_resources,
    read_security,
)
from migrations_app.domain.reading.inspect_mounts import (
    read_mounts,
    read_secrets,
    tell_lost_mounts,
)
from migrations_app.domain.reading.inspect_network import (
    exposed,
    exposed_by,
    published,
    without_repeats,
)
from migrations_app.domain.reading.inspect_omitted import read_omitted
from migrations_app.domain.reading.inspect_process import (
    OF_THE_IMAGE,
    Fields,
    Origins,
    read_environment,
    read_process,
)
from migrations_app.domain.reading.inspections import Inspection
from migrations_app.domain.reading.podman_argv import (
    CreateCommand,
    parse_create_command,
)
from migrations_app.domain.reading.podman_argv.values import words_of_json
from migrations_app.domain.spec import ContainerSpec, HealthCheck, Port, RestartPolicy

DEFAULT_STOP_TIMEOUT = 10
_NANOSECONDS = 10**9
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")
_SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    9: "SIGKILL",
    10: "SIGUSR1",
    12: "SIGUSR2",
}
_OF_TOOLS = ("io.podman.", "io.buildah.", "io.kubernetes.cri-o", "io.containers.")


def created_by(inspection: Inspection) -> CreateCommand | None:
    """The command that made it, None if none was kept."""
    where = () if inspection.get("CreateCommand") else ("Config",)
    argv = inspection.texts(*where, "CreateCommand")
    return parse_create_command(argv) if argv else None


def origins_of(container: Inspection, image: Inspection | None) -> Origins:
    """The container with its image, and its command where that could be read to the end."""
    created = created_by(container)
    return Origins(container, image, created if created is not None and created.complete else None)


def read_container(origins: Origins, notes: MountNotes, *, init: bool) -> ContainerSpec:
    """Everything that somebody decided about a container, beyond image and defaults."""
    container = origins.container
    fields = Fields()
    _image(origins, fields)
    read_process(origins, fields)
    read_environment(origins, fields)
    read_kernel(origins, fields)
    _health(container, fields)
    _life(origins, fields)
    _labels(origins, fields)
    read_omitted(origins, fields)
    if container.flag("HostConfig", "Init"):
        fields.set("init_process", value=True, place=container.place("HostConfig", "Init"))
    fields.set("name", container.name, container.place("Name"))
    if init:
        fields.values["init"] = True
    mounts = read_mounts(origins, notes)
    tell_lost_mounts(origins, mounts)
    return ContainerSpec(
        **fields.values,
        ports=container_ports(origins),
        mounts=mounts,
        secrets=read_secrets(origins),
        resources=read_resources(origins),
        security=read_security(origins),
        places=fields.places,
    )


def _image(origins: Origins, fields: Fields) -> None:
    """The image as it was named; by its tag where the container was made from an ID."""
    container, image = origins.container, origins.image
    name = container.text("ImageName") or container.text("Config", "Image")
    place = container.place("ImageName")
    if _ID.fullmatch(name) or not name:
        name = next(iter(image.texts("RepoTags")), "") if image else ""
    fields.set("image", name, place)
    fields.values["image_unnamed"] = not name
    if identity := container.text("Image"):
        fields.set("image_id", identity.removeprefix("sha256:"), container.place("Image"))
    digest = container.text("ImageDigest")
    if digest.startswith("sha256:"):
        place = container.place("ImageDigest")
        fields.set("image_digest", "" if name.startswith("localhost/") else digest, place)


def container_ports(origins: Origins) -> tuple[Port, ...]:
    """Published ports, then those that the container or its image only exposes.

    A container of a pod repeats what the whole pod publishes, so only its own are taken there; what
    ``--expose`` asked for is shown by its command alone.
    """
    container, image = origins.container, origins.image
    in_a_pod = bool(container.text("Pod"))
    return without_repeats(
        [
            *published(container, "HostConfig", "PortBindings"),
            *(() if in_a_pod else published(container, "NetworkSettings", "Ports")),
            *exposed(container),
            *(exposed_by(container, origins.created) if origins.created else ()),
            *(exposed(image) if image else ()),
        ]
    )


def _health(container: Inspection, fields: Fields) -> None:
    for attribute, key in (
        ("health", "Healthcheck"),
        ("startup_health", "StartupHealthCheck"),
    ):
        check = read_health(container, "Config", key)
        if check is not None:
            fields.values[attribute] = check


def read_health(container: Inspection, *path: str) -> HealthCheck | None:
    """A health check with its times in seconds; None if there is none."""
    test = container.texts(*path, "Test")
    if not test:
        return None
    if test[0].startswith("["):  # Podman takes a list that begins with CMD for one word
        test = words_of_json(" ".join(test)) or test
    return HealthCheck(
        test=test,
        interval=_seconds(container, *path, "Interval"),
        timeout=_seconds(container, *path, "Timeout"),
        retries=container.number(*path, "Retries") or None,
        start_period=_seconds(container, *path, "StartPeriod"),
        places={"": container.place(*path)},
    )


def _seconds(container: Inspection, *path: str) -> float | None:
    nanoseconds = container.number(*path)
    return nanoseconds / _NANOSECONDS if nanoseconds > 0 else None


def _life(origins: Origins, fields: Fields) -> None:
    """Restart policy, how it ended, and how it is to be stopped."""
    container = origins.container
    _restart(origins, fields)
    ended = container.text("State", "Status") in ("exited", "stopped")
    if ended and not container.flag("State", "StoppedByUser"):
        fields.values["exit_code"] = container.number("State", "ExitCode")
        fields.places["exit_code"] = container.spot("State", "ExitCode")
    timeout = container.number("Config", "StopTimeout")
    asked = origins.created is not None and origins.created.last("stop-timeout") is not None
    if timeout != DEFAULT_STOP_TIMEOUT and (timeout or asked):
        fields.set("stop_timeout", float(timeout), container.place("Config", "StopTimeout"))
    if (deadline := container.number("Config", "Timeout")) > 0:
        fields.set("deadline", float(deadline), container.place("Config", "Timeout"))
    _stop_signal(origins, fields)


def _restart(origins: Origins, fields: Fields) -> None:
    """The policy that was chosen.

    Podman 5 prints ``no`` also where nobody chose; there only the command tells. Up to Podman 4.3,
    which prints numbers for signals and no ``lockNumber``, ``no`` was chosen.
    """
    container, created = origins.container, origins.created
    name = container.text("HostConfig", "RestartPolicy", "Name")
    chosen = name in set(RestartPolicy) and name != RestartPolicy.UNSET
    if name == RestartPolicy.NO:
        if created is not None:
            chosen = created.last("restart") is not None
        else:
            chosen = "lockNumber" not in container.value
    if not chosen:
        if name:
            container.drop(
                ("HostConfig", "RestartPolicy"),
                msg("Podman's default; nobody chose a policy."),
            )
        return
    place = container.place("HostConfig", "RestartPolicy")
    fields.set("restart", RestartPolicy(name), place)
    retries = container.number("HostConfig", "RestartPolicy", "MaximumRetryCount")
    if retries:
        fields.set("restart_retries", retries, place)


def _stop_signal(origins: Origins, fields: Fields) -> None:
    container, image = origins.container, origins.image
    raw = container.get("Config", "StopSignal")
    signal = _SIGNALS.get(raw, str(raw)) if isinstance(raw, int) else str(raw or "")
    of_image = image.text("Config", "StopSignal") if image else ""
    if not signal or signal in ("SIGTERM", "TERM", "15"):
        return
    asked = origins.created is None or origins.created.last("stop-signal") is not None
    if signal == of_image or (image is None and not asked):
        container.drop(("Config", "StopSignal"), OF_THE_IMAGE)
    else:
        fields.set("stop_signal", signal, container.place("Config", "StopSignal"))


def _labels(origins: Origins, fields: Fields) -> None:
    """Labels and annotations that somebody set, tools' own left out."""
    container, image, created = origins.container, origins.image, origins.created
    of_image: Mapping[str, object] = image.mapping("Config", "Labels") if image else {}
    given = {g.value.partition("=")[0] for g in created.all("label")} if created else None
    labels: dict[str, str] = {}
    for key, value in container.mapping("Config", "Labels").items():
        path = ("Config", "Labels", key)
        if of_image.get(key) == value or (image is None and given is not None and key not in given):
            container.drop(path, OF_THE_IMAGE)
        elif key.startswith(_OF_TOOLS) and "compose" not in key:
            container.drop(path, msg("Written by a container tool for itself."))
        else:
            labels[key] = str(value)
            fields.places[f"labels/{key}"] = container.place(*path)
    fields.values["labels"] = labels
    _annotations(origins, fields)


_ANNOTATIONS_OF_TOOLS = (
    *(*_OF_TOOLS, "io.container.manager", "bind-mount-options", "run.oci."),
    "org.opencontainers.image.stopSignal",
)


def _annotations(origins: Origins, fields: Fields) -> None:
    """Those that the command names, else those that no tool wrote and no image brought along."""
    container, image, created = origins.container, origins.image, origins.created
    of_image: Mapping[str, object] = image.mapping("Annotations") if image else {}
    asked = (
        None
        if created is None
        else {given.value.partition("=")[0] for given in created.all("annotation")}
    )
    annotations: dict[str, str] = {}
    for key, value in container.mapping("Config", "Annotations").items():
        own = not key.startswith(_ANNOTATIONS_OF_TOOLS) and of_image.get(key) != value
        if key in asked if asked is not None else own:
            annotations[key] = str(value)
            fields.places[f"annotations/{key}"] = container.place("Config", "Annotations", key)
    fields.values["annotations"] = annotations
