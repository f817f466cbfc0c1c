"""The commands that the generator writes for units other than containers.

Pods, what is played from YAML, volumes and networks; images are apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.quadlet.command import Command
from migrations_app.domain.reading.quadlet.container import AUTO_UPDATE, run_command
from migrations_app.domain.reading.quadlet.images import (
    NAMES,
    artifact_command,
    build_command,
    image_command,
)
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.site import Site, resource_name
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit


def pod_command(unit: QuadletUnit, site: Site) -> Command:
    """``podman pod create``."""
    command = Command(unit, site)
    command.base()
    command.own("pod", "create", "--infra-conmon-pidfile=%t/%N.pid", "--replace")
    policy = unit.text("ExitPolicy")
    if policy is None:
        command.own("--exit-policy", "stop")
    else:
        command.add("--exit-policy", policy)
    command.user_mappings(manual=True)
    command.lists({"PublishPort": "--publish"})
    command.pairs({"Label": "--label"})
    command.networks()
    command.texts({"IP": "--ip", "IP6": "--ip6", "ShmSize": "--shm-size"})
    names = {"NetworkAlias": "--network-alias", **NAMES}
    command.lists({**names, "AddHost": "--add-host", "HostName": "--hostname"})
    command.volumes()
    name = resource_name(unit)
    command.own("--infra-name", f"{name}-infra", "--name", name)
    command.podman_args()
    return command


def kube_command(unit: QuadletUnit, site: Site) -> Command:
    """``podman kube play``."""
    command = Command(unit, site)
    files = unit.listed("Yaml")
    if not files:
        command.refuse(msg("The unit names no Yaml file."))
    command.base()
    command.own("kube", "play", "--replace", "--service-container=true")
    if (propagation := unit.filled("ExitCodePropagation")) is not None:
        command.joined("--service-exit-code-propagation", propagation)
    if (driver := unit.text("LogDriver")) is not None:
        command.add("--log-driver", driver)
    command.word_lists({"LogOpt": "--log-opt"})
    command.user_mappings(manual=False)
    command.networks()
    for update in unit.listed("AutoUpdate"):
        container, slash, policy = update.text.partition("/")
        where = f"/{container}" if slash else ""
        value = policy if slash else update.text
        text = f"--annotation={AUTO_UPDATE}{where}={value}"
        command.words.append(replace(update, text=text))
    for config in unit.listed("ConfigMap"):
        command.add("--configmap", replace(config, text=site.path(unit, config.text)))
    command.lists({"PublishPort": "--publish"})
    command.podman_args()
    command.words += [replace(file, text=site.path(unit, file.text)) for file in files]
    _check_kube(command, len(files))
    return command


def _check_kube(command: Command, files: int) -> None:
    unit = command.unit
    for key, known in (
        ("Type", ("notify", "oneshot")),
        ("KillMode", ("mixed", "control-group")),
    ):
        found = unit.text(key, "Service")
        if found is not None and found.text not in known:
            command.refuse(
                msg("%(key)s=%(value)s does not go with kube play.", key=key, value=found.text),
                found.place,
                key,
            )
    folder = unit.filled("SetWorkingDirectory")
    if folder is None:
        return
    word = folder.text.lower()
    if word not in ("yaml", "unit"):
        command.refuse(msg("SetWorkingDirectory is yaml or unit here."), folder.place)
    elif word == "yaml" and files > 1:
        command.refuse(msg("SetWorkingDirectory=yaml goes with one Yaml file."), folder.place)


def volume_command(unit: QuadletUnit, site: Site) -> Command:
    """``podman volume create``."""
    command = Command(unit, site)
    command.base()
    command.own("volume", "create", "--ignore")
    driver = unit.text("Driver")
    if driver is not None:
        command.add("--driver", driver)
    if driver is not None and driver.text == "image":
        options = _volume_image(command)
    else:
        options = _volume_options(command)
    if options is not None:
        command.add("--opt", options)
    command.pairs({"Label": "--label"})
    command.podman_args()
    command.own(resource_name(unit))
    return command


def _volume_image(command: Command) -> Argument | None:
    image = command.unit.text("Image")
    if image is None:
        command.refuse(msg("A volume with the driver image needs Image."))
        return None
    resolved = command.image(image)
    return replace(resolved, text=f"image={resolved.text}") if resolved.text else None


def _volume_options(command: Command) -> Argument | None:
    unit = command.unit
    parts: list[Argument] = []
    for key, name in (("User", "uid"), ("Group", "gid")):
        if (found := unit.text(key)) is not None:
            parts.append(replace(found, text=f"{name}={unit.number(key)}"))
    if (copy := unit.text("Copy")) is not None:
        command.add("--opt", replace(copy, text="copy" if unit.flag("Copy") else "nocopy"))
    device, kind, options = (unit.filled(key) for key in ("Device", "Type", "Options"))
    if device is not None:
        command.add("--opt", replace(device, text=f"device={device.text}"))
    for key, value in (("Type", kind), ("Options", options)):
        if value is not None and device is None:
            command.refuse(msg("%(key)s is given without Device.", key=key), value.place, key)
    if kind is not None and device is not None:
        command.add("--opt", replace(kind, text=f"type={kind.text}"))
    if options is not None and device is not None:
        parts.append(options)
    if not parts:
        return None
    return replace(parts[-1], text="o=" + ",".join(part.text for part in parts))


def network_command(unit: QuadletUnit, site: Site) -> Command:
    """``podman network create``."""
    command = Command(unit, site)
    command.base()
    command.own("network", "create", "--ignore")
    command.flags({"DisableDNS": "--disable-dns", "Internal": "--internal", "IPv6": "--ipv6"})
    command.texts(
        {
            "Driver": "--driver",
            "IPAMDriver": "--ipam-driver",
            "InterfaceName": "--interface-name",
        }
    )
    command.lists({"DNS": "--dns"})
    _subnets(command)
    command.pairs({"Options": "--opt", "Label": "--label"})
    command.podman_args()
    command.own(resource_name(unit))
    return command


def _subnets(command: Command) -> None:
    subnets, gateways, ranges = (command.unit.all(key) for key in ("Subnet", "Gateway", "IPRange"))
    for extra in (gateways, ranges):
        if len(extra) > len(subnets):
            command.refuse(
                msg("Each Gateway and each IPRange needs a Subnet of its own."), extra[-1].place
            )
    for index, subnet in enumerate(subnets):
        command.add("--subnet", subnet)
        if index < len(gateways):
            command.add("--gateway", gateways[index])
        if index < len(ranges):
            command.add("--ip-range", ranges[index])


COMMANDS: Mapping[UnitKind, Callable[[QuadletUnit, Site], Command]] = {
    UnitKind.CONTAINER: run_command,
    UnitKind.POD: pod_command,
    UnitKind.KUBE: kube_command,
    UnitKind.VOLUME: volume_command,
    UnitKind.NETWORK: network_command,
    UnitKind.IMAGE: image_command,
    UnitKind.BUILD: build_command,
    UnitKind.ARTIFACT: artifact_command,
}
