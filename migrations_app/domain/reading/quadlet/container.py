"""``podman run``, as the generator writes it for a container unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.quadlet.command import UNNAMED, Command
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.site import Site, container_name
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit

TEXTS = {
    "Timezone": "--tz",
    "PidsLimit": "--pids-limit",
    "ShmSize": "--shm-size",
    "WorkingDir": "--workdir",
    "IP": "--ip",
    "IP6": "--ip6",
    "HostName": "--hostname",
    "StopSignal": "--stop-signal",
    "StopTimeout": "--stop-timeout",
    "Pull": "--pull",
    "Memory": "--memory",
    "Retry": "--retry",
    "RetryDelay": "--retry-delay",
}
LISTS = {
    "NetworkAlias": "--network-alias",
    "Ulimit": "--ulimit",
    "DNS": "--dns",
    "DNSOption": "--dns-option",
    "DNSSearch": "--dns-search",
    "GroupAdd": "--group-add",
    "AddHost": "--add-host",
    "Tmpfs": "--tmpfs",
}
FLAGS = {
    "RunInit": "--init",
    "EnvironmentHost": "--env-host",
    "HttpProxy": "--http-proxy",
    "ReadOnlyTmpfs": "--read-only-tmpfs",
}
LABELLING = {
    "SecurityLabelType": "label=type:",
    "SecurityLabelFileType": "label=filetype:",
    "SecurityLabelLevel": "label=level:",
    "AppArmor": "apparmor=",
}
PAIRS = {"Environment": "--env", "Label": "--label", "Annotation": "--annotation"}
HEALTH = {
    "HealthCmd": "--health-cmd",
    "HealthInterval": "--health-interval",
    "HealthOnFailure": "--health-on-failure",
    "HealthLogDestination": "--health-log-destination",
    "HealthMaxLogCount": "--health-max-log-count",
    "HealthMaxLogSize": "--health-max-log-size",
    "HealthRetries": "--health-retries",
    "HealthStartPeriod": "--health-start-period",
    "HealthTimeout": "--health-timeout",
    "HealthStartupCmd": "--health-startup-cmd",
    "HealthStartupInterval": "--health-startup-interval",
    "HealthStartupRetries": "--health-startup-retries",
    "HealthStartupSuccess": "--health-startup-success",
    "HealthStartupTimeout": "--health-startup-timeout",
}
AUTO_UPDATE = "io.containers.autoupdate"
_PORTS = re.compile(r"\d+(-\d+)?(/udp|/tcp)?$")
_SECURITY = "--security-opt"


def run_command(unit: QuadletUnit, site: Site) -> Command:
    """The words after ``podman``, in the generator's order."""
    command = Command(unit, site)
    image, rootfs = _what_runs(command)
    command.base()
    command.own("run", "--name", container_name(unit), "--replace", "--rm")
    _logging(command)
    if (mode := unit.filled("CgroupsMode")) is not None:
        command.add("--cgroups", mode)
    else:
        command.own("--cgroups=split")
    if (entrypoint := unit.text("Entrypoint")) is not None:
        command.joined("--entrypoint", entrypoint)
    command.texts(TEXTS)
    command.lists(LISTS)
    command.flags(FLAGS)
    command.networks()
    _notifying(command)
    _security(command)
    _user(command)
    command.user_mappings(manual=True)
    command.volumes()
    if (update := unit.filled("AutoUpdate")) is not None:
        command.add("--label", replace(update, text=f"{AUTO_UPDATE}={update.text}"))
    _ports(command)
    command.pairs(PAIRS)
    _masks(command)
    _env_files(command)
    _each(command, "Secret", "--secret")
    command.mounts()
    command.texts(HEALTH)
    _pod(command)
    command.podman_args()
    command.arguments = len(command.words)
    if image is not None:
        command.words.append(command.image(image))
    elif rootfs is not None:
        command.add("--rootfs", rootfs)
    else:
        command.own(UNNAMED)
    command.words += unit.last_arguments("Exec")
    _check_service(command)
    return command


def _what_runs(command: Command) -> tuple[Argument | None, Argument | None]:
    image, rootfs = command.unit.filled("Image"), command.unit.filled("Rootfs")
    if image is None and rootfs is None:
        command.refuse(msg("The unit names neither Image nor Rootfs."))
    elif image is not None and rootfs is not None:
        command.refuse(msg("Image and Rootfs cannot both be given."), rootfs.place)
    return image, rootfs


def _logging(command: Command) -> None:
    if (driver := command.unit.text("LogDriver")) is not None:
        command.add("--log-driver", driver)
    command.word_lists({"LogOpt": "--log-opt"})


def is_oneshot(unit: QuadletUnit) -> bool:
    kind = unit.text("Type", "Service")
    return kind is not None and kind.text == "oneshot"


def _notifying(command: Command) -> None:
    """Whom systemd hears from when the container is up; one that runs once is waited for."""
    if is_oneshot(command.unit):
        return
    notify = command.unit.text("Notify")
    if notify is not None and notify.text.lower() == "healthy":
        command.words.append(replace(notify, text="--sdnotify=healthy"))
    elif notify is not None and command.unit.flag("Notify"):
        command.words.append(replace(notify, text="--sdnotify=container"))
    else:
        command.own("--sdnotify=conmon")
    command.own("-d")


def _security(command: Command) -> None:
    unit = command.unit
    if unit.flag("NoNewPrivileges"):
        place = _place(unit, "NoNewPrivileges")
        command.words.append(replace(place, text=f"{_SECURITY}=no-new-privileges"))
    for key, value in (
        ("SecurityLabelDisable", "label=disable"),
        ("SecurityLabelNested", "label=nested"),
    ):
        if unit.flag(key):
            command.add(_SECURITY, replace(_place(unit, key), text=value))
    for key, prefix in LABELLING.items():
        if (found := unit.filled(key)) is not None:
            command.add(_SECURITY, replace(found, text=prefix + found.text))
    for device in unit.listed("AddDevice"):
        command.add("--device", replace(device, text=device.text.removeprefix("-")))
    if (profile := unit.text("SeccompProfile")) is not None:
        command.add(_SECURITY, replace(profile, text=f"seccomp={profile.text}"))
    for key, option in (("DropCapability", "--cap-drop"), ("AddCapability", "--cap-add")):
        for capability in unit.listed(key):
            command.add(option, replace(capability, text=capability.text.lower()))
    command.word_lists({"Sysctl": "--sysctl"})
    command.flag("ReadOnly", "--read-only")
    if unit.flag("VolatileTmp") and not unit.flag("ReadOnly"):
        place = _place(unit, "VolatileTmp")
        command.add("--tmpfs", replace(place, text="/tmp:rw,size=512M,mode=1777"))  # noqa: S108


def _place(unit: QuadletUnit, key: str) -> Argument:
    return unit.text(key) or Argument("")


def _user(command: Command) -> None:
    user, group = command.unit.filled("User"), command.unit.filled("Group")
    if user is not None:
        whole = user.text if group is None else f"{user.text}:{group.text}"
        command.add("--user", replace(user, text=whole))
    elif group is not None:
        command.refuse(msg("Group is given without User."), group.place)


def _ports(command: Command) -> None:
    for port in command.unit.all("ExposeHostPort"):
        exposed = replace(port, text=port.text.strip())
        if not _PORTS.search(exposed.text):
            command.refuse(
                msg("%(port)s is no port and no range of ports.", port=exposed.text),
                port.place,
                exposed.text,
            )
            continue
        command.add("--expose", exposed)
    command.lists({"PublishPort": "--publish"})


def _masks(command: Command) -> None:
    for key, prefix in (("Mask", "mask="), ("Unmask", "unmask=")):
        for value in command.unit.arguments(key):
            command.add(_SECURITY, replace(value, text=prefix + value.text))


def _env_files(command: Command) -> None:
    for value in command.unit.arguments("EnvironmentFile"):
        path = command.site.path(command.unit, value.text)
        command.add("--env-file", replace(value, text=path))


def _each(command: Command, key: str, option: str) -> None:
    for value in command.unit.arguments(key):
        command.add(option, value)


def _pod(command: Command) -> None:
    pod = command.unit.filled("Pod")
    if pod is None:
        return
    if not pod.text.endswith(UnitKind.POD.ending):
        command.refuse(
            msg("%(pod)s is no pod unit; write the name of a .pod file.", pod=pod.text),
            pod.place,
            pod.text,
        )
        return
    command.add("--pod", replace(pod, text=command.resolve(pod.text, pod.place)))


_TYPES: Mapping[str, frozenset[str]] = {
    "Type": frozenset({"notify", "oneshot"}),
    "KillMode": frozenset({"mixed", "control-group"}),
}


def _check_service(command: Command) -> None:
    """What the generator takes of the settings of the service itself."""
    for key, known in _TYPES.items():
        found = command.unit.text(key, "Service")
        if found is not None and found.text not in known:
            command.refuse(
                msg("%(key)s=%(value)s does not go with a container.", key=key, value=found.text),
                found.place,
                key,
            )
    signal, reload = command.unit.filled("ReloadSignal"), command.unit.last_arguments("ReloadCmd")
    if signal is not None and reload:
        command.refuse(msg("ReloadCmd and ReloadSignal cannot both be given."), signal.place)
