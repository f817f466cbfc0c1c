"""Taking back what was decided: accepted fixes and answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations_app.actions.choices import (
    accept_fixes,
    answer_for_application,
    answer_questions,
    withdraw_fix,
)
from migrations_app.actions.permissions import Refusal
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import Conflict, StaleState
from migrations_app.models import AcceptedFix, Answer, Application, Assessment, AuditEvent, Service
from migrations_app.queries import trail
from migrations_app.queries.actors import Actor

TEXT = b"""\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: nginx:1.27
      ports: [{containerPort: 80}]
"""
CAPTURE = Path(__file__).parents[2] / "fixtures/inspect/podman4/My_App.v1"


@pytest.fixture
def fixed(application: Application, operator: Actor, schemas: BundledSchemas) -> Service:
    """A service of which every fix was accepted that leaves its objects their names."""
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": TEXT}, schemas=schemas
    )
    service = stored.matches[0].service
    found = Assessment.objects.get(service=service).findings
    wanted = [r["fingerprint"] for r in found if r["fixable"] and r["code"] != "WLD-01"]
    assert len(wanted) > 1
    return accept_fixes(actor=operator, service=service, fingerprints=wanted, schemas=schemas)


@pytest.fixture
def asking(application: Application, operator: Actor, schemas: BundledSchemas) -> Service:
    files = {f"app/{path.name}": path.read_bytes() for path in sorted(CAPTURE.iterdir())}
    stored = store_source(actor=operator, application=application, files=files, schemas=schemas)
    return stored.matches[0].service


def _image_fix(service: Service) -> str:
    return AcceptedFix.objects.get(service=service, code="IMG-01").fingerprint


def _first_question(service: Service) -> tuple[str, str]:
    question = Assessment.objects.get(service=service).questions[0]
    return question["id"], question["recommended"]


def test_the_service_is_rendered_without_a_fix_that_was_taken_back(
    fixed: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wanted, before = _image_fix(fixed), fixed.version
    assert "docker.io/library/nginx:1.27" in Assessment.objects.get(service=fixed).text
    service = withdraw_fix(actor=operator, service=fixed, fingerprint=wanted, schemas=schemas)
    assessment = Assessment.objects.get(service=service)
    assert "docker.io" not in assessment.text
    assert wanted in {record["fingerprint"] for record in assessment.findings}
    assert service.version == before + 1
    event = AuditEvent.objects.get(tag="fix:withdrawn")
    assert trail.told(event)["data"] == {"code": "IMG-01", "fingerprint": wanted}


def test_the_second_of_two_clicks_takes_nothing_more_back(
    fixed: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wanted = _image_fix(fixed)
    left = AcceptedFix.objects.count() - 1
    service = withdraw_fix(actor=operator, service=fixed, fingerprint=wanted, schemas=schemas)
    with pytest.raises(Conflict, match="not in force"):
        withdraw_fix(actor=operator, service=service, fingerprint=wanted, schemas=schemas)
    again = Service.objects.get(pk=service.pk)
    assert (again.version, AcceptedFix.objects.count()) == (service.version, left)
    assert AuditEvent.objects.filter(tag="fix:withdrawn").count() == 1


def test_who_read_an_older_version_takes_nothing_back(
    fixed: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wanted = _image_fix(fixed)
    with pytest.raises(StaleState):
        withdraw_fix(
            actor=operator,
            service=fixed,
            fingerprint=wanted,
            schemas=schemas,
            version=fixed.version - 1,
        )
    assert AcceptedFix.objects.filter(fingerprint=wanted).exists()
    assert not AuditEvent.objects.filter(tag="fix:withdrawn").exists()


def test_a_viewer_takes_no_fix_back(fixed: Service, viewer: Actor, schemas: BundledSchemas) -> None:
    wanted = _image_fix(fixed)
    with pytest.raises(Refusal):
        withdraw_fix(actor=viewer, service=fixed, fingerprint=wanted, schemas=schemas)
    assert AcceptedFix.objects.filter(fingerprint=wanted).exists()
    assert AuditEvent.objects.filter(tag="access:refused", actor_name="victor").exists()


def test_a_fix_that_was_taken_back_can_be_accepted_again(
    fixed: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wanted = _image_fix(fixed)
    before = Assessment.objects.get(service=fixed).digest
    service = withdraw_fix(actor=operator, service=fixed, fingerprint=wanted, schemas=schemas)
    accept_fixes(actor=operator, service=service, fingerprints=[wanted], schemas=schemas)
    assert Assessment.objects.get(service=fixed).digest == before


def test_an_answer_that_is_taken_back_leaves_the_question_open(
    asking: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    key, value = _first_question(asking)
    answer_questions(actor=operator, service=asking, answers={key: value}, schemas=schemas)
    answer_questions(actor=operator, service=asking, answers={key: None}, schemas=schemas)
    questions = {q["id"]: q for q in Assessment.objects.get(service=asking).questions}
    assert questions[key]["answer"] is None
    assert not Answer.objects.exists()
    event = AuditEvent.objects.get(tag="answer:withdrawn")
    assert trail.told(event)["data"] == {"questions": [key]}
    assert AuditEvent.objects.filter(tag="answer:given").count() == 1


def test_an_answer_for_the_application_is_taken_back_for_all(
    asking: Service, application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    key, value = _first_question(asking)
    for answers in ({key: value}, {key: None}):
        answer_for_application(
            actor=operator, application=application, answers=answers, schemas=schemas
        )
    assert not Answer.objects.exists()
    event = AuditEvent.objects.get(tag="answer:withdrawn")
    assert trail.told(event)["data"] == {"questions": [key], "services": [asking.key]}


def test_a_viewer_takes_no_answer_back(
    asking: Service, operator: Actor, viewer: Actor, schemas: BundledSchemas
) -> None:
    key, value = _first_question(asking)
    answer_questions(actor=operator, service=asking, answers={key: value}, schemas=schemas)
    with pytest.raises(Refusal):
        answer_questions(actor=viewer, service=asking, answers={key: None}, schemas=schemas)
    assert Answer.objects.filter(question_id=key).exists()
