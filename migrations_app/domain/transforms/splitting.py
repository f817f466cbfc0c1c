"""Splitting a pod: containers that only share an address become workloads of their own.

Podman's pods hold what belongs together on one machine, such as a web application beside its
database; on a cluster each part is scaled, placed and replaced on its own. It is asked for every
pod of several containers, and done where an answer or ``split`` in the section ``workload`` says
so.

The first container keeps the name; each other group of containers becomes a workload of its own.
Services go on selecting what they did, by ports that only the right pods have, so that peers keep
their names. Where one container reaches another at ``localhost``, the text names its Service from
then on, which is made where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.answers import answered
from migrations_app.domain.bundle import Object, Objects, SourceObject
from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.manifests.topology import Topology, Workload
from migrations_app.domain.messages import listed, msg
from migrations_app.domain.places import Place
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.transforms.splitting_groups import (
    APART,
    TOGETHER,
    Modes,
    can_be_split,
    claim_modes,
    groups_of,
    shared_volumes,
)
from migrations_app.domain.transforms.splitting_objects import divide
from migrations_app.domain.transforms.splitting_peers import Stores, references, texts_of
from migrations_app.domain.transforms.splitting_workloads import Division

_CODE = "split-pod"


def transforms(settings: Settings, answers: Mapping[str, str]) -> Iterator[SplitPods]:
    """Splitting as answers say, and as presets say where nobody answered."""
    step = Step(StepKind.ANSWER, _CODE, msg("It was answered that the pod is split."))
    said = settings.section("workload").get("split") or TOGETHER
    yield SplitPods(step, answers, said, by_answer=True)
    if said != TOGETHER:
        yield SplitPods(settings.step("workload", "split"), answers, said)


@dataclass(frozen=True, slots=True)
class SplitPods:
    """Split the pods of which it is said, by an answer or else by a preset.

    said: ``together`` or ``apart``, for all or by the name of the workload.
    """

    step: Step
    answers: Mapping[str, str] = field(default_factory=dict)
    said: str | Mapping[str, str] = TOGETHER
    by_answer: bool = False

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return self.split(objects).objects

    def split(self, objects: Objects) -> Division:
        """The objects, and what of them went where."""
        topology = Topology.of(objects)
        wanted = [
            number
            for number, workload in enumerate(topology.workloads)
            if can_be_split(workload) and self._is_wanted(workload)
        ]
        division = Division(list(objects))
        if wanted:
            modes = claim_modes(objects)
            stores = Stores.of(objects, topology.workloads)
            for number in wanted:
                workload = topology.workloads[number]
                groups = groups_of(workload, modes, self.answers)
                if len(groups) > 1:
                    divide(division, topology, number, groups, stores, self.answers)
        return division

    def questions(self, items: Sequence[SourceObject]) -> Iterator[Question]:
        """Whether each pod of several containers is split and, if so, what that takes."""
        bodies = [item.body for item in items]
        topology = Topology.of(bodies)
        splittable = [workload for workload in topology.workloads if can_be_split(workload)]
        if not splittable:
            return
        modes, stores = claim_modes(bodies), Stores.of(bodies, topology.workloads)
        for workload in splittable:
            for question in self._about(workload, modes, stores):
                yield _placed(question, items[workload.index])

    def _about(self, workload: Workload, modes: Modes, stores: Stores) -> Iterator[Question]:
        yield about_splitting(workload)
        if not self._is_wanted(workload):
            return
        for question, _volume, _sharing in shared_volumes(workload, modes):
            yield question
        groups = groups_of(workload, modes, self.answers)
        group_of = {name: n for n, group in enumerate(groups) for name in group.containers}
        texts = texts_of(workload, stores.of_one(workload))
        for reference in references(workload, group_of, texts):
            if reference.sure is None:
                yield reference.question

    def _is_wanted(self, workload: Workload) -> bool:
        answer = answered(about_splitting(workload), self.answers).answer
        if self.by_answer or answer is not None:
            return self.by_answer and answer == APART
        own = self.said if isinstance(self.said, str) else mapping(self.said).get(workload.name)
        return own == APART


def about_splitting(workload: Workload) -> Question:
    """The question whether the containers of a pod become workloads of their own."""
    names = [str(item["name"]) for item in workload.containers]
    return Question(
        id=f"{_CODE}:{workload.name}:pod",
        code=_CODE,
        text=msg(
            "Do the containers %(containers)s of %(name)s stay in one pod?",
            containers=listed(names),
            name=workload.name,
        ),
        why=msg(
            "Containers of one pod are scaled, placed and replaced together. Split, each has an "
            "address of its own, and localhost leads from one to another no more."
        ),
        choices=(
            Choice(TOGETHER, msg("Yes: they belong together")),
            Choice(APART, msg("No: each becomes a workload of its own")),
        ),
        recommended=TOGETHER,
    )


def _placed(question: Question, item: SourceObject) -> Question:
    origin: Any = item.origin.at(("metadata", "name"))
    place = Place(origin.file or item.file, origin.line, origin.column, item.label)
    return replace(question, place=place)
