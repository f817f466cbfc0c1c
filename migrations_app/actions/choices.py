"""What people decide: answers to questions, and fixes that they accept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from migrations_app.actions import audit, permissions
from migrations_app.actions.assessing import assess
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain import records
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, Problem
from migrations_app.domain.findings import Finding
from migrations_app.domain.fixes import fix_for
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.secret_answers import is_secret_answer, shown_answer
from migrations_app.models import AcceptedFix, Answer, Application, Assessment, Service
from migrations_app.queries.inputs import gather
from migrations_app.queries.known_findings import known_findings

_LONGEST = 64 * 1024
"""Characters: a missing file is answered with its content."""

_NEVER_EMPTY = frozenset({"image-name", "volume-class", "volume-size"})
"""Codes of questions that an empty text does not answer; elsewhere it says: nothing."""


@action
def answer_questions(
    *,
    actor: Actor,
    service: Service,
    answers: Mapping[str, str | None],
    schemas: Schemas,
    version: int | None = None,
) -> Service:
    """Answer questions of one service; None takes an answer back. All of them or none.

    Raises:
        InvalidInput: a question that was not asked, or an answer that it does not allow.
        StaleState: the service was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.ANSWER, service.application)
    service = locked(service)
    _check(answers, _asked([service]))
    raise_version(service, version)
    _keep(actor, service.application, service, answers)
    _assess(service.application, [service], answers, schemas)
    _record(actor, service.application, service, answers, {})
    return service


@action
def answer_for_application(
    *,
    actor: Actor,
    application: Application,
    answers: Mapping[str, str | None],
    schemas: Schemas,
) -> None:
    """Answer questions for every service of an application that asks them.

    Raises:
        InvalidInput: a question that no service asks, or an answer that it does not allow.
    """
    permissions.require(actor, Verb.ANSWER, application)
    services = list(
        Service.objects.select_for_update()
        .filter(application=application, archived=None)
        .order_by("pk")
    )
    _check(answers, _asked(services))
    asking = [s for s in services if set(answers) & set(_asked([s]))]
    for service in asking:
        raise_version(service)
    _keep(actor, application, None, answers)
    _assess(application, asking, answers, schemas)
    _record(actor, application, None, answers, {"services": [service.key for service in asking]})


def accept_fix(*, actor: Actor, service: Service, fingerprint: str, schemas: Schemas) -> Service:
    """Accept the fix of one finding; from now on it is applied whenever the service is rendered.

    Raises:
        InvalidInput: there is no such finding, or only a person can mend it.
        Conflict: it was accepted before.
    """
    return accept_fixes(actor=actor, service=service, fingerprints=(fingerprint,), schemas=schemas)


@action
def accept_fixes(
    *, actor: Actor, service: Service, fingerprints: Sequence[str], schemas: Schemas
) -> Service:
    """Accept the fixes of several findings: all of them or none.

    Those of a revision for an environment come into the next one that is made for it.

    Raises:
        InvalidInput: there is no such finding, or only a person can mend it.
        Conflict: one was accepted before.
    """
    permissions.require(actor, Verb.ACCEPT_FIX, service.application)
    service = locked(service)
    findings = {
        fingerprint: records.finding_from(known.record)
        for fingerprint, known in known_findings(service).items()
    }
    wanted = tuple(dict.fromkeys(fingerprints))
    if not wanted:
        raise InvalidInput(msg("Name at least one finding to fix."))
    if AcceptedFix.objects.filter(service=service, fingerprint__in=wanted).exists():
        raise Conflict(msg("This fix was accepted before."))
    problems = [
        wrong
        for fingerprint in wanted
        if (wrong := _unfixable(fingerprint, findings.get(fingerprint), service)) is not None
    ]
    if problems:
        raise InvalidInput(msg("The fix cannot be accepted."), problems)
    found = [findings[fingerprint] for fingerprint in wanted]
    AcceptedFix.objects.bulk_create(
        AcceptedFix(
            service=service,
            fingerprint=finding.fingerprint,
            code=finding.code,
            by=actor.user,
            by_name=actor.name,
        )
        for finding in found
    )
    raise_version(service)
    assess(application=service.application, schemas=schemas, services=[service])
    for finding in found:
        audit.record(
            tag=Tag.FIX_ACCEPTED,
            actor=actor,
            data={
                "code": finding.code,
                "fingerprint": finding.fingerprint,
                "place": str(finding.place),
            },
            application=service.application,
            service=service,
        )
    return service


def _unfixable(fingerprint: str, finding: Finding | None, service: Service) -> Problem | None:
    """Why a finding cannot be fixed, if it cannot. A request names it by its fingerprint."""
    named = Place(path="/fingerprint")
    if finding is None:
        return Problem(
            "unknown_finding",
            msg(
                "%(key)s has no finding %(fingerprint)s. Look at its findings for those that it "
                "has.",
                key=service.key,
                fingerprint=fingerprint,
            ),
            named,
        )
    if fix_for(finding) is None:
        return Problem(
            "no_fix",
            msg(
                "Nothing can fix %(code)s at %(place)s by itself: it wants a person's hand.",
                code=finding.code,
                place=str(finding.place),
            ),
            named,
        )
    return None


@action
def withdraw_fix(
    *,
    actor: Actor,
    service: Service,
    fingerprint: str,
    schemas: Schemas,
    version: int | None = None,
) -> Service:
    """Take back the fix of one finding: from now on the service is rendered without it.

    Revisions that were made with it stay as they are; only what is made next lacks it.

    Raises:
        Conflict: it is not in force, because nobody accepted it or somebody took it back.
        StaleState: the service was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.ACCEPT_FIX, service.application)
    service = locked(service)
    fix = AcceptedFix.objects.filter(service=service, fingerprint=fingerprint).first()
    if fix is None:
        raise Conflict(msg("This fix is not in force, so there is nothing to take back."))
    raise_version(service, version)
    fix.delete()
    assess(application=service.application, schemas=schemas, services=[service])
    audit.record(
        tag=Tag.FIX_WITHDRAWN,
        actor=actor,
        data={"code": fix.code, "fingerprint": fingerprint},
        application=service.application,
        service=service,
    )
    return service


def _asked(services: Iterable[Service]) -> dict[str, list[str]]:
    """The questions of some services: id → allowed answers, empty for free text."""
    rows = Assessment.objects.filter(service__in=list(services)).values_list("questions", flat=True)
    return {
        question["id"]: [choice["value"] for choice in question["choices"]]
        for questions in rows
        for question in questions
    }


def _check(answers: Mapping[str, str | None], asked: Mapping[str, list[str]]) -> None:
    problems = [
        Problem(wrong.code, wrong.message, Place(path=_pointer(key)))
        for key, value in answers.items()
        if (wrong := _wrong(key, value, asked)) is not None
    ]
    if problems:
        raise InvalidInput(msg("The answers cannot be kept."), problems)


def _pointer(key: str) -> str:
    """Where an answer stands among the answers, as a JSON pointer."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _wrong(key: str, value: str | None, asked: Mapping[str, list[str]]) -> Problem | None:
    if key not in asked:
        return Problem("unknown_question", msg("Nobody asks %(id)s.", id=key))
    if value is None:
        return None
    if asked[key] and value not in asked[key]:
        return Problem(
            "unknown_choice",
            msg(
                "%(value)s is no answer to %(id)s. Choose one of %(choices)s.",
                value=value,
                id=key,
                choices=", ".join(asked[key]),
            ),
        )
    if len(value) > _LONGEST:
        return Problem("too_long", msg("An answer has at most %(most)s characters.", most=_LONGEST))
    if not value.strip() and key.partition(":")[0] in _NEVER_EMPTY:
        return Problem(
            "empty",
            msg("Nothing is no answer to %(id)s. Take the answer back to go by none.", id=key),
        )
    if key.startswith("volume-size:"):
        try:
            Quantity.parse(value)
        except InvalidInput as error:
            return Problem(error.code, error.message)
    return None


def _assess(
    application: Application,
    services: Sequence[Service],
    answers: Mapping[str, str | None],
    schemas: Schemas,
) -> None:
    """Look at the services with the new answers.

    Raises:
        InvalidInput: with such an answer, a source that tells of one cannot be read any more, or
            nothing can be rendered of it.
    """
    sound = Assessment.objects.filter(service__in=services, problem={})
    before = set(sound.values_list("service", flat=True))
    try:
        assess(application=application, schemas=schemas, services=services)
    except InvalidInput as error:
        if error.problems:
            raise
        at = _pointer(next(iter(answers))) if len(answers) == 1 else ""
        problem = Problem(error.code, error.message, Place(path=at))
        raise InvalidInput(msg("The answers cannot be kept."), [problem]) from None
    if before - set(sound.values_list("service", flat=True)):
        raise InvalidInput(msg("The answers cannot be kept."), gather(application).unread)


def _keep(
    actor: Actor,
    application: Application,
    service: Service | None,
    answers: Mapping[str, str | None],
) -> None:
    for key, value in answers.items():
        rows = Answer.objects.filter(application=application, service=service, question_id=key)
        if value is None:
            rows.delete()
            continue
        secret = is_secret_answer(key, value)
        Answer.objects.update_or_create(
            application=application,
            service=service,
            question_id=key,
            defaults={
                "value": MARKER if secret else value,
                "sealed": value.encode() if secret else None,
                "by": actor.user,
                "by_name": actor.name,
            },
        )


def _record(
    actor: Actor,
    application: Application,
    service: Service | None,
    answers: Mapping[str, str | None],
    more: Mapping[str, Any],
) -> None:
    """What was answered and what was taken back are two events, if there is something of both."""
    given = {key: shown_answer(key, value) for key, value in answers.items() if value is not None}
    withdrawn = [key for key, value in answers.items() if value is None]
    events: list[tuple[Tag, dict[str, Any]]] = []
    if withdrawn:
        events.append((Tag.ANSWER_WITHDRAWN, {"questions": withdrawn}))
    if given or not withdrawn:
        events.append((Tag.ANSWER_GIVEN, {"answers": given}))
    for tag, data in events:
        audit.record(
            tag=tag,
            actor=actor,
            data={**data, **more},
            application=application,
            service=service,
        )
