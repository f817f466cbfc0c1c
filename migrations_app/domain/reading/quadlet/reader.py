"""All Quadlet units of a bundle, read together: they refer to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from migrations_app.domain.bundle import Facts
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.build_leftovers import places_of
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.command import Command
from migrations_app.domain.reading.quadlet.expansion import Expansion
from migrations_app.domain.reading.quadlet.gather import gather, lend
from migrations_app.domain.reading.quadlet.instances import instances
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.kube import Played
from migrations_app.domain.reading.quadlet.leftovers import account_for_rest
from migrations_app.domain.reading.quadlet.neighbours import (
    Made,
    missing_neighbours,
    with_dependencies,
)
from migrations_app.domain.reading.quadlet.others import COMMANDS
from migrations_app.domain.reading.quadlet.pods import read_pod
from migrations_app.domain.reading.quadlet.services import read_service
from migrations_app.domain.reading.quadlet.site import Site
from migrations_app.domain.reading.quadlet.surroundings import (
    account_for_surroundings,
    unknown_keys,
)
from migrations_app.domain.reading.quadlet.timers import Timers
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.reading.quadlet.volumes import (
    Volumes,
)
from migrations_app.domain.reading.reading import Desk, Reading, TextMember
from migrations_app.domain.spec import ServiceSpec

_MAKE_NOTHING = (UnitKind.NETWORK, UnitKind.IMAGE, UnitKind.BUILD, UnitKind.ARTIFACT)


def read_quadlet(members: Sequence[TextMember], desk: Desk) -> Reading:
    """The services of all units. A member that is no unit file becomes problems."""
    gathered = gather(members, desk)
    site = Site(lend(gathered.units, desk))
    account = Account(desk.given.answers)
    work = _Work(
        site, desk, account, Played(desk), Volumes(site, desk, account), Timers(desk, account)
    )
    work.read_units()
    specs = work.specs()
    work.settle(specs)
    return Reading(
        specs=tuple(specs),
        objects=tuple(work.played.objects),
        findings=(*account.findings, *work.played.findings),
        loss=tuple(account.rows.values()),
        questions=tuple(account.questions.values()),
        facts=Facts(variables=account.variables, identities=account.identities),
        problems=(*gathered.problems, *work.played.problems),
    )


def _systemd_name(spec: ServiceSpec) -> str:
    return spec.identity.removeprefix("systemd:")


def _useless(unit: QuadletUnit) -> Finding:
    return Finding(
        code="CAP-01",
        severity=Severity.LOW,
        place=unit.place,
        message=msg("No unit uses %(unit)s, so nothing is made of it.", unit=unit.name),
        why=msg("Networks, images and builds say something about the services that use them."),
        fix=msg("Give the units that name %(unit)s with it.", unit=unit.name),
    )


@dataclass(slots=True)
class _Work:
    """The units on their way to services. ``made`` are those that stand for themselves."""

    site: Site
    desk: Desk
    account: Account
    played: Played
    volumes: Volumes
    timers: Timers
    made: list[Made] = field(default_factory=list)
    joining: dict[tuple[str, str], list[tuple[QuadletUnit, ServiceSpec]]] = field(
        default_factory=dict
    )
    pods: list[tuple[Command, Expansion]] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)

    def read_units(self) -> None:
        for unit in self.site.units:
            if unit.lent and unit.kind is not UnitKind.POD:
                continue
            command = COMMANDS[unit.kind](unit, self.site)
            refusals = [*unknown_keys(unit), *missing_neighbours(unit, self.site)]
            self.account.refuse(unit, [*refusals, *command.refusals])
            self.used |= {(need.file, need.name) for need in command.needs}
            self._read(command)
        for command, expansion in self.pods:
            unit = command.unit
            joined = self.joining.get((unit.file, unit.name), [])
            if unit.lent and not joined:
                continue
            members = [spec for _unit, spec in joined]
            units = (unit, *(member for member, _spec in joined))
            services = (expansion.service.full, *(_systemd_name(spec) for spec in members))
            spec = read_pod(command, expansion, self.desk, members)
            self.made.append(Made(spec, units, services))

    def _read(self, command: Command) -> None:
        unit = command.unit
        if unit.kind not in (UnitKind.CONTAINER, UnitKind.POD, UnitKind.KUBE):
            return
        for service in instances(unit, self.site, self.account):
            expansion = Expansion(unit, service, self.account, self.desk)
            for need in command.needs:
                if need.kind is UnitKind.VOLUME:
                    self.volumes.need(need, service)
            if unit.kind is UnitKind.KUBE:
                self.played.play(unit, expansion)
            elif unit.kind is UnitKind.POD:
                self.pods.append((command, expansion))
            else:
                self._add(unit, read_service(command, expansion, self.desk))

    def _add(self, unit: QuadletUnit, spec: ServiceSpec) -> None:
        """A container stands for itself, or for a part of its pod."""
        name = unit.filled("Pod")
        pod = self.site.find(name.text, unit) if name is not None else None
        if pod is None or pod.kind is not UnitKind.POD:
            self.made.append(Made(spec, (unit,), (_systemd_name(spec),)))
        else:
            self.joining.setdefault((pod.file, pod.name), []).append((unit, spec))

    def specs(self) -> list[ServiceSpec]:
        made = self.timers.schedule(self.made)
        services = with_dependencies(made, self.site, self.account)
        specs = [self.volumes.of(spec) for spec in services if spec.containers]
        return [*specs, *self.volumes.rest()]

    def settle(self, specs: Sequence[ServiceSpec]) -> None:
        """A row for every setting that went into no service and has none yet."""
        account = self.account
        account.taken = {
            place.object + place.path for spec in specs for _, place in places_of(spec)
        }
        for path in account.taken & account.rows.keys():
            del account.rows[path]
        self.timers.settle()
        for unit in self.site.units:
            if unit.lent and unit.kind is UnitKind.CONTAINER:
                continue
            account_for_surroundings(unit, self.account)
            account_for_rest(unit, self.account)
            if unit.kind in _MAKE_NOTHING and (unit.file, unit.name) not in self.used:
                self.account.findings.append(_useless(unit))
