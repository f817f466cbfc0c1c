"""Looking at services anew whenever what they are made from has changed.

The assessment is a base rendering, without any environment. Boards, service pages and gates read
it; secret values that turn up are put into their encrypted rows on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migrations_app.domain import records
from migrations_app.domain.engine import Options
from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.slices import Slice
from migrations_app.models import (
    Application,
    Assessment,
    Environment,
    SecretValue,
    SecretVersion,
    Service,
    Source,
)
from migrations_app.queries.inputs import Inputs, gather, source_inputs
from migrations_app.queries.rendering import Rendered, rendered, with_stand_ins

Key = tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


def assess(
    *,
    application: Application,
    schemas: Schemas,
    services: Iterable[Service] | None = None,
    source: Source | None = None,
) -> set[str]:
    """Assess the services (None: all of the application); returns the ids of those that changed.

    Services with the same layers, parameters and images share one rendering. ``source`` is what
    brought new secret values, if anything did.

    Raises:
        InvalidInput: an answer is none of its question's choices.
    """
    inputs = gather(application)
    done: dict[Key, Rendered] = {}
    changed: set[str] = set()
    targets = Service.objects.filter(application=application, archived=None)
    if services is not None:
        targets = targets.filter(pk__in=[service.pk for service in services])
    known = {row.service_id: row for row in Assessment.objects.filter(service__in=targets)}
    version = target_version(application)
    for service in targets.select_related("application").prefetch_related("pinned_presets"):
        options, missing = with_stand_ins(base_options(inputs, service, version))
        key = _key(options)
        if key not in done:
            done[key] = rendered(inputs, options, schemas)
        values = _values(inputs, service, done[key], options, source)
        values["missing_parameters"] = missing
        if _write(service, values, known.get(service.pk)):
            changed.add(str(service.pk))
    for rendering in done.values():
        keep_shared_secrets(application, rendering, source)
    return changed


def assess_from(*, service: Service, inputs: Inputs, rendering: Rendered, options: Options) -> None:
    """Assess one service from a base rendering that was just made with these options."""
    values = _values(inputs, service, rendering, options, None)
    values["missing_parameters"] = []
    _write(service, values, Assessment.objects.filter(service=service).first())


def _values(
    inputs: Inputs,
    service: Service,
    rendering: Rendered,
    options: Options,
    source: Source | None,
) -> dict[str, Any]:
    """The fields of an assessment; secrets that turn up are kept on the way."""
    part = rendering.part(inputs, service)
    if part is None:
        return _absent(service)
    keep_secrets(service, rendering.values_of(part), source)
    return {
        **_present(rendering, part),
        "inputs_digest": source_inputs(inputs, service, part, options),
    }


def _write(service: Service, values: Mapping[str, Any], before: Assessment | None) -> bool:
    """Keep an assessment; True if it says something else than the one before."""
    differs = before is None or _differs(before, values)
    row = before or Assessment(service=service)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return differs


def base_options(inputs: Inputs, service: Service, version: str) -> Options:
    """The options of a base rendering, with the parameters and images of the latest revision."""
    latest = service.revisions.order_by("-number").first()
    options = inputs.options(
        service if service.pinned_presets.all() else None,
        parameters=latest.parameters if latest else {},
        images=latest.images if latest else {},
    )
    return Options(
        layers=options.layers,
        parameters=options.parameters,
        images=options.images,
        answers=options.answers,
        accepted_fixes=options.accepted_fixes,
        edits=options.edits,
        kubernetes_version=version or None,
    )


def keep_secrets(
    service: Service, values: Mapping[tuple[str, str], str], source: Source | None = None
) -> None:
    """Keep the secret values of a service; one that is there already gets no new version."""
    _keep(SecretValue.objects.filter(service=service), service.application, service, values, source)


def keep_shared_secrets(
    application: Application, rendering: Rendered, source: Source | None = None
) -> None:
    """Keep the secret values that stand in shared objects."""
    shared = SecretValue.objects.filter(application=application, service=None)
    _keep(shared, application, None, rendering.values_of(rendering.shared), source)


def _keep(
    rows: Any,
    application: Application,
    service: Service | None,
    values: Mapping[tuple[str, str], str],
    source: Source | None,
) -> None:
    if not values:
        return
    known = {(row.object, row.pointer): row for row in rows}
    for (label, pointer), value in values.items():
        secret = known.get((label, pointer)) or SecretValue(
            application=application, service=service, object=label, pointer=pointer
        )
        latest = secret.versions.filter(number=secret.latest).first() if secret.latest else None
        if latest is not None and latest.value == value.encode():
            continue
        secret.latest += 1
        secret.save()
        SecretVersion.objects.create(
            secret=secret, number=secret.latest, value=value.encode(), source=source
        )


def target_version(application: Application) -> str:
    """The Kubernetes version that a base is checked against: that of the environment local."""
    rows = Environment.objects.filter(application=application, name="local")
    return rows.values_list("kubernetes_version", flat=True).first() or ""


def _differs(before: Assessment, values: Mapping[str, Any]) -> bool:
    """Whether anything but places in files is otherwise than it was."""
    if any(before_value != values.get(name) for name, before_value in _telling(before)):
        return True
    found = {record["fingerprint"] for record in values.get("findings", ())}
    return found != {record["fingerprint"] for record in before.findings}


def _telling(assessment: Assessment) -> Iterator[tuple[str, Any]]:
    for name in ("text", "severities", "open_questions", "problem", "missing_parameters"):
        yield name, getattr(assessment, name)


def _key(options: Options) -> Key:
    return (
        tuple(f"{layer.label}:{layer.environment}" for layer in options.layers),
        tuple(sorted(options.parameters.items())),
        tuple(sorted(options.images.items())),
    )


def _present(rendering: Rendered, part: Slice) -> dict[str, Any]:
    open_findings = [item for item in part.findings if not item.mended]
    counts = Counter(item.severity.value for item in open_findings)
    worst = min(open_findings, key=lambda item: item.severity.rank, default=None)
    return {
        **rendering.records(part),
        "digest": part.digest,
        "text": part.text,
        "worst": worst.severity.value if worst else "",
        "severities": {severity.value: counts[severity.value] for severity in Severity},
        "open_questions": sum(question.answer is None for question in part.questions),
        "problem": {},
    }


def _absent(service: Service) -> dict[str, Any]:
    message = msg("No source in force tells of %(name)s any more.", name=service.name)
    return {"problem": records.message(message)}
