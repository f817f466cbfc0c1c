"""What becomes of the settings of a unit that are not a container's own."""

from __future__ import annotations

import re

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.reading.systemd.unit import Unit
from migrations_app.domain.reading.units.unit_file import Setting

DEPENDENCIES = ("Requires", "BindsTo", "Requisite", "Wants", "PartOf", "After", "Before", "Upholds")
_KEEPING = ("rm", "stop", "kill", "pod", "container", "start", "pull", "wait", "ps", "inspect")
_HOST = msg("It is about the process on its host, and no part of the container.")
_PEOPLE = msg("Written for the people who run the host.")
_KIND = msg("How systemd follows the process; a cluster has kinds of workloads instead.")
_INSTALL = msg("It tells systemd when to start; a cluster starts every workload by itself.")
_ORDER = msg("Nothing here is a service of these files; a cluster starts workloads in any order.")
_UP = msg("The network and the file systems of a node are up before any pod starts.")
_TIMES = msg("A cluster waits for pods in its own time; probes say when one is up.")
_AGAIN = msg("A cluster starts a container again after a pause of its own.")
_COMMANDS = msg(
    "A command on the host, outside the container; a pod has none. An init container or the image "
    "itself can do what it does."
)
_HOUSEKEEPING = msg("It makes room for the container on this host, or takes it away again.")
_STARTED = msg("It starts what was made before; a cluster starts every pod by itself.")
_ENVIRONMENT = msg("The environment of podman on its host, and not of the container.")
_IDENTITY = msg("Tells services apart; it is kept with the service.")
_COPY = msg("Quadlet's copy of what it made this unit from; the commands of the unit say it all.")
_RULES: tuple[tuple[str, bool, Message], ...] = (
    (r"Unit/(Description|Documentation)", False, _PEOPLE),
    (r"Unit/(Condition|Assert).*", True, msg("A condition on the host; a pod runs on any node.")),
    (r"Unit/RequiresMountsFor|Unit/DefaultDependencies", False, _UP),
    (r"(Unit|Service)/StartLimit.*|Service/Restart(Sec|Steps|MaxDelaySec)", False, _AGAIN),
    (r"Service/(Type|NotifyAccess|RemainAfterExit|PIDFile|KillMode)", False, _KIND),
    (r"Service/(Timeout.*|WatchdogSec)", False, _TIMES),
    (r"Service/(Environment|EnvironmentFile|PassEnvironment)", False, _ENVIRONMENT),
    (r"Service/Restart", False, msg("The containers' own units say when they start again.")),
    (r"Service/(Delegate|Slice|SyslogIdentifier|TasksMax)", False, _HOST),
    (r"Install/.*", False, _INSTALL),
    (r"X-(Container|Pod|Kube|Volume|Network|Image|Build|Quadlet)/.*", False, _COPY),
)


def settle_rest(unit: Unit) -> None:
    """A row for every setting that nothing took so far."""
    for setting in unit.unit.settings:
        lost, reason = _fate(unit, setting)
        outcome = Outcome.DROPPED if lost else Outcome.CONVERTED
        if setting.place.path not in unit.taken:
            unit.settle(setting.place, outcome, reason)


def _fate(unit: Unit, setting: Setting) -> tuple[bool, Message]:
    """Whether something is lost with a setting, and what to say of it."""
    if setting.key.startswith("Exec"):
        return _fate_of_command(unit, setting)
    if setting.key == "Environment" and setting.value.startswith("PODMAN_SYSTEMD_UNIT="):
        return False, _IDENTITY
    if setting.section == "Unit" and setting.key in DEPENDENCIES:
        names = setting.value.split()
        return (False, _UP) if all(not _is_service(name) for name in names) else (True, _ORDER)
    spot = f"{setting.section}/{setting.key}"
    found = ((lost, why) for pattern, lost, why in _RULES if re.fullmatch(pattern, spot))
    return next(found, (True, _HOST))


def _is_service(name: str) -> bool:
    return name.endswith(".service")


def _fate_of_command(unit: Unit, setting: Setting) -> tuple[bool, Message]:
    commands = [c for c in unit.commands(setting.key) if c.setting is setting]
    for command in commands:
        if command.engine and command.verb[:1] and command.verb[0] in _KEEPING:
            return False, _STARTED if "start" in command.verb else _HOUSEKEEPING
        first = command.tokens[0].text.rpartition("/")[2] if command.tokens else ""
        if first in ("rm", "mkdir", "sleep", "true", "echo"):
            return False, _HOUSEKEEPING
    return True, _COMMANDS
