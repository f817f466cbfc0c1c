"""Services: whose they are, how they are labelled, and putting them out of sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from migrations_app.actions import audit, permissions
from migrations_app.actions.assessing import assess
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, StaleState
from migrations_app.domain.messages import msg
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Service

_MOST_LABELS = 50
_LONGEST = 200


def locked(service: Service) -> Service:
    """The service's row, held until the transaction ends, so that what gates read stands still."""
    return (
        Service.objects.select_for_update(of=("self",))
        .select_related("application")
        .get(pk=service.pk)
    )


def raise_version(service: Service, expected: int | None = None, **values: Any) -> None:
    """Write to a service and raise its version, which is its ETag.

    Raises:
        StaleState: it is no longer at the version that was expected.
    """
    rows = Service.objects.filter(pk=service.pk)
    if expected is not None:
        rows = rows.filter(version=expected)
    if not rows.update(version=F("version") + 1, **values):
        raise StaleState(msg("Somebody changed %(key)s meanwhile. Load it again.", key=service.key))
    service.refresh_from_db()


@action
def change_service(
    *,
    actor: Actor,
    service: Service,
    owner: str | None = None,
    labels: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Service:
    """Change the owner or the labels of a service.

    Raises:
        InvalidInput: too many labels, or a text that is too long.
        StaleState: it was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.EDIT_SERVICE, service.application)
    changes: dict[str, Any] = {}
    if owner is not None:
        changes["owner"] = owner.strip()
    if labels is not None:
        changes["labels"] = dict(labels)
    _check(changes)
    raise_version(service, version, **changes)
    audit.record(
        tag=Tag.SERVICE_CHANGED,
        actor=actor,
        data=changes,
        application=service.application,
        service=service,
    )
    return service


@action
def archive_service(*, actor: Actor, service: Service, schemas: Schemas) -> Service:
    """Put a service out of sight; nothing is deleted, and a new source brings it back.

    Its neighbours are assessed again, because what it alone used is nobody's now.

    Raises:
        Conflict: it is archived already.
    """
    permissions.require(actor, Verb.ARCHIVE_SERVICE, service.application)
    if locked(service).archived:
        raise Conflict(msg("%(key)s is archived already.", key=service.key))
    raise_version(service, archived=timezone.now())
    assess(application=service.application, schemas=schemas)
    audit.record(
        tag=Tag.SERVICE_ARCHIVED,
        actor=actor,
        data={},
        application=service.application,
        service=service,
    )
    return service


def _check(changes: Mapping[str, Any]) -> None:
    labels = changes.get("labels", {})
    texts = [changes.get("owner", ""), *labels, *labels.values()]
    if len(labels) > _MOST_LABELS:
        raise InvalidInput(msg("A service has at most %(most)s labels.", most=_MOST_LABELS))
    if any(not isinstance(text, str) or len(text) > _LONGEST for text in texts):
        raise InvalidInput(
            msg("Owner and labels are texts of at most %(most)s characters.", most=_LONGEST)
        )
    if len(changes.get("owner", "")) > 150:
        raise InvalidInput(msg("An owner's name has at most 150 characters."))
