"""Moving services between phases: the only writer of ``Service.phase``."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, GateClosed, IllegalMove, StaleState
from migrations_app.domain.messages import counted, listed, msg
from migrations_app.domain.pipeline.gates import closed
from migrations_app.domain.pipeline.phases import Direction, Phase, require_move
from migrations_app.domain.words import word
from migrations_app.models import PhaseMove, Service
from migrations_app.queries.facts import gates_before, latest_revision


def move_service(*, actor: Actor, service: Service, to: Phase, reason: str = "") -> PhaseMove:
    """Move a service to another phase: forward through its gates, or back with a reason.

    ``service`` is taken as the caller saw it: if it is in another phase by now, nothing happens.

    Raises:
        IllegalMove: there is no such way.
        InvalidInput: a move back without a reason.
        GateClosed: with every gate, open and closed.
        StaleState: somebody else has moved it meanwhile.
    """
    try:
        return _move(actor=actor, service=service, to=to, reason=reason)
    except (IllegalMove, GateClosed) as refused:
        gates = refused.gates if isinstance(refused, GateClosed) else ()
        audit.record_refusal(
            tag=Tag.SERVICE_MOVED,
            actor=actor,
            data={
                "from": service.phase,
                "to": to.value,
                "code": refused.code,
                "closed": [gate.code for gate in closed(gates)],
            },
            application=service.application,
            service=service,
        )
        raise


@action
def _move(*, actor: Actor, service: Service, to: Phase, reason: str) -> PhaseMove:
    permissions.require(actor, Verb.MOVE_SERVICE, service.application)
    seen = Phase(service.phase)
    service = locked(service)
    if Phase(service.phase) is not seen:
        raise StaleState(
            msg(
                "%(key)s is in phase %(phase)s by now. Load it again.",
                key=service.key,
                phase=word("phase", service.phase),
            )
        )
    if service.archived:
        raise Conflict(msg("%(key)s is archived and moves nowhere.", key=service.key))
    direction = require_move(seen, to, reason)
    if direction is Direction.FORWARD:
        _require_open(service, to)
    return _write(actor, service, to, reason)


def _require_open(service: Service, to: Phase) -> None:
    found = gates_before(service, to)
    shut = closed(found)
    if shut:
        raise GateClosed(
            counted(
                "%(count)s gate before %(phase)s is closed: %(gates)s.",
                "%(count)s gates before %(phase)s are closed: %(gates)s.",
                count=len(shut),
                phase=word("phase", to),
                gates=listed(word("gate", gate.code) for gate in shut),
            ),
            found,
        )


def _write(actor: Actor, service: Service, to: Phase, reason: str) -> PhaseMove:
    start, revision = service.phase, latest_revision(service)
    with transaction.atomic():
        raise_version(service, service.version, phase=to.value, phase_since=timezone.now())
        move = PhaseMove.objects.create(
            service=service,
            start=start,
            to=to.value,
            reason=reason.strip(),
            revision=revision,
            by=actor.user,
            by_name=actor.name,
        )
    audit.record(
        tag=Tag.SERVICE_MOVED,
        actor=actor,
        data={"from": start, "to": to.value, "reason": reason.strip(), "move": str(move.pk)},
        application=service.application,
        service=service,
        digest=revision.digest if revision else "",
    )
    return move
