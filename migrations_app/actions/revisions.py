"""Making manifest revisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Max

from migrations_app.actions import audit, permissions, runs
from migrations_app.actions.assessing import assess, assess_from, keep_secrets, target_version
from migrations_app.actions.environments import named_environment
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.checks.phases import phase_for
from migrations_app.domain.engine import Options, without_environment
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.images import ImageRef
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.layering import settle
from migrations_app.domain.rehearsal.images import known_at_home
from migrations_app.domain.runs import RunKind
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.slices import Slice
from migrations_app.domain.unused import unused_images
from migrations_app.models import (
    Application,
    Revision,
    Run,
    Service,
    SharedRevision,
    Submission,
)
from migrations_app.queries.inputs import (
    Inputs,
    gather,
    layered_options,
    revision_inputs,
    secret_versions,
    source_inputs,
)
from migrations_app.queries.rendering import Rendered, rendered


@dataclass(frozen=True, slots=True)
class Change:
    """The commit that a revision was asked for with."""

    commit: str = ""
    author: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a revision is to be made for, and with."""

    environment: str
    images: Mapping[str, str]
    parameters: Mapping[str, str]
    change: Change = Change()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Wish:
        """The wish that :meth:`as_params` wrote into a run."""
        return cls(
            params["environment"],
            params["images"],
            params["parameters"],
            Change(**params["change"]),
        )

    def as_params(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "images": dict(self.images),
            "parameters": dict(self.parameters),
            "change": {
                "commit": self.change.commit,
                "author": self.change.author,
                "url": self.change.url,
            },
        }


@action
def start_revision(*, actor: Actor, service: Service, wish: Wish) -> Run:
    """Put the making of a revision in the queue.

    What can be seen to be wrong at once is refused at once.

    Raises:
        InvalidInput: no such environment; an image that cannot be one.
        MissingParameter: a preset needs a parameter that was not given.
        Conflict: no source in force tells of the service.
        RunActive: one is being made for this service and environment.
    """
    permissions.require(actor, Verb.MAKE_REVISION, service.application)
    environment = named_environment(service.application, wish.environment)
    options = layered_options(service, environment, wish.parameters)
    settle(options.layers, options.parameters, checked=True)
    for image in wish.images.values():
        ImageRef.parse(image)
    if service.archived or not service.service_sources.exists():
        raise _untold(service)
    run = runs.start(
        kind=RunKind.REVISION,
        subject=f"{service.pk}:{environment.name}",
        actor=actor,
        params=wish.as_params(),
        application=service.application,
        service=service,
        environment=environment.name,
    )
    audit.record(
        tag=Tag.RUN_STARTED,
        actor=actor,
        data={"run": str(run.pk), "kind": run.kind, "environment": environment.name},
        application=service.application,
        service=service,
    )
    return run


@action
def make_revision(
    *, actor: Actor, service: Service, wish: Wish, schemas: Schemas
) -> tuple[Revision, bool]:
    """Render a service for an environment and keep the result. The second value: it is new.

    Unchanged inputs give the revision that is there already; somebody else's wish for the same is
    another submission of it.

    Raises:
        InvalidInput: no such environment; an image that cannot be one, or for no container.
        MissingParameter: a preset needs a parameter that was not given.
        Conflict: no source in force tells of the service.
    """
    permissions.require(actor, Verb.MAKE_REVISION, service.application)
    service = locked(service)
    environment = named_environment(service.application, wish.environment)
    inputs = gather(service.application)
    options = inputs.options(
        service, environment=environment, parameters=wish.parameters, images=wish.images
    )
    whole = rendered(inputs, options, schemas)
    base_options = without_environment(options)
    # Judged as far as another phase it has other findings, and other fixes of them apply.
    same = replace(options, environment=None) == base_options and (
        phase_for(options.environment) is phase_for(None)
    )
    base = whole if same else rendered(inputs, base_options, schemas)
    part, base_part = whole.part(inputs, service), base.part(inputs, service)
    if part is None or base_part is None:
        raise _untold(service)
    # A misspelled container would keep its old image, and nobody would notice before it runs.
    for told in unused_images(part.objects, wish.images):
        raise InvalidInput(told)
    # What a layer of this environment moved is kept under the place where it is now.
    keep_secrets(service, whole.values_of(part))
    digest = revision_inputs(inputs, service, part, options)
    existing = Revision.objects.filter(
        service=service, environment=environment.name, inputs_digest=digest
    ).first()
    if existing is not None:
        _submit(actor, existing, wish.change)
        return existing, False
    revision = Revision.objects.create(
        service=service,
        number=(service.revisions.aggregate(last=Max("number"))["last"] or 0) + 1,
        environment=environment.name,
        source=inputs.told[str(service.pk)].row.source,
        shared=_share(service.application, environment.name, whole),
        kubernetes_version=whole.made.version,
        inputs_digest=digest,
        source_inputs=source_inputs(inputs, service, base_part, base_options),
        shared_digest=whole.shared.digest if whole.shared.objects else "",
        **_content(whole, part, base_part),
        **_given(inputs, service, options),
        author=actor.user,
        author_name=actor.name,
        change_commit=wish.change.commit,
        change_author=wish.change.author,
        change_url=wish.change.url,
    )
    raise_version(service)
    if (options.kubernetes_version or "") == target_version(service.application):
        assess_from(service=service, inputs=inputs, rendering=base, options=base_options)
    else:
        assess(application=service.application, schemas=schemas, services=[service])
    _submit(actor, revision, wish.change, quietly=True)
    audit.record(
        tag=Tag.REVISION_CREATED,
        actor=actor,
        data={
            "revision": str(revision.pk),
            "number": str(revision.number),
            "environment": environment.name,
            "base_digest": revision.base_digest,
            "change": wish.as_params()["change"],
        },
        application=service.application,
        service=service,
        digest=revision.digest,
    )
    return revision, True


def _untold(service: Service) -> Conflict:
    return Conflict(
        msg(
            "No source in force tells of %(key)s. Upload one, or capture the service again.",
            key=service.key,
        )
    )


def _content(whole: Rendered, part: Slice, base_part: Slice) -> dict[str, Any]:
    objects = [item.body for item in (*part.objects, *base_part.objects)]
    return {
        **whole.records(part),
        "text": part.text,
        "digest": part.digest,
        "objects_json": [item.body for item in part.objects],
        "base_text": base_part.text,
        "base_digest": base_part.digest,
        "base_objects": [item.body for item in base_part.objects],
        "image_ids": known_at_home(
            whole.made.facts.image_ids, [*part.changes, *base_part.changes], objects
        ),
    }


def _given(inputs: Inputs, service: Service, options: Options) -> dict[str, Any]:
    return {
        "images": dict(options.images),
        "parameters": dict(options.parameters),
        "answers": dict(inputs.answers),
        "accepted_fixes": sorted(service.accepted_fixes.values_list("fingerprint", flat=True)),
        "preset_versions": [layer.label for layer in options.layers],
        "secret_versions": secret_versions(service),
    }


def _share(application: Application, environment: str, whole: Rendered) -> SharedRevision | None:
    """The revision of the shared set that goes with this one; the same content is the same row."""
    shared = whole.shared
    if not shared.objects:
        return None
    rows = SharedRevision.objects.filter(application=application)
    existing = rows.filter(environment=environment, digest=shared.digest).first()
    if existing is not None:
        return existing
    return SharedRevision.objects.create(
        application=application,
        environment=environment,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        digest=shared.digest,
        text=shared.text,
        objects_json=[item.body for item in shared.objects],
        findings=whole.records(shared)["findings"],
    )


def _submit(actor: Actor, revision: Revision, change: Change, *, quietly: bool = False) -> None:
    """Note who asked for a revision; who asked for one that was there already is an event."""
    _row, made = Submission.objects.get_or_create(
        revision=revision,
        author_name=actor.name,
        change_author=change.author,
        change_commit=change.commit,
        defaults={"author": actor.user, "change_url": change.url},
    )
    if made and not quietly:
        audit.record(
            tag=Tag.REVISION_SUBMITTED,
            actor=actor,
            data={"revision": str(revision.pk), "change_author": change.author},
            application=revision.service.application,
            service=revision.service,
            digest=revision.digest,
        )
