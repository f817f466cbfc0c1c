"""What stands around the section of a unit: ``[Unit]``, ``[Service]``, ``[Install]`` and others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.container import is_oneshot
from migrations_app.domain.reading.quadlet.kinds import (
    KEYS,
    QUADLET_KEYS,
    QUADLET_SECTION,
    nearest_key,
)
from migrations_app.domain.reading.quadlet.site import Refusal
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.reading.units.unit_file import Setting
from migrations_app.domain.spec import RestartPolicy

_POLICIES = {
    "no": RestartPolicy.NO,
    "always": RestartPolicy.ALWAYS,
    "on-success": RestartPolicy.ALWAYS,
    "on-failure": RestartPolicy.ON_FAILURE,
    "on-abnormal": RestartPolicy.ON_FAILURE,
    "on-abort": RestartPolicy.ON_FAILURE,
    "on-watchdog": RestartPolicy.ON_FAILURE,
}
_INSTALL = msg("It tells systemd when to start; a cluster starts every workload by itself.")
_KIND = msg("How systemd follows the process; a cluster has kinds of workloads instead.")
_HOST = msg("It is about the process on its host, and no part of the container.")
_OTHER_SECTION = msg("A section that neither Podman nor systemd reads here.")
_COMMANDS = msg(
    "A command on the host, outside the container; a pod has none. An init container or the image "
    "itself can do what it does."
)
_TIMES = msg("A cluster waits for pods in its own time; probes say when one is up.")
_AGAIN = msg("A cluster starts a container again after a pause of its own.")
_CONDITIONS = msg("A condition on the host; a pod runs on any node.")
_ORDER = msg("Nothing here is a service of these files; a cluster starts workloads in any order.")
_NETWORK_IS_UP = msg("The network of a node is up before any pod starts.")

_SERVICE: tuple[tuple[re.Pattern[str], Message], ...] = (
    (re.compile(r"Exec.*"), _COMMANDS),
    (re.compile(r"Restart"), msg("Only a container has a policy; objects bring their own.")),
    (
        re.compile(r"MemoryMax|CPUQuota|TasksMax"),
        msg("The container has a limit of its own, or no control group with its service."),
    ),
    (re.compile(r"RestartSec|RestartSteps|RestartMaxDelaySec|StartLimit.*"), _AGAIN),
    (re.compile(r"Timeout.*|RuntimeMaxSec|WatchdogSec"), _TIMES),
    (
        re.compile(r"Environment|EnvironmentFile|PassEnvironment"),
        msg("The environment of podman on its host, and not of the container."),
    ),
    (
        re.compile(r"User|Group|DynamicUser"),
        msg("Podman warns of it: the user of the container is set in its own section."),
    ),
)
_UNIT: tuple[tuple[re.Pattern[str], Message], ...] = (
    (re.compile(r"Condition.*|Assert.*"), _CONDITIONS),
    (re.compile(r"StartLimit.*"), _AGAIN),
    (re.compile(r"Description"), msg("It describes the unit for the people who run the host.")),
    (re.compile(r"Documentation"), msg("Reading matter for the people who run the host.")),
)
DEPENDENCIES = (
    "After",
    "Before",
    "BindsTo",
    "Conflicts",
    "OnFailure",
    "OnSuccess",
    "PartOf",
    "PropagatesReloadTo",
    "PropagatesStopTo",
    "ReloadPropagatedFrom",
    "Requires",
    "Requisite",
    "StopPropagatedFrom",
    "Upholds",
    "Wants",
)
"""The keys that name other units; the generator knows Quadlet's names in them."""
_TARGETS = re.compile(r".*\.(?:target|mount|socket|slice|device|path)")


@dataclass(slots=True)
class Fields:
    """Attributes of a spec in the making, each with its place."""

    values: dict[str, object] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def set(self, attribute: str, value: object, place: Place) -> None:
        self.values[attribute] = value
        self.places[attribute] = place

    def policy(self) -> RestartPolicy | None:
        """The restart policy, if one was set."""
        found = self.values.get("restart")
        return found if isinstance(found, RestartPolicy) else None


def restart_fields(unit: QuadletUnit) -> Fields:
    """The restart policy of a container: systemd's, since Podman itself has none here."""
    fields = Fields()
    restart = unit.filled_in("Service", "Restart")
    if restart is not None and restart.text in _POLICIES:
        fields.set("restart", _POLICIES[restart.text], restart.place)
    elif is_oneshot(unit):
        fields.set("restart", RestartPolicy.NO, unit.place_in("Service", "Type"))
    return fields


def unknown_keys(unit: QuadletUnit) -> list[Refusal]:
    """The keys for which the generator refuses a unit, each with the one that may be meant."""
    return [
        Refusal(unknown_key(setting, known), setting.place, setting.key)
        for section, known in ((unit.kind.value, KEYS[unit.kind]), (QUADLET_SECTION, QUADLET_KEYS))
        for setting in _once(unit, section)
        if setting.key not in known
    ]


def _once(unit: QuadletUnit, section: str) -> list[Setting]:
    """The first setting of each key of a section."""
    return [s for s in unit.unit.settings if s.section == section and not s.number]


def unknown_key(setting: Setting, known: frozenset[str]) -> Message:
    near = nearest_key(setting.key, known)
    if near:
        return msg(
            "There is no key %(key)s in [%(section)s]; is %(near)s meant?",
            key=setting.key,
            section=setting.section,
            near=near,
        )
    return msg(
        "There is no key %(key)s in [%(section)s].", key=setting.key, section=setting.section
    )


def account_for_surroundings(unit: QuadletUnit, account: Account) -> None:
    """A row for every setting outside the unit's own section that nothing took so far."""
    for setting in unit.unit.settings:
        match setting.section:
            case "Install":
                account.convert(setting.place, _INSTALL)
            case "Unit":
                _account_unit(setting, account)
            case "Service":
                _account_service(setting, account)
            case "Quadlet":
                account.convert(setting.place, _NETWORK_IS_UP)
            case section if section != unit.kind.value:
                account.drop(setting.place, _OTHER_SECTION)


def _account_service(setting: Setting, account: Account) -> None:
    if setting.key in ("Type", "RemainAfterExit", "NotifyAccess"):
        account.convert(setting.place, _KIND)
    else:
        account.drop(setting.place, _reason(setting.key, _SERVICE, _HOST))


def _account_unit(setting: Setting, account: Account) -> None:
    if setting.key in DEPENDENCIES:
        words = setting.value.split()
        if all(_TARGETS.fullmatch(word) for word in words):
            account.convert(setting.place, _NETWORK_IS_UP)
        else:
            account.drop(setting.place, _ORDER)
    else:
        account.drop(setting.place, _reason(setting.key, _UNIT, _HOST))


def _reason(
    key: str, table: tuple[tuple[re.Pattern[str], Message], ...], otherwise: Message
) -> Message:
    return next((reason for pattern, reason in table if pattern.fullmatch(key)), otherwise)
