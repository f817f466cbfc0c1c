"""Who takes part in a rehearsal, and the only place where secret values are put into manifests."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import OuterRef, Subquery

from migrations_app.domain import records
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import containers
from migrations_app.domain.manifests.secret_markers import (
    MARKER,
    is_marker,
    put_back,
    texts_with_markers,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.peers import Part, needed_peers
from migrations_app.domain.rehearsal.stand_ins import secret_names, stand_ins
from migrations_app.domain.rehearsal.values import Deviation, Peers
from migrations_app.models import Revision, SecretVersion


@dataclass(frozen=True, slots=True)
class Cast:
    """The subject, the peers it needs (each after what it needs itself), what they share.

    ``revisions`` are the peers' by service key. ``secrets`` are all values that were filled in,
    as they may turn up in a log; ``invented`` says which had to be made up.
    """

    subject: Part
    peers: tuple[Part, ...]
    shared: tuple[Object, ...]
    revisions: Mapping[str, Revision]
    secrets: frozenset[str] = frozenset()
    invented: tuple[Deviation, ...] = ()

    @property
    def objects(self) -> list[Object]:
        """Everything that would be played, the subject first."""
        return [body for part in (self.subject, *self.peers) for body in part.objects]


def cast(revision: Revision, peers: Peers) -> Cast:
    """Who takes part, with markers still in place of secret values."""
    subject = _part(revision)
    others = _latest(revision) if peers is Peers.REAL else {}
    needed = needed_peers(subject, [_part(other) for other in others.values()])
    return Cast(
        subject=subject,
        peers=tuple(needed),
        shared=tuple(revision.shared.objects_json) if revision.shared else (),
        revisions={part.service: others[part.service] for part in needed},
    )


def with_values(casting: Cast, revision: Revision) -> Cast:
    """The same with values: the stored ones, else one random value that all of them share.

    A Secret that is only in the cluster is made up for the rehearsal.
    """
    one = secrets.token_urlsafe(24)
    revisions = {casting.subject.service: revision, **casting.revisions}
    values = _stored(revision.service.application_id, revisions.values())
    used: set[str] = set()
    invented: list[Deviation] = []

    present = secret_names((*casting.objects, *casting.shared))

    def filled(written: Sequence[Object], service: UUID | None) -> tuple[Object, ...]:
        objects = (*written, *stand_ins(written, present))
        places: dict[tuple[str, str], str] = {}
        known = values.get(service, {})
        for (name, pointer), text in texts_with_markers(objects).items():
            value = known.get((name.partition("@")[0], pointer))
            if value is None:
                made_up = _as_written(one, name, pointer)
                value = made_up if is_marker(text) else text.replace(MARKER, one)
                invented.append(
                    Deviation(
                        msg("Secret value made up"),
                        f"{name}{pointer}",
                        msg("one random value, the same wherever one is missing"),
                    )
                )
            places[name, pointer] = value
        used.update(places.values())
        return tuple(put_back(objects, places))

    def part(old: Part) -> Part:
        return replace(old, objects=filled(old.objects, revisions[old.service].service_id))

    return replace(
        casting,
        subject=part(casting.subject),
        peers=tuple(part(peer) for peer in casting.peers),
        shared=filled(casting.shared, None),
        secrets=records.secret_texts(used),
        invented=tuple(dict.fromkeys(invented)),
    )


def images(objects: Iterable[Object]) -> list[str]:
    """Every image that these objects run, as it is written."""
    found = (str(c.get("image") or "") for body in objects for _path, c in containers(body))
    return list(dict.fromkeys(found))


def _part(revision: Revision) -> Part:
    return Part(revision.service.key, tuple(revision.base_objects), dict(revision.image_ids))


def _latest(revision: Revision) -> dict[str, Revision]:
    """The latest revision of every other service of the application, by key."""
    newest = Revision.objects.filter(service=OuterRef("service")).order_by("-number")
    rows = (
        Revision.objects.filter(
            service__application=revision.service.application_id,
            service__archived=None,
            pk=Subquery(newest.values("pk")[:1]),
        )
        .exclude(service=revision.service_id)
        .select_related("service")
        .only(
            "base_objects",
            "base_digest",
            "image_ids",
            "number",
            "secret_versions",
            "service__key",
            "service__application",
        )
    )
    return {row.service.key: row for row in rows}


def _stored(
    application_id: UUID, revisions: Iterable[Revision]
) -> dict[UUID | None, dict[tuple[str, str], str]]:
    """Service (None: the shared set) → place → the value, in the version its revision names."""
    named = {revision.service_id: revision.secret_versions for revision in revisions}
    rows = SecretVersion.objects.filter(secret__application=application_id).select_related("secret")
    found: dict[UUID | None, dict[tuple[str, str], str]] = {}
    for row in rows:
        secret = row.secret
        if secret.service_id is not None and secret.service_id not in named:
            continue
        versions = named.get(secret.service_id, {}) if secret.service_id else {}
        wanted = versions.get(f"{secret.object}{secret.pointer}", secret.latest)
        if row.number == wanted:
            place = (secret.object, secret.pointer)
            found.setdefault(secret.service_id, {})[place] = (row.value or b"").decode()
    return found


def _as_written(value: str, name: str, pointer: str) -> str:
    """A value as the place wants it: base64 in the ``data`` of a Secret."""
    if name.startswith("Secret/") and pointer.startswith("/data/"):
        return base64.b64encode(value.encode()).decode()
    return value
