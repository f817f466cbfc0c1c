"""The one front door of the core: read files into a bundle, render the bundle into manifests.

Browser, API, command line, workers and golden tests all come through here, which is why they
agree on every byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from migrations_app.domain import checks
from migrations_app.domain.bundle import Bundle, Facts, SourceObject
from migrations_app.domain.checks import CheckContext
from migrations_app.domain.checks.images import registry_facts
from migrations_app.domain.findings import Finding
from migrations_app.domain.fixes import accepted_fixes
from migrations_app.domain.loss import LossRow
from migrations_app.domain.loss_report import loss_rows
from migrations_app.domain.manifests.build import build
from migrations_app.domain.manifests.digests import digest
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import containers, name_of
from migrations_app.domain.mends import mends
from migrations_app.domain.presets.layering import Settings, settle
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import Change
from migrations_app.domain.questions import Question
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.transforms.base import Recorded, Running, Transform
from migrations_app.domain.transforms.choices import InNamespace, PlaceholderSecrets, UseImages
from migrations_app.domain.transforms.presets import transforms_for


class SecretsMode(StrEnum):
    """``KEEP`` leaves values as they are (the caller's own file), ``PLACEHOLDER`` hides them."""

    KEEP = "keep"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class Options:
    """Everything besides the bundle that decides what is rendered.

    layers:            presets, weakest first (see ``presets.layering``).
    parameters:        values for ``${NAME}`` in presets.
    images:            container name → image reference that replaces the source's.
    answers:           question id → value.
    accepted_fixes:    fingerprints of findings whose fix a person accepted.
    image_digests:     image reference → ``sha256:…``, beyond what the bundle knows.
    kubernetes_version: ``1.NN``; None: the newest that the schemas know.
    """

    environment: str | None = None
    namespace: str | None = None
    kubernetes_version: str | None = None
    layers: tuple[Preset, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    accepted_fixes: frozenset[str] = frozenset()
    image_digests: Mapping[str, str] = field(default_factory=dict)
    secrets: SecretsMode = SecretsMode.KEEP


@dataclass(frozen=True, slots=True)
class Made:
    """What rendering made.

    objects:   in source order, new ones after the old, with the origin of every field.
    text:      the YAML documents, canonical, ending in a newline ("" without objects).
    digest:    ``sha256`` hex of the normalised manifest (``manifests.digests``).
    changes:   every difference that any transform made, in order.
    renames:   what was called differently in the source: ``{"kind", "from", "to"}``.
    images:    container images of the result, as written there.
    """

    objects: tuple[SourceObject, ...]
    text: str
    digest: str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    loss: tuple[LossRow, ...]
    renames: tuple[Mapping[str, str], ...]
    images: tuple[str, ...]


def render(bundle: Bundle, options: Options, schemas: Schemas) -> Made:
    """Make manifests from a bundle.

    Stages, in order: build objects from specs; mend what a cluster would refuse; presets;
    images, namespace and accepted fixes; checks; text and digest.

    Raises:
        MissingParameter: a preset needs a parameter that was not given.
    """
    version = options.kubernetes_version or schemas.versions()[-1]
    built = build(bundle.specs, options.answers, bundle.facts)
    facts = _facts(built.facts, options)
    settings = settle(options.layers, options.parameters)
    sources = (*bundle.objects, *built.objects)
    running = Running.of(sources)
    running.run(mends(schemas, version))
    running.run(_shaping(settings, facts, options))
    context = _context(tuple(running.objects), settings, facts, schemas, version)
    running.run(accepted_fixes(checks.run(context), options.accepted_fixes))
    running.run(mends(schemas, version))
    context = replace(context, objects=tuple(running.objects))
    findings = _findings(sources, context, running.record)
    if options.secrets is SecretsMode.PLACEHOLDER:
        running.run([PlaceholderSecrets()])
    raw = len(bundle.objects)
    results = {
        source: item
        for source, item in zip(running.sources, running.objects, strict=True)
        if 0 <= source < raw
    }
    bodies = running.bodies
    return Made(
        objects=tuple(running.objects),
        text=to_yaml(bodies),
        digest=digest(bodies),
        changes=tuple(entry.change for entry in running.record),
        findings=(*bundle.findings, *built.findings, *findings),
        questions=_answered((*bundle.questions, *built.questions), options.answers),
        loss=(*bundle.loss, *built.loss, *loss_rows(bundle.objects, results, running.record)),
        renames=_renames(sources, running),
        images=tuple(
            dict.fromkeys(
                str(container.get("image") or "")
                for body in bodies
                for _path, container in containers(body)
            )
        ),
    )


def without_environment(options: Options) -> Options:
    """The same options without what belongs to one environment, for the base digest."""
    return replace(
        options,
        environment=None,
        namespace=None,
        layers=tuple(layer for layer in options.layers if not layer.environment),
    )


def _facts(facts: Facts, options: Options) -> Facts:
    if not options.image_digests:
        return facts
    return replace(facts, image_digests={**facts.image_digests, **options.image_digests})


def _shaping(settings: Settings, facts: Facts, options: Options) -> Iterable[Transform]:
    if options.images:
        yield UseImages(options.images)
    yield from transforms_for(settings, facts)
    if options.namespace:
        yield InNamespace(options.namespace)


def _context(
    objects: tuple[SourceObject, ...],
    settings: Settings,
    facts: Facts,
    schemas: Schemas,
    version: str,
) -> CheckContext:
    registries, pin = registry_facts(settings.section("registry"))
    return CheckContext(objects, schemas, version, facts, registries, pin)


def _findings(
    sources: tuple[SourceObject, ...], context: CheckContext, record: Sequence[Recorded]
) -> list[Finding]:
    """What is wrong with the result, then what was wrong with the source and was mended.

    A field that was dropped because nobody knows it stays open: it was meant to say something.
    """
    final = checks.run(context)
    before = checks.run(replace(context, objects=sources), checks.MENDED)
    still = {(finding.code, finding.place.line, finding.subject) for finding in final}
    unknown = {
        (entry.label, entry.change.path)
        for entry in record
        if entry.change.step.by == "SCH-01" and entry.change.after is None
    }
    mended = [
        replace(finding, mended=not _was_dropped(finding, unknown))
        for finding in before
        if (finding.code, finding.place.line, finding.subject) not in still
    ]
    return [*final, *mended]


_SERVER_SET = ("status", "creationTimestamp")


def _was_dropped(finding: Finding, unknown: set[tuple[str, tuple[str | int, ...]]]) -> bool:
    """The finding is about an unknown field that rendering left out, not about a server's own."""
    if finding.code != "SCH-01" or not finding.subject or finding.subject in _SERVER_SET:
        return False
    return any(path and path[-1] == finding.subject for _label, path in unknown)


def _answered(questions: tuple[Question, ...], answers: Mapping[str, str]) -> tuple[Question, ...]:
    return tuple(
        replace(question, answer=answers[question.id]) if question.id in answers else question
        for question in questions
    )


def _renames(sources: Sequence[SourceObject], running: Running) -> tuple[Mapping[str, str], ...]:
    """Objects and containers that are called differently in the result."""
    renames: list[Mapping[str, str]] = []
    for source, item in zip(running.sources, running.objects, strict=True):
        if source < 0:
            continue
        old, new = name_of(sources[source].body), name_of(item.body)
        if old != new:
            renames.append({"kind": str(item.body.get("kind")), "from": old, "to": new})
        before = [str(c.get("name")) for _path, c in containers(sources[source].body)]
        after = [str(c.get("name")) for _path, c in containers(item.body)]
        if len(before) == len(after):
            renames += [
                {"kind": "container", "from": a, "to": b}
                for a, b in zip(before, after, strict=True)
                if a != b
            ]
    return tuple(renames)
