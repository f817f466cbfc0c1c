"""What becomes of the settings of a unit's own section that are no option of a container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.kinds import KEYS, NAMED, REPEATABLE, SPLIT, UnitKind
from migrations_app.domain.reading.quadlet.surroundings import unknown_key
from migrations_app.domain.reading.quadlet.unit import QuadletUnit, words_of
from migrations_app.domain.reading.units.unit_file import Setting
from migrations_app.domain.reading.units.words import QUADLET_ARGUMENTS, QUADLET_LIST

_OF_PODMAN = msg("An option of the podman program on its host.")
_RELOAD = msg("A pod is not told to reload; what it reads anew is a new pod.")
_KEYS: Mapping[str, tuple[Outcome, Message]] = {
    "ServiceName": (
        Outcome.CONVERTED,
        msg("How systemd calls the service; by it the unit and what runs are known as one."),
    ),
    "Pod": (Outcome.CONVERTED, msg("The container runs in this pod.")),
    "StartWithPod": (Outcome.CONVERTED, msg("The containers of a pod start together.")),
    "GlobalArgs": (Outcome.DROPPED, _OF_PODMAN),
    "ContainersConfModule": (Outcome.DROPPED, _OF_PODMAN),
    "ReloadCmd": (Outcome.DROPPED, _RELOAD),
    "ReloadSignal": (Outcome.DROPPED, _RELOAD),
}
_KINDS: Mapping[UnitKind, Message] = {
    UnitKind.CONTAINER: msg("Podman does not read it here."),
    UnitKind.POD: msg("It is about the pod on its host; a cluster makes its own."),
    UnitKind.KUBE: msg("An option of podman kube play; the objects themselves are what is read."),
    UnitKind.VOLUME: msg("A claim has no such option; its storage class decides."),
    UnitKind.NETWORK: msg("Pods share the network of their cluster, which has its own addresses."),
    UnitKind.IMAGE: msg("A node pulls images in its own way."),
    UnitKind.BUILD: msg("Images are built before a cluster sees them."),
    UnitKind.ARTIFACT: msg("A cluster has no artifacts; put the files into an image or a volume."),
}
_SWITCHES = frozenset(
    {"NoNewPrivileges", "SecurityLabelDisable", "SecurityLabelNested", "VolatileTmp", "Notify"}
)
_NAMED = msg("The container goes by this name within its pod.")
_OFF = msg("Switched off, as it is without the line.")
_EMPTY = msg("It takes back what stood before it.")
_TAKEN_BACK = msg("An empty line of the same key takes it back.")
_IGNORED = msg("Podman reads no further than empty quotes; write the words before them.")
_REPLACED = msg("Another word sets the same name.")
_OVERRIDDEN = msg("A later line of the same key takes its place.")
_UNSPLIT = msg("Its quotes or escapes are broken: Podman passes over the whole line.")
_UNFINISHED = msg("The line is never finished, so Podman passes over it.")


def account_for_rest(unit: QuadletUnit, account: Account) -> None:
    """A row for every setting of the unit's own section that nothing took so far."""
    for setting in unit.unit.unread:
        account.drop(setting.place, _UNFINISHED)
    standing = _Standing.of(unit)
    for setting in unit.unit.settings:
        if setting.section == unit.kind.value:
            _account_for(unit, setting, account, standing)
            if setting.key in SPLIT:
                _account_for_ignored(setting, account)


def _account_for_ignored(setting: Setting, account: Account) -> None:
    """The words behind empty quotes, at which Podman stops to read."""
    ignored = setting.words(QUADLET_ARGUMENTS).ignored
    if ignored is not None and setting.value[ignored:].strip(" \t'\""):
        place = setting.place_at(ignored)
        account.drop(replace(place, path=f"{setting.path}/ignored"), _IGNORED)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Which settings of the unit's own section no empty one takes back, and the last of each key.

    Found once for all, as a unit may hold thousands of lines of one key.
    """

    kept: frozenset[tuple[str, int]]
    last: Mapping[str, Setting]

    @classmethod
    def of(cls, unit: QuadletUnit) -> _Standing:
        last = {s.key: s for s in unit.unit.settings if s.section == unit.kind.value}
        kept = {
            (key, setting.number) for key in last for setting in unit.unit.all(unit.kind.value, key)
        }
        return cls(frozenset(kept), last)


def _account_for(
    unit: QuadletUnit, setting: Setting, account: Account, standing: _Standing
) -> None:
    """A row for a setting of which nothing is told, or for each word that another one replaced."""
    named = setting.key in NAMED
    words = words_of(setting, QUADLET_ARGUMENTS, named=named)
    words += words_of(setting, QUADLET_LIST)
    told = [account.knows(word.place) for word in words]
    if not any(told):
        account.note(setting.place, *_fate(unit, setting, standing))
    elif named:
        for word in words_of(setting, QUADLET_ARGUMENTS, named=True):
            account.convert(word.place, _REPLACED)


def _fate(unit: QuadletUnit, setting: Setting, standing: _Standing) -> tuple[Outcome, Message]:
    known = KEYS[unit.kind]
    if setting.key not in known:
        return Outcome.DROPPED, unknown_key(setting, known)
    if not setting.value:
        return Outcome.CONVERTED, _EMPTY
    if (setting.key, setting.number) not in standing.kept:
        return Outcome.CONVERTED, _TAKEN_BACK
    if any(setting.words(s).error is not None for s in (QUADLET_ARGUMENTS, QUADLET_LIST)):
        return Outcome.DROPPED, _UNSPLIT
    if setting.key in _KEYS:
        return _KEYS[setting.key]
    if setting.key in _SWITCHES and not unit.flag(setting.key):
        return Outcome.CONVERTED, _OFF
    if standing.last[setting.key] != setting and setting.key not in REPEATABLE:
        return Outcome.CONVERTED, _OVERRIDDEN
    if setting.key == "ContainerName":
        return Outcome.CONVERTED, _NAMED
    return Outcome.DROPPED, _KINDS[unit.kind]
