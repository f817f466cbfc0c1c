"""The one front door of the core: read files into a bundle, render the bundle into manifests.

Browser, API, command line, workers and golden tests all come through here, which is why they
agree on every byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from migrations_app.domain import checks
from migrations_app.domain.answers import Answers, answered
from migrations_app.domain.bundle import Bundle, Facts, SourceObject
from migrations_app.domain.checks import CheckContext
from migrations_app.domain.checks.capture import WRITTEN_BY_PEOPLE
from migrations_app.domain.checks.images import registry_facts
from migrations_app.domain.checks.phases import phase_for
from migrations_app.domain.edits import Edit, apply_edits
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding
from migrations_app.domain.fixes import apply_accepted
from migrations_app.domain.images import ImageRef
from migrations_app.domain.loss import LossRow
from migrations_app.domain.loss_report import loss_rows
from migrations_app.domain.manifests.build import build
from migrations_app.domain.manifests.digests import digest
from migrations_app.domain.manifests.ownership import Ownership, divide
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import containers
from migrations_app.domain.manifests.secret_markers import scrubbed, take
from migrations_app.domain.mended import mended_findings, mended_sources, untold_mends
from migrations_app.domain.mends import mends
from migrations_app.domain.messages import msg
from migrations_app.domain.moves import Moves
from migrations_app.domain.names import is_label
from migrations_app.domain.passing_secrets import passing_secrets
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.presets.layering import Settings, settle
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import StepKind
from migrations_app.domain.questions import Question
from migrations_app.domain.relabelling import Relabelling
from migrations_app.domain.renames import renames
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.transforms.base import Recorded, Running, Transform
from migrations_app.domain.transforms.overrides import SetImages, SetNamespace
from migrations_app.domain.transforms.presets import first_for, transforms_for
from migrations_app.domain.transforms.secrets import existing
from migrations_app.domain.transforms.storage import settles


class SecretsMode(StrEnum):
    """``KEEP`` leaves values as they are (the caller's own file), ``PLACEHOLDER`` hides them."""

    KEEP = "keep"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class Options:
    """Everything besides the bundle that decides what is rendered.

    layers:            presets, weakest first (see ``presets.layering``).
    parameters:        values for ``${NAME}`` in presets.
    stand_ins:         whether some of these are only put in for somebody to look at a manifest.
    images:            container name → image reference that replaces the source's.
    answers:           question id → value.
    accepted_fixes:    fingerprints of findings whose fix a person accepted.
    image_digests:     image reference → ``sha256:…``, beyond what the bundle knows.
    kubernetes_version: ``1.NN``; None: the newest that the schemas know.
    edits:             what people wrote into the manifest by hand (``domain.edits``).
    phase:             how far to judge; None: as the environment says (``checks.phases``).
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
    phase: Phase | None = None
    stand_ins: bool = False
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What rendering made.

    objects:   in source order, new ones after the old, with the origin of every field.
    text:      the YAML documents, canonical, ending in a newline ("" without objects).
    digest:    ``sha256`` hex of the normalised manifest (``manifests.digests``).
    changes:   every difference that any transform made, in order, with the object's final label.
    renames:   what was called differently in the source: ``{"kind", "from", "to"}``.
    images:    container images of the result, as written there.
    facts:     what the sources told beyond their objects.
    version:   the Kubernetes version that this was made for.
    secrets:   secret values that stood in objects on the way (``passing_secrets``): never to be
               shown, wherever they turn up.
    """

    objects: tuple[SourceObject, ...]
    text: str
    digest: str
    changes: tuple[Recorded, ...]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    loss: tuple[LossRow, ...]
    renames: tuple[Mapping[str, str], ...]
    images: tuple[str, ...]
    facts: Facts
    version: str
    secrets: frozenset[str] = frozenset()


def render(bundle: Bundle, options: Options, schemas: Schemas) -> Made:
    """Make manifests of what was read. The same input gives the same bytes.

    Stages, in order: build objects from specs; mend what a cluster would refuse; split pods;
    presets; what was asked for by hand; accepted fixes; edits; checks; text and digest.

    Raises:
        MissingParameter: a preset needs a parameter that was not given.
        InvalidPreset: what was given for a parameter cannot stand where a preset puts it.
        InvalidInput: an answer is none of its question's choices; an image or a namespace that was
            asked for cannot be one.
    """
    version = options.kubernetes_version or schemas.versions()[-1]
    settings = settle(options.layers, options.parameters, checked=not options.stand_ins)
    answers = _answers(settings, options)
    built = build(bundle.specs, answers, bundle.facts)
    sources = (*bundle.objects, *built.objects)
    running = Running.of(sources)
    running.run(mends(schemas, version))
    known = _known(built.facts, options)
    facts = Relabelling.of(sources, running).facts(known)
    running.run(first_for(settings, facts, answers))
    moves = Moves.by_splitting(running, settings, answers)
    facts = moves.facts(Relabelling.of(sources, running).facts(known))
    namespace = _namespace(options)
    running.run(namespace)  # first: presets write the namespace into what they make
    running.run(transforms_for(settings, facts, answers))
    running.run([*_images_by_hand(options), *namespace])
    asked = (
        question
        for question in built.questions
        if question.id in options.answers or not settles(settings, question)
    )
    questions = (*bundle.questions, *asked, *running.questions.values())
    context = CheckContext(
        tuple(running.objects),
        schemas,
        version,
        facts,
        *registry_facts(settings.section("registry")),
        phase=options.phase or phase_for(options.environment),
        environment=options.environment or "",
        questions=_answered(questions, answers),
        specs=bundle.specs,
        loss=_untold(bundle, built.loss),
        written=_written(bundle),
        image_origins=_image_origins(running),
        existing_secrets=existing(settings, running.record),
    )
    if options.accepted_fixes:

        def look(objects: tuple[SourceObject, ...]) -> CheckContext:
            return replace(context, objects=objects, image_origins=_image_origins(running))

        apply_accepted(running, options.accepted_fixes, look)
        context = look(tuple(running.objects))
    contradicted = apply_edits(running, options.edits)
    if options.edits:
        context = replace(context, objects=tuple(running.objects))
    new = Relabelling.of(sources, running)
    final = checks.run(context)
    on_source = checks.run_on_source(replace(context, objects=sources), mended_sources(running))
    mended = mended_findings(on_source, final, new)
    untold = untold_mends(running.record, mended, new)
    findings = (*bundle.findings, *built.findings, *contradicted, *final, *mended, *untold)
    passing = passing_secrets((item.body for item in sources), running.record)
    record = new.record(running.record)
    objects, changes = _with_secrets(options.secrets, running, record, passing)
    text = to_yaml(item.body for item in objects)
    return Made(
        objects=objects,
        text=text,
        digest=digest((item.body for item in objects), text),
        changes=changes,
        findings=findings,
        questions=context.questions,
        loss=(*bundle.loss, *moves.loss(new.loss(built.loss)), *loss_rows(bundle.objects, running)),
        renames=renames(running.record),
        images=_images(running),
        facts=moves.facts(new.facts(built.facts)),
        version=version,
        secrets=passing,
    )


def _untold(bundle: Bundle, built: Iterable[LossRow]) -> tuple[LossRow, ...]:
    """The rows of the loss report that no finding of the reader says more about."""
    told = {found.place for found in bundle.findings if found.code == "CAP-07"}
    return tuple(row for row in (*bundle.loss, *built) if row.place not in told)


def answers_of(options: Options) -> Answers:
    """The given answers, and those of the presets, for whoever reads before rendering.

    Raises:
        MissingParameter: a preset needs a parameter that was not given.
    """
    return _answers(settle(options.layers, options.parameters), options)


def _answers(settings: Settings, options: Options) -> Answers:
    return Answers(options.answers, settings.section("answers"))


def base(bundle: Bundle, options: Options, schemas: Schemas) -> Made:
    """The same services without what an environment adds: what a rehearsal proves."""
    return render(bundle, without_environment(options), schemas)


def without_environment(options: Options) -> Options:
    """The same options without what belongs to one environment, for the base digest."""
    return replace(
        options,
        environment=None,
        namespace=None,
        layers=tuple(layer for layer in options.layers if not layer.environment),
        edits=tuple(edit for edit in options.edits if not edit.environment),
    )


def services_of(made: Made) -> Ownership:
    """Who owns which object of a manifest."""
    return divide(made.objects, made.facts.identities, made.facts.parts)


def _image_origins(running: Running) -> dict[str, str]:
    """Image reference → what the source called it, for images that were renamed.

    An image that was set by hand is another one than the source's.
    """
    origins: dict[str, str] = {}
    for item in running.record:
        before, after = item.change.before, item.change.after
        by_hand = item.change.step.kind is StepKind.ANSWER
        if item.change.path[-1:] == ("image",) and isinstance(before, str) and not by_hand:
            origins[str(after)] = origins.get(before, before)
    return origins


def _written(bundle: Bundle) -> frozenset[str]:
    """The files in which people wrote down what they want: a loss there is a finding."""
    return frozenset(m.path for m in bundle.members if m.kind in WRITTEN_BY_PEOPLE)


def _known(facts: Facts, options: Options) -> Facts:
    if not options.image_digests:
        return facts
    return replace(facts, image_digests={**facts.image_digests, **options.image_digests})


def _images_by_hand(options: Options) -> list[Transform]:
    """The images that were asked for by hand, which win over every preset."""
    for image in options.images.values():
        ImageRef.parse(image)
    return [SetImages(options.images)] if options.images else []


def _namespace(options: Options) -> list[Transform]:
    """The namespace that was asked for, which wins over every preset."""
    if not options.namespace:
        return []
    if not is_label(options.namespace):
        raise InvalidInput(
            msg(
                "%(name)s is no name of a namespace: lower-case letters, digits and hyphens.",
                name=repr(options.namespace),
            )
        )
    return [SetNamespace(options.namespace)]


def _with_secrets(
    mode: SecretsMode,
    running: Running,
    changes: tuple[Recorded, ...],
    passing: frozenset[str],
) -> tuple[tuple[SourceObject, ...], tuple[Recorded, ...]]:
    """Objects and changes as they may be shown: with secret values, or with markers for them."""
    if mode is SecretsMode.KEEP:
        return tuple(running.objects), changes
    bodies, values = take(running.bodies)
    objects = tuple(
        item if body is item.body else replace(item, body=body)
        for item, body in zip(running.objects, bodies, strict=True)
    )
    secrets = frozenset(values.values()) | passing
    return objects, tuple(
        replace(
            item,
            change=replace(
                item.change,
                before=scrubbed(item.change.before, secrets),
                after=scrubbed(item.change.after, secrets),
            ),
        )
        for item in changes
    )


def _answered(questions: tuple[Question, ...], answers: Mapping[str, str]) -> tuple[Question, ...]:
    return tuple(answered(question, answers) for question in questions)


def _images(running: Running) -> tuple[str, ...]:
    """Every container image once, in the order of the manifest."""
    found = (
        container.get("image") for body in running.bodies for _path, container in containers(body)
    )
    return tuple(dict.fromkeys(image for image in found if isinstance(image, str)))
