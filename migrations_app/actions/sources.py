"""Storing sources, and finding or making the services they tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from migrations_app.actions import audit, permissions
from migrations_app.actions.assessing import assess
from migrations_app.actions.matching import Match, match_services
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.storing import keyed_hash, kind_of, redacted_digest, store_members
from migrations_app.actions.unit import action
from migrations_app.domain import records
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.bundle import Bundle, MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.errors import Conflict, UnreadableSource
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.archives import expand
from migrations_app.domain.reading.limits import STRICT, Limits
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Application, Host, Source, SourceMember
from migrations_app.models.sources import CAPTURE, UPLOAD
from migrations_app.queries.rendering import Rendered, hidden


class OnConflict(StrEnum):
    """What to do with a service that is there already."""

    UPDATE = "update"
    NEW = "new"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Stored:
    """A source and what became of its services. ``created`` False: the same bytes were there."""

    source: Source
    created: bool
    matches: Sequence[Match]


def store_source(
    *,
    actor: Actor,
    application: Application,
    files: Mapping[str, bytes],
    schemas: Schemas,
    title: str = "",
    on_conflict: OnConflict = OnConflict.UPDATE,
    partial: bool = False,
    host: Host | None = None,
    limits: Limits = STRICT,
) -> Stored:
    """Store an upload, or (with ``host``) a capture: all of it or nothing. Archives are unpacked.

    With ``partial``, members that cannot be read are kept with their errors and the rest counts.

    Raises:
        UnreadableSource: with the problems of every member.
        Conflict: a service is there already and ``on_conflict`` is ``refuse``.
    """
    _require(actor, application, host)
    try:
        files = expand(files, limits)
        bundle = read_bundle(MemoryFiles(files), limits, partial=partial)
        alone = hidden(render(bundle, Options(), schemas))
        _require_objects(alone)
    except UnreadableSource as error:
        audit.record_refusal(
            tag=Tag.SOURCE_REFUSED,
            actor=actor,
            data={
                "files": [path[:200] for path in list(files)[:50]],
                "codes": sorted({problem.code for problem in error.problems}),
            },
            application=application,
        )
        raise
    return _store(
        actor=actor,
        application=application,
        files=files,
        bundle=bundle,
        alone=alone,
        schemas=schemas,
        title=title or _title(files),
        on_conflict=on_conflict,
        host=host,
    )


@action
def _require(actor: Actor, application: Application, host: Host | None) -> None:
    permissions.require(actor, Verb.CAPTURE if host else Verb.STORE_SOURCE, application)
    if application.archived:
        raise Conflict(msg("The application is archived; nothing can be added to it."))


@transaction.atomic
def _store(
    *,
    actor: Actor,
    application: Application,
    files: Mapping[str, bytes],
    bundle: Bundle,
    alone: Rendered,
    schemas: Schemas,
    title: str,
    on_conflict: OnConflict,
    host: Host | None,
) -> Stored:
    application = Application.objects.select_for_update().get(pk=application.pk)
    recognised = keyed_hash(application, files)
    existing = Source.objects.filter(
        application=application, keyed_hash=recognised, purged=None
    ).first()
    if existing is not None:
        return Stored(existing, created=False, matches=_known_matches(existing))
    source = Source.objects.create(
        application=application,
        kind=kind_of(bundle).value,
        way=CAPTURE if host else UPLOAD,
        title=title[:255],
        digest=redacted_digest(files, bundle),
        keyed_hash=recognised,
        host=host,
        author=actor.user,
        author_name=actor.name,
        **_brought_up(alone),
    )
    store_members(source, files, bundle)
    matches = match_services(
        source=source,
        alone=alone,
        actor=actor,
        create_new=on_conflict is OnConflict.NEW,
        refuse=on_conflict is OnConflict.REFUSE,
    )
    changed = assess(application=application, schemas=schemas, source=source)
    matches = [_judged(match, changed) for match in matches]
    source.matches = [match.record() for match in matches]
    source.save(update_fields=["matches"])
    _record(actor, application, source, files, matches)
    return Stored(source, created=True, matches=matches)


@action
def purge_source(*, actor: Actor, source: Source, reason: str) -> Source:
    """Delete the bytes of a source for good. Rows, digests and what was made of it stay.

    Raises:
        Conflict: it was purged before, or no reason was given.
    """
    permissions.require(actor, Verb.PURGE_SOURCE, source.application)
    if not reason.strip():
        raise Conflict(msg("A purge needs a reason. Say why the bytes must go."))
    if not Source.objects.filter(pk=source.pk, purged=None).update(purged=timezone.now()):
        raise Conflict(msg("The source was purged before."))
    SourceMember.objects.filter(source=source).update(original=None)
    audit.record(
        tag=Tag.SOURCE_PURGED,
        actor=actor,
        data={"source": str(source.pk), "digest": source.digest, "reason": reason},
        application=source.application,
    )
    source.refresh_from_db()
    return source


def _require_objects(alone: Rendered) -> None:
    if not alone.made.objects:
        raise UnreadableSource(
            msg("Nothing in these files becomes an object. Give at least one workload or object.")
        )


def _brought_up(alone: Rendered) -> dict[str, object]:
    made = alone.made
    plain = {
        "findings": [records.finding(item) for item in made.findings],
        "questions": [records.question(item) for item in made.questions],
    }
    return {key: records.conceal(value, alone.secrets) for key, value in plain.items()}


def _judged(match: Match, changed: set[str]) -> Match:
    """A service whose assessment is as before was not updated, even if its file was."""
    if match.outcome == "updated" and str(match.service.pk) not in changed:
        return replace(match, outcome="unchanged")
    return match


def _known_matches(source: Source) -> list[Match]:
    rows = source.service_sources.select_related("service").order_by("service__key")
    return [Match(row.service, "unchanged") for row in rows]


def _title(files: Mapping[str, bytes]) -> str:
    first, *rest = files or ("nothing",)
    return f"{first} + {len(rest)}" if rest else first


def _record(
    actor: Actor,
    application: Application,
    source: Source,
    files: Mapping[str, bytes],
    matches: Sequence[Match],
) -> None:
    for match in matches:
        if match.outcome == "unchanged":
            continue
        audit.record(
            tag=Tag.SERVICE_CREATED if match.outcome == "created" else Tag.SERVICE_UPDATED,
            actor=actor,
            data={"source": str(source.pk), "way": source.way},
            application=application,
            service=match.service,
        )
    audit.record(
        tag=Tag.SOURCE_STORED,
        actor=actor,
        data={
            "source": str(source.pk),
            "way": source.way,
            "kind": source.kind,
            "files": str(len(files)),
            "services": [match.service.key for match in matches][:200],
        },
        application=application,
        digest=source.digest,
    )
