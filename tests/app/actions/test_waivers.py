"""Waivers: who may grant them, what they change, and that nothing of it is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from migrations_app.actions.permissions import Refusal
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.actions.waivers import LONGEST, grant_waiver, revoke_waiver
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import Application, Assessment, AuditEvent, FindingWaiver, Service
from migrations_app.queries.actors import Actor
from migrations_app.queries.facts import gates_before
from migrations_app.queries.waivers import today, waived

TEXT = b"""\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: "registry.example.com/web:latest"}
"""
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def service(application: Application, operator: Actor, schemas: BundledSchemas) -> Service:
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": TEXT}, schemas=schemas
    )
    return stored.matches[0].service


def fingerprint(service: Service, code: str) -> str:
    found = Assessment.objects.get(service=service).findings
    return next(str(record["fingerprint"]) for record in found if record["code"] == code)


def grant(service: Service, actor: Actor, code: str = "IMG-02", **more: object) -> FindingWaiver:
    given: dict[str, object] = {"reason": "the vendor has no other tag", "expires": TOMORROW}
    return grant_waiver(
        actor=actor,
        service=service,
        fingerprint=fingerprint(service, code),
        **{**given, **more},  # type: ignore[arg-type]
    )


def test_a_waived_finding_closes_no_gate_until_it_is_revoked(
    service: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    made = make_revision(
        actor=operator, service=service, wish=Wish("local", {}, {}), schemas=schemas
    )
    assert made is not None

    def images() -> list[str]:
        gate = next(g for g in gates_before(service, Phase.COMPATIBLE) if g.code == "images")
        return [finding.code for finding in gate.findings]

    assert "IMG-02" in images()
    waiver = grant(service, operator)
    assert "IMG-02" not in images()
    revoke_waiver(actor=operator, waiver=waiver)
    assert "IMG-02" in images()
    events = list(AuditEvent.objects.filter(tag__startswith="waiver:").order_by("seq"))
    assert [event.tag for event in events] == ["waiver:granted", "waiver:revoked"]
    assert "the vendor has no other tag" in events[0].body


def test_it_ends_by_itself_and_makes_room_for_the_next(service: Service, operator: Actor) -> None:
    waiver = grant(service, operator)
    assert waived(service) == {waiver.fingerprint}
    FindingWaiver.objects.filter(pk=waiver.pk).update(expires=today() - timedelta(days=1))
    assert waived(service) == frozenset()
    assert grant(service, operator).pk != waiver.pk


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": "  "}, "reason"),
        ({"expires": today() - timedelta(days=1)}, "past"),
        ({"expires": today() + LONGEST + timedelta(days=1)}, "year"),
    ],
)
def test_what_is_no_sound_exception_is_refused(
    service: Service, operator: Actor, more: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        grant(service, operator, **more)
    assert not FindingWaiver.objects.exists()


def test_what_no_cluster_takes_cannot_be_waived(
    application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    broken = TEXT.replace(b'web:latest"', b'web:latest", ports: [{containerPort: 99999}]')
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": broken}, schemas=schemas
    )
    service = stored.matches[0].service
    found = Assessment.objects.get(service=service).findings
    stuck = [r for r in found if not r["waivable"] and not r["mended"]]
    assert stuck
    with pytest.raises(InvalidInput, match="cannot be waived"):
        grant_waiver(
            actor=operator,
            service=service,
            fingerprint=stuck[0]["fingerprint"],
            reason="please",
            expires=TOMORROW,
        )


def test_twice_is_once(service: Service, operator: Actor) -> None:
    waiver = grant(service, operator)
    with pytest.raises(Conflict):
        grant(service, operator)
    revoke_waiver(actor=operator, waiver=waiver)
    with pytest.raises(Conflict):
        revoke_waiver(actor=operator, waiver=waiver)


def test_whoever_only_looks_grants_nothing(service: Service, viewer: Actor) -> None:
    with pytest.raises(Refusal):
        grant(service, viewer)
    assert not FindingWaiver.objects.exists()
