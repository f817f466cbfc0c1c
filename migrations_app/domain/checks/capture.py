"""What a Podman-like source says that no manifest can hold, seen before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.secrets import secret_reason
from migrations_app.domain.spec import ContainerSpec, Places, ServiceSpec

WRITTEN_BY_PEOPLE = frozenset(
    {SourceKind.COMPOSE, SourceKind.QUADLET, SourceKind.SYSTEMD, SourceKind.RUN_LINES}
)
"""Sources in which every word is meant: an inspection is full of what nobody ever chose."""

CAP_02 = Rule(
    "CAP-02",
    Severity.HIGH,
    msg("Podman keeps passwords in clear, in the environment and in the command it was given."),
    msg("Nothing: the source is stored without it, and the manifest refers to a Secret."),
)
CAP_04 = Rule(
    "CAP-04",
    Severity.HIGH,
    msg("podman generate kube gives up on a device; a pod gets one from a device plugin only."),
    msg("Ask for the resource of a device plugin, or keep this service on its host."),
)
CAP_05 = Rule(
    "CAP-05",
    Severity.MEDIUM,
    msg("Podman removes an init container of type once when it has run; captures miss it then."),
    msg("Capture the pod before its first start, or create it with --init-ctr=always."),
)
CAP_06 = Rule(
    "CAP-06",
    Severity.MEDIUM,
    msg("A pod has nothing like it, so the container must do without."),
    msg("Make the container start and stop by itself, as its only process."),
)
CAP_07 = Rule(
    "CAP-07",
    Severity.MEDIUM,
    msg("Other tools drop such a key in silence; whoever wrote it meant something by it."),
    msg("Read the reason, and do by other means what the key was for."),
)


def hidden_secrets(context: CheckContext) -> Iterator[Finding]:
    """CAP-02: a source gives a secret value in clear; it is stored without it.

    Environments, command lines and labels. The finding is mended: what is kept and shown has a
    marker in the value's place, and a manifest that is made of the source refers to a Secret.
    A value that came from a variable was given when reading: the source does not hold it.
    """
    given = sorted(filter(None, context.facts.variables.values()), key=len, reverse=True)
    for service, container in _containers(context):
        for name, value in container.environment.items():
            if secret_reason(name, _of_the_source(value, given)):
                found = CAP_02.in_source(
                    _spot(container.places, f"environment/{name}"),
                    (service.name, container.name, "environment", name),
                    msg("The source holds the value of %(name)s.", name=name),
                )
                yield replace(found, mended=True)


def _of_the_source(value: str, given: Sequence[str]) -> str:
    """What is left of a value without the words that variables gave."""
    for word in given:
        value = value.replace(word, "")
    return value


def devices(context: CheckContext) -> Iterator[Finding]:
    """CAP-04: a container uses devices of its host, and nobody has said what a cluster gives it."""
    for service, container in _containers(context):
        for device in container.devices:
            asked = context.question("device", service.name, container.name, device.split(":")[0])
            if asked is None or asked.answer is None:
                yield CAP_04.in_source(
                    _spot(container.places, f"devices/{device}"),
                    (service.name, container.name, "devices", device),
                    msg(
                        "Container %(name)s uses the device %(device)s.",
                        name=container.name,
                        device=device,
                    ),
                    asked=asked,
                )


def vanishing_init_containers(context: CheckContext) -> Iterator[Finding]:
    """CAP-05: an init container that Podman removes after it has run once.

    Told by ``--init-ctr=once`` in the command that created it. A capture taken after the pod's
    first start cannot show it, nor what it did.
    """
    for service, container in _containers(context):
        if container.init and "once" in container.unmapped.get("--init-ctr", ()):
            yield CAP_05.in_source(
                _spot(container.places, "unmapped/--init-ctr"),
                (service.name, container.name, "init"),
                msg("Init container %(name)s runs once and is then removed.", name=container.name),
            )


def leaning_on_the_host(context: CheckContext) -> Iterator[Finding]:
    """CAP-06: the container leans on systemd, on an init process, or on the host's processes.

    ``--init``, ``--sdnotify``, ``--pid=host``, systemd as its first process, or no image at all.
    """
    for service, container in _containers(context):
        inspected = service.file not in context.written
        if container.init_process and not inspected:
            yield CAP_06.in_source(
                _spot(container.places, "init_process"),
                (service.name, container.name, "init_process"),
                msg("Container %(name)s is started under an init process.", name=container.name),
            )
    for service in context.specs:
        if service.host_pid:
            yield CAP_06.in_source(
                _spot(service.places, "host_pid"),
                (service.name, "host_pid"),
                msg("Service %(name)s sees the processes of its host.", name=service.name),
            )


def dropped_keys(context: CheckContext) -> Iterator[Finding]:
    """CAP-07: a key of a compose file, a unit or a command line came to nothing, or was not read.

    One finding for each row of the loss report that says *dropped* in a file that people write.
    """
    for row in context.loss:
        if row.outcome is Outcome.DROPPED and row.place.file in context.written:
            yield Finding(
                code=CAP_07.code,
                severity=CAP_07.severity,
                place=row.place,
                message=msg("%(key)s came to nothing: %(reason)s", key=row.path, reason=row.reason),
                why=CAP_07.why,
                fix=CAP_07.fix,
                subject=row.path,
            )


def _containers(context: CheckContext) -> Iterator[tuple[ServiceSpec, ContainerSpec]]:
    for service in context.specs:
        for container in service.containers:
            yield service, container


def _spot(places: Places, key: str) -> Place:
    return places.get(key) or places.get(key.partition("/")[0]) or places.get("") or Place()
