"""The ``network`` section of a preset: who may talk to whom, as the source shows it.

Each workload gets a NetworkPolicy of its name, which closes its pods but for what is allowed: names
are looked up, peers come in on the ports that the workload declares, and it reaches those it names
in its settings, in Secrets as well. Who shares a network of the source could always reach each
other, so pods carry a label for each of their networks and let in whoever carries it, too; with
``peers: references`` only those are let in that name a Service of the workload. The pods of the
Ingress controller come in where a route leads, the pods that ask for metrics where there are some,
and everybody where a Service is open to outside. Addresses in the settings stay reachable. Whether
pods that name a host of the internet may reach it is asked, unless ``world`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.answers import answered
from migrations_app.domain.bundle import Facts, Object, Objects, SourceObject
from migrations_app.domain.manifests.peers import Named, Peers
from migrations_app.domain.manifests.resources import name_of, namespace_of
from migrations_app.domain.manifests.topology import Topology, Workload
from migrations_app.domain.messages import listed, msg
from migrations_app.domain.places import Place
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.by_workload import NONE, overlaid, said_of
from migrations_app.domain.transforms.network_policies import (
    Ways,
    closing,
    policy_for,
    with_network_labels,
)

ALLOW = "allow"
DENY = "deny"


def transforms(settings: Settings, facts: Facts, answers: Mapping[str, str]) -> Iterator[Transform]:
    """What the section ``network`` asks for."""
    section = settings.section("network")
    if not section or section.get("policies") == NONE:
        return
    step = settings.step("network")
    if section.get("peers") != "references" and facts.networks:
        yield LabelNetworks(step, section, facts.networks)
    yield AddPolicies(step, section, facts.networks, answers)
    if section.get("defaultDeny"):
        yield CloseNamespaces(settings.step("network", "defaultDeny"))


@dataclass(frozen=True, slots=True)
class LabelNetworks:
    """A label on pods for each network of the source that they are on."""

    step: Step
    section: Mapping[str, Any]
    networks: Mapping[str, tuple[str, ...]]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        results: list[Object | None] = list(objects)
        for workload in Topology.of(objects).workloads:
            networks = self.networks.get(workload.label, ())
            if networks and said_of(self.section, workload.name) is not None:
                results[workload.index] = with_network_labels(workload, networks)
        return results


@dataclass(frozen=True, slots=True)
class AddPolicies:
    """A NetworkPolicy for each workload; one that the source has under its name stays."""

    step: Step
    section: Mapping[str, Any]
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        topology = Topology.of(objects)
        peers = Peers.of(objects, topology)
        ways = Ways.of(objects, topology, peers, self.section, self.networks)
        results: list[Object | None] = list(objects)
        taken = {
            (namespace_of(body), name_of(body))
            for body in objects
            if body.get("kind") == "NetworkPolicy"
        }
        for number, workload in enumerate(topology.workloads):
            said = said_of(self.section, workload.name)
            if said is None or not workload.labels or not workload.selector:
                continue
            policy = policy_for(
                ways, number, said, world=self._world(workload, said, peers, number)
            )
            if (workload.namespace, name_of(policy)) not in taken:
                results.append(policy)
        return results

    def _world(
        self, workload: Workload, said: Mapping[str, Any], peers: Peers, number: int
    ) -> bool:
        if said.get("world"):
            return bool(said["world"] == ALLOW)
        named = peers.named[number]
        if not named.outside:
            return False
        return answered(_about(workload, named), self.answers).in_force == ALLOW

    def questions(self, items: Sequence[SourceObject]) -> Iterator[Question]:
        """Whether pods that name a host of the internet may reach it."""
        bodies = [item.body for item in items]
        topology = Topology.of(bodies)
        peers = Peers.of(bodies, topology)
        for number, workload in enumerate(topology.workloads):
            said = said_of(self.section, workload.name)
            named = peers.named[number]
            if said is None or said.get("world") or not named.outside:
                continue
            item = items[workload.index]
            origin = item.origin.at(("metadata", "name"))
            place = Place(origin.file or item.file, origin.line, origin.column, item.label)
            yield replace(_about(workload, named), place=place)


def _about(workload: Workload, named: Named) -> Question:
    return Question(
        id=f"egress-world:{workload.name}:pods",
        code="egress-world",
        text=msg(
            "May the pods of %(name)s reach the internet?",
            name=workload.name,
        ),
        why=msg(
            "Its settings name %(hosts)s. A NetworkPolicy knows addresses and no names, so it is "
            "the whole internet or nothing of it.",
            hosts=listed(named.outside[:3]),
        ),
        choices=(
            Choice(ALLOW, msg("Yes: all public addresses")),
            Choice(DENY, msg("No: only what the preset allows")),
        ),
        recommended=ALLOW,
    )


@dataclass(frozen=True, slots=True)
class CloseNamespaces:
    """A policy that closes every pod that no other policy opens, in each namespace of ours."""

    step: Step

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        results: list[Object | None] = list(objects)
        spaces = dict.fromkeys(item.namespace for item in Topology.of(objects).workloads)
        there = {
            (namespace_of(body), name_of(body)): index
            for index, body in enumerate(objects)
            if body.get("kind") == "NetworkPolicy"
        }
        for space in spaces:
            policy = closing(space)
            index = there.get((space, name_of(policy)))
            if index is None:
                results.append(policy)
            else:
                results[index] = overlaid(objects[index], policy)
        return results
