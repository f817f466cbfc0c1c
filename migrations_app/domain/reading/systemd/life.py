"""What units say of how a container lives: when it is started, stopped, and after what."""

from __future__ import annotations

from dataclasses import replace

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.systemd.calendar import cron_line
from migrations_app.domain.reading.systemd.settings import DEPENDENCIES
from migrations_app.domain.reading.systemd.site import Found, Site
from migrations_app.domain.reading.systemd.unit import Unit
from migrations_app.domain.reading.units.unit_file import Setting
from migrations_app.domain.spec import (
    Condition,
    ContainerSpec,
    Dependency,
    RestartPolicy,
    ServiceSpec,
)

_UNSAID = msg("What podman generate systemd writes where nobody chose; the container says more.")
_DEFAULT_STOP_TIMEOUT = "10"


def with_life(container: ContainerSpec, item: Found) -> ContainerSpec:
    """What the unit itself says of how the container is started again, and stopped."""
    unit, places = item.unit, dict(container.places)
    restart = unit.last("Service", "Restart")
    kind = unit.last("Service", "Type")
    changes: dict[str, object] = {}
    if restart is not None and container.restart is not RestartPolicy.UNSET:
        unit.settle(restart.place, Outcome.CONVERTED, msg("Podman's own option says it, too."))
    elif restart is not None and restart.value in ("no", "always"):
        changes["restart"] = RestartPolicy(restart.value)
        places["restart"] = unit.take(restart.place)
    elif restart is not None:
        unit.settle(restart.place, Outcome.CONVERTED, _UNSAID)
    elif kind is not None and kind.value == "oneshot":
        changes["restart"] = RestartPolicy.NO
        places["restart"] = unit.take(kind.place)
    timeout = stop_timeout(unit)
    if timeout is not None and container.stop_timeout is None:
        changes["stop_timeout"] = float(timeout[0])
        places["stop_timeout"] = unit.take(timeout[1])
    return replace(container, places=places, **changes)  # type: ignore[arg-type]


def stop_timeout(unit: Unit) -> tuple[int, Place] | None:
    """The seconds of ``podman stop -t``, if they are other than Podman's own."""
    for command in unit.commands("ExecStop"):
        words = [token.text for token in command.tokens]
        for index, word in enumerate(words):
            value = ""
            if word in ("-t", "--time") and index + 1 < len(words):
                value = words[index + 1]
            elif word.startswith(("-t=", "--time=")):
                value = word.partition("=")[2]
            if value.isdigit() and value != _DEFAULT_STOP_TIMEOUT:
                return int(value), command.setting.place
    return None


def with_timers(site: Site, specs: list[ServiceSpec]) -> list[ServiceSpec]:
    """A timer makes its service a job that runs again and again."""
    by_unit = {item.unit.unit.name: item.home for item in site.found if item.home}
    for timer in site.timers:
        unit = Unit(timer, site.desk)
        site.found.append(Found(unit))
        target = unit.last("Timer", "Unit")
        name = target.value if target else timer.name.rpartition(".")[0] + ".service"
        calendar = unit.last("Timer", "OnCalendar")
        line = cron_line(calendar.value) if calendar is not None else None
        home = by_unit.get(name)
        if calendar is None or line is None or home is None:
            continue
        specs = [
            replace(spec, schedule=line, places={**spec.places, "schedule": calendar.place})
            if spec.name == home
            else spec
            for spec in specs
        ]
        _settle_timer(unit, calendar)
    return specs


def _settle_timer(unit: Unit, calendar: Setting) -> None:
    for setting in unit.unit.settings:
        if setting.section == "Timer" and setting is not calendar:
            reason = msg("A cluster runs it at the times of the schedule.")
            unit.settle(setting.place, Outcome.CONVERTED, reason)
    unit.take(calendar.place)


def with_dependencies(site: Site, spec: ServiceSpec) -> ServiceSpec:
    """The services of other units that this one asks for."""
    homes = {item.unit.unit.name: item.home for item in site.found if item.home}
    found: dict[str, Dependency] = {}
    for item in site.found:
        if item.home != spec.name:
            continue
        for setting in item.unit.unit.settings:
            if setting.section != "Unit" or setting.key not in DEPENDENCIES:
                continue
            targets = [homes[name] for name in setting.value.split() if name in homes]
            others = [target for target in targets if target != spec.name]
            if targets and (not others or setting.key == "Before"):
                reason = msg("Said of services that are one here, or by the other one as well.")
                item.unit.settle(setting.place, Outcome.CONVERTED, reason)
            for target in others if setting.key != "Before" else ():
                if target in found:
                    reason = msg("Said once already by another key.")
                    item.unit.settle(setting.place, Outcome.CONVERTED, reason)
                else:
                    found[target] = Dependency(
                        target, Condition.STARTED, places={"": item.unit.take(setting.place)}
                    )
    return replace(spec, depends_on=tuple(found.values()))
