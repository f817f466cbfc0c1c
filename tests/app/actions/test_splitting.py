"""A pod that is split by an answer: one service before and after, with all of its workloads."""

from __future__ import annotations

import pytest

from migrations_app.actions.choices import answer_questions
from migrations_app.actions.presets import create_preset
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, Assessment, Service
from migrations_app.queries.actors import Actor

pytestmark = pytest.mark.django_db

POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: webapp}
spec:
  containers:
  - {name: web, image: registry.example.com/web:1, args: ["localhost:3000"]}
  - {name: api, image: registry.example.com/api:1, ports: [{containerPort: 3000}]}
"""
QUESTION = "split-pod:webapp:pod"
WORKLOADS = ("name: webapp\n", "name: webapp-api\n")


def store(actor: Actor, application: Application, schemas: BundledSchemas) -> Service:
    stored = store_source(
        actor=actor, application=application, files={"pod.yaml": POD}, schemas=schemas
    )
    (match,) = stored.matches
    return match.service


def test_an_answer_splits_the_pod_and_taking_it_back_joins_it_again(
    application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    service = store(operator, application, schemas)
    whole = Assessment.objects.get(service=service).text

    answer_questions(actor=operator, service=service, answers={QUESTION: "apart"}, schemas=schemas)

    split = Assessment.objects.get(service=service)
    assert Service.objects.filter(application=application).count() == 1
    assert all(name in split.text for name in WORKLOADS)
    assert "webapp-api:3000" in split.text
    (question,) = split.questions
    assert (question["id"], question["answer"]) == (QUESTION, "apart")
    answer_questions(actor=operator, service=service, answers={QUESTION: None}, schemas=schemas)
    assert Assessment.objects.get(service=service).text == whole


def test_the_answer_of_a_preset_splits_the_pods_of_all_services(
    application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    text = (
        f"name: apart\nscope: {{application: {application.slug}}}\nanswers: {{split-pod: apart}}\n"
    )
    create_preset(actor=operator, text=text, schemas=schemas)

    service = store(operator, application, schemas)

    found = Assessment.objects.get(service=service)
    assert all(name in found.text for name in WORKLOADS)
    assert found.open_questions == 0
