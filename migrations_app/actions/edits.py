"""Editing a manifest by hand: saving, settling what contradicts, taking the edit back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.actions import audit, permissions
from migrations_app.actions.assessing import assess, base_options, target_version
from migrations_app.actions.environments import named_environment
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.bundle import MemoryFiles, Object, Objects, object_label
from migrations_app.domain.errors import Conflict, InvalidInput, Problem
from migrations_app.domain.manifests.resources import namespace_of, pod_spec
from migrations_app.domain.manifests.secret_markers import take
from migrations_app.domain.manifests.three_way import ABSENT, put_at
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.same import same
from migrations_app.domain.schemas import Schemas
from migrations_app.models import ManifestEdit, Service
from migrations_app.queries.editing import Desk, desk, options_for
from migrations_app.queries.inputs import gather

MINE, GENERATED = "mine", "generated"
FILE = "manifest.yaml"


@action
def save_edit(
    *,
    actor: Actor,
    service: Service,
    environment: str,
    text: str,
    schemas: Schemas,
    version: int | None = None,
) -> ManifestEdit:
    """Keep what somebody made of the manifest; from now on it is laid over every rendering.

    Raises:
        UnreadableSource: the text is no YAML, with every place.
        InvalidInput: it is of something else, holds a secret value, or changes nothing.
        StaleState: the service was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.EDIT_MANIFEST, service.application)
    service = locked(service)
    on_desk = open_desk(service, environment, schemas)
    edited = read_edit(text, on_desk.generated)
    raise_version(service, version)
    row, _made = ManifestEdit.objects.update_or_create(
        service=service,
        environment=environment,
        defaults={
            "generated": list(on_desk.generated),
            "edited": list(edited),
            "by": actor.user,
            "by_name": actor.name,
        },
    )
    _done(actor, row, Tag.EDIT_SAVED, schemas, {})
    return row


@action
def settle_edit(
    *,
    actor: Actor,
    service: Service,
    environment: str,
    choices: Mapping[str, str],
    schemas: Schemas,
    version: int | None = None,
) -> ManifestEdit | None:
    """Decide every contradiction: ``mine`` keeps the edit, ``generated`` gives it up there.

    ``choices`` go by object and path (:func:`conflict_id`). None: nothing of the edit is left.

    Raises:
        InvalidInput: a contradiction without a decision, or a decision about none.
        Conflict: there is no edit, or nothing contradicts it.
        StaleState: the service was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.EDIT_MANIFEST, service.application)
    service = locked(service)
    on_desk = open_desk(service, environment, schemas)
    if on_desk.row is None or not on_desk.conflicts:
        raise Conflict(msg("Nothing contradicts an edit of this manifest."))
    _require_choices(on_desk, choices)
    edited = _settled(on_desk, choices)
    raise_version(service, version)
    row: ManifestEdit | None = on_desk.row
    on_desk.row.generated, on_desk.row.edited = list(on_desk.generated), list(edited)
    if same(on_desk.row.generated, on_desk.row.edited):
        on_desk.row.delete()
        row = None
    else:
        on_desk.row.save(update_fields=["generated", "edited", "changed"])
    _done(actor, on_desk.row, Tag.EDIT_SETTLED, schemas, {"choices": dict(choices)})
    return row


@action
def remove_edit(
    *,
    actor: Actor,
    service: Service,
    environment: str,
    schemas: Schemas,
    version: int | None = None,
) -> Service:
    """Take an edit back: from now on the manifest is what is generated.

    Raises:
        Conflict: there is none.
        StaleState: the service was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.EDIT_MANIFEST, service.application)
    service = locked(service)
    row = ManifestEdit.objects.filter(service=service, environment=environment).first()
    if row is None:
        raise Conflict(msg("There is no edit of this manifest, so there is nothing to take back."))
    raise_version(service, version)
    row.delete()
    _done(actor, row, Tag.EDIT_REMOVED, schemas, {})
    return service


def open_desk(service: Service, environment: str, schemas: Schemas) -> Desk:
    """The manifest of one environment (empty: of all) as it is generated, and as it is edited.

    Raises:
        InvalidInput: there is no such environment.
        Conflict: no source in force tells of the service.
    """
    application = service.application
    inputs = gather(application)
    if environment:
        row = named_environment(application, environment)
        options = options_for(inputs, service, row)
    else:
        options = base_options(inputs, service, target_version(application))
    found = desk(
        inputs=inputs, service=service, environment=environment, options=options, schemas=schemas
    )
    if found is None:
        raise Conflict(msg("No source in force tells of %(key)s.", key=service.key))
    return found


def read_edit(text: str, generated: Objects) -> Objects:
    """The objects of an edited text, if they can stand in place of those that are generated.

    Raises:
        UnreadableSource: the text is no YAML, with every place.
        InvalidInput: with every reason.
    """
    bundle = read_bundle(MemoryFiles({FILE: text.encode()}), STRICT)
    edited = tuple(item.body for item in bundle.objects)
    lines = {_thing(item.body): item.origin.line for item in bundle.objects}
    problems = [*_strangers(edited, generated, lines), *_secrets(edited, lines)]
    if bundle.specs or not edited:
        problems.append(
            Problem("no_manifest", msg("This is no Kubernetes manifest."), Place(file=FILE))
        )
    if problems:
        raise InvalidInput(msg("The edit cannot be kept."), problems)
    if same(list(edited), list(generated)):
        raise InvalidInput(msg("Nothing differs from what is generated."))
    return edited


def conflict_id(label: str, path: str) -> str:
    """What a decision about a contradiction goes by: ``Deployment/web/spec/replicas``."""
    return f"{label}{path}"


def _thing(body: Object) -> tuple[str, str, str]:
    return str(body.get("apiVersion")), object_label(body), namespace_of(body)


def _strangers(
    edited: Objects, generated: Objects, lines: Mapping[tuple[str, str, str], int]
) -> list[Problem]:
    """Objects that were not there, and workloads that are there no more."""
    known = [_thing(body) for body in generated]
    here = [_thing(body) for body in edited]
    problems = [
        Problem(
            "new_object",
            msg(
                "%(object)s is not one of the service's objects. An edit changes fields: it keeps "
                "apiVersion, kind, name and namespace, and a new object belongs in a source.",
                object=thing[1],
            ),
            Place(file=FILE, line=lines.get(thing, 0), object=thing[1]),
        )
        for thing in here
        if thing not in known or here.count(thing) > known.count(thing)
    ]
    problems += [
        Problem(
            "workload_gone",
            msg("%(object)s is what the service is: it cannot be left out.", object=thing[1]),
            Place(file=FILE, object=thing[1]),
        )
        for body, thing in zip(generated, known, strict=True)
        if pod_spec(body) is not None and thing not in here
    ]
    return problems


def _secrets(edited: Objects, lines: Mapping[tuple[str, str, str], int]) -> list[Problem]:
    """Secret values that were typed where a marker belongs; never the value itself."""
    return [
        Problem(
            "secret_value",
            msg(
                "A secret value cannot be written into the manifest: leave the marker, and change "
                "the value in the source."
            ),
            Place(file=FILE, line=lines.get(_thing(body), 0), object=object_label(body), path=path),
        )
        for body in edited
        for (_name, path) in take([body])[1]
    ]


def _require_choices(on_desk: Desk, choices: Mapping[str, str]) -> None:
    asked = {conflict_id(item.object, item.path) for item in on_desk.conflicts}
    problems = [
        _undone("undecided", msg("Decide about %(path)s too.", path=key), key)
        for key in sorted(asked - choices.keys())
    ]
    problems += [
        _undone("unknown_choice", msg("Nothing contradicts the edit at %(path)s.", path=key), key)
        for key in sorted(choices.keys() - asked)
    ]
    problems += [
        _undone("unknown_choice", msg("%(value)s is neither mine nor generated.", value=value), key)
        for key, value in choices.items()
        if key in asked and value not in (MINE, GENERATED)
    ]
    if problems:
        raise InvalidInput(msg("The edit cannot be settled."), problems)


def _undone(code: str, message: Message, key: str) -> Problem:
    """Something wrong with one decision, which stands in the request under ``choices``."""
    return Problem(code, message, Place(path=pointer(("choices", key))))


def _settled(on_desk: Desk, choices: Mapping[str, str]) -> Objects:
    """The merged objects with what is generated wherever that was chosen."""
    merged: dict[str, Any] = {object_label(body): body for body in on_desk.merged}
    generated = {object_label(body): body for body in on_desk.generated}
    for item in on_desk.conflicts:
        if choices[conflict_id(item.object, item.path)] != GENERATED:
            continue
        if item.path:
            merged[item.object] = put_at(merged[item.object], item.path, item.ours)
        else:
            merged[item.object] = generated.get(item.object, ABSENT)
    order = [label for label in generated if label in merged]
    return tuple(merged[label] for label in order if merged[label] is not ABSENT)


def _done(
    actor: Actor, row: ManifestEdit, tag: Tag, schemas: Schemas, more: Mapping[str, Any]
) -> None:
    """Look at the service anew, and say what was done."""
    service = row.service
    assess(application=service.application, schemas=schemas, services=[service])
    audit.record(
        tag=tag,
        actor=actor,
        data={"environment": row.environment, **more},
        application=service.application,
        service=service,
    )
