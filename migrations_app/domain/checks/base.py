"""What a check is given, and how it makes its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from migrations_app.domain.bundle import Facts, ImageFacts, SourceObject
from migrations_app.domain.checks.selectors import Choosers
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.known_images import KnownImages
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    get,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    sequence,
)
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.provenance import nearest
from migrations_app.domain.questions import Question
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.spec import ServiceSpec
from migrations_app.domain.transforms.probes import keeps_running

Container = tuple[Path, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Workload:
    """An object with a pod in it: where the pod's specification stands, and its containers."""

    item: SourceObject
    path: Path
    spec: dict[str, Any]
    containers: tuple[Container, ...]

    @property
    def kind(self) -> str:
        return str(self.item.body.get("kind"))

    @property
    def lasting(self) -> bool:
        """Whether its containers are meant to run on."""
        return keeps_running(self.item.body, self.spec)

    @property
    def labels(self) -> dict[str, Any]:
        """The labels of its pods."""
        return mapping(get(self.item.body, (*self.path[:-1], "metadata", "labels")))

    @property
    def running(self) -> tuple[Container, ...]:
        """Its containers proper, without those that run before or are put in later."""
        return tuple((path, one) for path, one in self.containers if path[-2] == "containers")


@dataclass(frozen=True)
class CheckContext:
    """Everything a check may look at. It changes none of it.

    ``allowed_registries`` and ``digests_wanted`` come from the registry presets in force.
    ``phase`` says how far to judge (``checks.phases``), ``environment`` what for. ``questions``
    are those that were put so far; ``specs`` and ``loss`` are what Podman-like sources said, and
    ``written`` names the files among them that people write. ``image_origins`` leads from an image
    to what the source called it. ``existing_secrets`` are in the cluster, as presets say.
    """

    objects: tuple[SourceObject, ...]
    schemas: Schemas
    version: str
    facts: Facts = field(default_factory=Facts)
    allowed_registries: tuple[str, ...] = ()
    digests_wanted: bool = False
    phase: Phase = Phase.COMPATIBLE
    environment: str = ""
    questions: tuple[Question, ...] = ()
    specs: tuple[ServiceSpec, ...] = ()
    loss: tuple[LossRow, ...] = ()
    written: frozenset[str] = frozenset()
    image_origins: Mapping[str, str] = field(default_factory=dict)
    existing_secrets: frozenset[str] = frozenset()

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Every object with a pod in it, looked for once for all checks."""
        found = []
        for item in self.objects:
            here = pod_spec(item.body)
            if here is not None:
                path, spec = here
                found.append(Workload(item, path, spec, tuple(_containers(path, spec))))
        return tuple(found)

    @cached_property
    def _pods(self) -> Mapping[int, tuple[Path, dict[str, Any]]]:
        return {id(one.item): (one.path, one.spec) for one in self.workloads}

    def pod(self, item: SourceObject) -> tuple[Path, dict[str, Any]] | None:
        """Path and value of a workload's pod specification; None for everything else."""
        return self._pods.get(id(item))

    @cached_property
    def containers(self) -> tuple[tuple[SourceObject, Path, dict[str, Any]], ...]:
        """Every container of every workload, looked for once for all checks."""
        return tuple(
            (workload.item, path, container)
            for workload in self.workloads
            for path, container in workload.containers
        )

    @cached_property
    def kinds(self) -> Mapping[str, tuple[SourceObject, ...]]:
        """The objects of each kind."""
        found: dict[str, list[SourceObject]] = {}
        for item in self.objects:
            found.setdefault(str(item.body.get("kind")), []).append(item)
        return {kind: tuple(items) for kind, items in found.items()}

    def of_kind(self, kind: str) -> tuple[SourceObject, ...]:
        """The objects of one kind, in order."""
        return self.kinds.get(kind, ())

    @cached_property
    def named(self) -> Mapping[tuple[str, str, str], SourceObject]:
        """The objects by kind, namespace and name."""
        return {
            (kind, namespace_of(item.body), name_of(item.body)): item
            for kind, items in self.kinds.items()
            for item in items
        }

    @cached_property
    def _services(self) -> Choosers[SourceObject]:
        return Choosers(
            (namespace_of(item.body), get(item.body, ("spec", "selector")), item)
            for item in self.of_kind("Service")
        )

    def services_of(self, workload: Workload) -> tuple[SourceObject, ...]:
        """The Services that choose the pods of a workload."""
        return self._services.of(namespace_of(workload.item.body), workload.labels)

    @cached_property
    def scaled(self) -> Mapping[tuple[str, str, str], SourceObject]:
        """The HorizontalPodAutoscaler of each workload, by kind, namespace and name."""
        return {
            (str(target.get("kind")), namespace_of(item.body), str(target.get("name"))): item
            for item in self.of_kind("HorizontalPodAutoscaler")
            if (target := mapping(get(item.body, ("spec", "scaleTargetRef"))))
        }

    def scaler_of(self, workload: Workload) -> SourceObject | None:
        """The HorizontalPodAutoscaler of a workload, if it has one."""
        body = workload.item.body
        return self.scaled.get((workload.kind, namespace_of(body), name_of(body)))

    def image_facts(self, image: str) -> ImageFacts | None:
        """What an image says of itself, whatever a preset has made of its name."""
        known = self.facts.images
        return known.get(image) or known.get(self.image_origins.get(image, ""))

    @cached_property
    def known_images(self) -> KnownImages:
        """What fixes of images may go by."""
        return KnownImages(self.facts.image_digests, self.image_origins, self.allowed_registries)

    @cached_property
    def _asked(self) -> Mapping[str, tuple[Question, ...]]:
        found: dict[str, list[Question]] = {}
        for question in self.questions:
            found.setdefault(question.code, []).append(question)
        return {code: tuple(listed) for code, listed in found.items()}

    def question(self, code: str, *words: str) -> Question | None:
        """The question of a code whose id has all these words between its colons."""
        for question in self._asked.get(code, ()):
            if {*words} <= {*question.id.split(":")}:
                return question
        return None


def _containers(path: Path, spec: dict[str, Any]) -> Iterator[Container]:
    for key in CONTAINER_LISTS:
        for index, container in enumerate(sequence(spec.get(key))):
            if isinstance(container, dict):
                yield (*path, key, index), container


Check = Callable[[CheckContext], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What all findings of one code have in common."""

    code: str
    severity: Severity
    why: Message
    fix: Message
    fixable: bool = False
    waivable: bool = True

    def found(
        self,
        item: SourceObject,
        path: Path,
        message: Message,
        subject: str = "",
        *,
        fixable: bool | None = None,
        waivable: bool | None = None,
        asked: Question | None = None,
    ) -> Finding:
        """A finding at a field of an object; its place in the source is looked up.

        A field that no source holds stands where the nearest one does that is from the same file.
        ``fixable`` and ``waivable`` are the rule's own unless this finding differs from it.
        ``asked`` is the question whose answer settles it, which the fix then names.
        """
        origin = item.origin.at(path)
        file = origin.file or item.file
        spot = origin if origin.line else nearest(item.origin, path, file) or origin
        return Finding(
            code=self.code,
            severity=self.severity,
            place=Place(file, spot.line, spot.column, item.label, pointer(path)),
            message=message,
            why=self.why,
            fix=self.fix if asked is None else answering(self.fix, asked),
            fixable=self.fixable if fixable is None else fixable,
            waivable=self.waivable if waivable is None else waivable,
            subject=subject,
        )

    def in_source(
        self, spot: Place, path: Path, message: Message, *, asked: Question | None = None
    ) -> Finding:
        """A finding in a Podman-like source, of which no object knows: its path names what it is.

        The path begins with the name of the service, so that the finding is shown with it.
        """
        return Finding(
            code=self.code,
            severity=self.severity,
            place=replace(spot, object="", path=pointer(path)),
            message=message,
            why=self.why,
            fix=self.fix if asked is None else answering(self.fix, asked),
            fixable=self.fixable,
            waivable=self.waivable,
        )


def answering(fix: Message, question: Question) -> Message:
    """What to do, with the question whose answer does it."""
    return msg("%(fix)s Or answer the question %(question)s.", fix=fix, question=question.id)
