"""What the pages of a service show and do."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from migrations_app.actions.choices import answer_questions
from migrations_app.actions.presets import create_preset
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.runs import RunKind
from migrations_app.models import (
    AcceptedFix,
    Answer,
    Application,
    Assessment,
    PinnedPreset,
    Rehearsal,
    Run,
    Service,
)
from migrations_app.queries.actors import Actor
from migrations_app.web.views.service_questions import given_answers
from tests.factories import RehearsalFactory, RunFactory

LogIn = Callable[[Actor], Client]

POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
    - name: api
      image: nginx:1.27
      ports: [{containerPort: 8000}]
      env:
        - {name: DB_PASSWORD, value: correct-horse-battery}
"""
PRESET = """\
name: bank-registry
scope: {application: banking-app}
parameters: {GIT_COMMIT: {required: true}}
registry:
  rewrite: [{from: docker.io, to: mirror.example.com/hub}]
  tag: "${GIT_COMMIT}"
"""


@pytest.fixture
def api(application: Application, operator: Actor, schemas: BundledSchemas) -> Service:
    """A bare pod with a secret in clear and no probes."""
    files = {"api.yaml": POD}
    stored = store_source(actor=operator, application=application, files=files, schemas=schemas)
    return stored.matches[0].service


@pytest.fixture
def visitor(operator: Actor, as_person: LogIn) -> Client:
    return as_person(operator)


def address(name: str, service: Service, *rest: str) -> str:
    return reverse(name, args=[service.pk, *rest])


def fixable(service: Service) -> list[dict[str, str]]:
    found = Assessment.objects.get(service=service).findings
    return [record for record in found if record["fixable"] and not record["mended"]]


def test_every_line_says_where_it_comes_from_and_no_secret_is_shown(
    api: Service, visitor: Client
) -> None:
    page = visitor.get(address("service-manifest", api)).content.decode()
    assert 'id="L1"' in page
    assert "api.yaml:7" in page
    assert "every line explained" in page
    assert "correct-horse-battery" not in page
    assert "redacted" in page


def test_a_fix_shows_its_change_before_it_is_accepted(api: Service, visitor: Client) -> None:
    finding = next(record for record in fixable(api) if record["code"] == "CFG-01")
    where = address("service-fix", api, finding["fingerprint"])
    part = visitor.get(where, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert b"secretKeyRef" in part.content
    assert b"<html" not in part.content
    assert not AcceptedFix.objects.exists()
    answer = visitor.post(where, follow=True)
    assert "Fixed CFG-01" in answer.content.decode()
    assert AcceptedFix.objects.get().fingerprint == finding["fingerprint"]


def test_all_fixes_are_shown_together_and_accepted_together(api: Service, visitor: Client) -> None:
    where = address("service-fix-all", api)
    page = visitor.get(where).content.decode()
    wanted = [record["fingerprint"] for record in fixable(api)]
    assert all(fingerprint in page for fingerprint in wanted)
    assert "Pod/api → Deployment/api" in page
    visitor.post(where, {"fingerprint": wanted})
    assert AcceptedFix.objects.count() == len(wanted)


def test_a_fix_for_production_comes_into_its_next_revision(
    api: Service, operator: Actor, visitor: Client, schemas: BundledSchemas
) -> None:
    visitor.post(
        address("service-fix-all", api), {"fingerprint": [f["fingerprint"] for f in fixable(api)]}
    )
    api.refresh_from_db()
    wish = Wish("production", images={}, parameters={})
    first, _new = make_revision(actor=operator, service=api, wish=wish, schemas=schemas)
    finding = next(f for f in first.findings if f["code"] == "PRD-05")
    where = address("service-fix", api, finding["fingerprint"])
    shown = visitor.get(f"{address('service-manifest', api)}?revision={first.number}")
    assert where in shown.content.decode()

    assert b"maxSurge" in visitor.get(where, headers={"HX-Request": "true"}).content
    assert "Fixed PRD-05" in visitor.post(where, follow=True).content.decode()

    api.refresh_from_db()
    second, new = make_revision(actor=operator, service=api, wish=wish, schemas=schemas)
    assert new
    assert "maxSurge" in second.text
    assert second.base_digest == first.base_digest, "it is nothing that a rehearsal would prove"
    assert "PRD-05" not in {f["code"] for f in second.findings}
    assert visitor.get(where).status_code == 404


def test_a_fix_of_no_finding_is_not_found(api: Service, visitor: Client) -> None:
    where = address("service-fix", api, "0123456789abcdef")
    assert visitor.get(where).status_code == 404
    assert visitor.post(where).status_code == 422


def test_many_answers_are_kept_at_once_and_can_be_changed(asking: Service, visitor: Client) -> None:
    where = address("service-questions", asking)
    page = visitor.get(where).content.decode()
    questions = Assessment.objects.get(service=asking).questions
    assert questions
    assert "Recommended" in page or "recommended" in page
    answers = {f"answer:{q['id']}": q["recommended"] or "standard" for q in questions}
    answer = visitor.post(where, answers, follow=True)
    assert Answer.objects.filter(service=asking).count() == len(questions)
    assert "Nothing is asked any more" in answer.content.decode()


def test_answers_begin_a_preset_that_gives_them_to_others(asking: Service, visitor: Client) -> None:
    where = address("service-questions", asking)
    questions = Assessment.objects.get(service=asking).questions
    assert "Make a preset of them" not in visitor.get(where).content.decode()
    answers = {f"answer:{q['id']}": q["recommended"] or "standard" for q in questions}
    page = visitor.post(where, answers, follow=True).content.decode()
    assert "Make a preset of them" in page
    begun = f"{reverse('preset-new')}?answers={asking.pk}"
    assert begun in page

    text = visitor.get(begun).context["form"].initial["text"]

    assert set(Preset.from_text(text).sections["answers"]) <= {
        key for q in questions for key in (q["id"], q["code"])
    }
    elsewhere = visitor.get(f"{reverse('preset-new')}?answers={uuid4()}")
    assert "my-preset" in elsewhere.content.decode()


def test_an_answer_that_is_none_keeps_what_was_typed(asking: Service, visitor: Client) -> None:
    where = address("service-questions", asking)
    answer = visitor.post(where, {"answer:nobody-asks": "x"})
    assert answer.status_code == 422
    assert "Nobody asks nobody-asks" in answer.content.decode()
    question = Assessment.objects.get(service=asking).questions[0]
    long = "9" * 2001
    answer = visitor.post(where, {f"answer:{question['id']}": long})
    assert answer.status_code == 422
    assert long in answer.content.decode() or question["choices"]
    assert not Answer.objects.exists()


def test_an_empty_field_is_an_answer_where_it_means_nothing(
    operator: Actor, application: Application, schemas: BundledSchemas, visitor: Client
) -> None:
    text = """\
name: shop
services:
  db: {image: "docker.io/library/postgres:16"}
  web: {build: ., depends_on: [db]}
"""
    stored = store_source(
        actor=operator,
        application=application,
        files={"compose.yaml": text.encode()},
        schemas=schemas,
    )
    services = {match.service.name: match.service for match in stored.matches}
    visitor.post(address("service-questions", services["db"]), {"answer:service-port:db": ""})
    assert Answer.objects.get().value == ""
    assert "port: 5432" not in Assessment.objects.get(service=services["db"]).text
    web = address("service-questions", services["web"])
    refused = visitor.post(web, {"answer:image-name:web:web": " "})
    assert refused.status_code == 422
    assert "The field is empty" in refused.content.decode()
    with pytest.raises(InvalidInput) as caught:
        answer_questions(
            actor=operator,
            service=services["web"],
            answers={"image-name:web:web": ""},
            schemas=schemas,
        )
    assert [str(p.place) for p in caught.value.problems] == ["/image-name:web:web"]


def test_the_text_of_a_file_keeps_its_lines(rf: RequestFactory) -> None:
    typed = {"answer:missing-file:shop:a.env": "  A=1\r\nB=2\r\n", "answer:image-name:a:a": " x "}
    given = given_answers(rf.post("/", typed))  # type: ignore[arg-type]
    assert given == {"missing-file:shop:a.env": "  A=1\nB=2\n", "image-name:a:a": "x"}


def test_a_missing_parameter_is_asked_for_and_the_rest_stays_typed(
    api: Service, visitor: Client, operator: Actor, schemas: BundledSchemas
) -> None:
    create_preset(actor=operator, text=PRESET, schemas=schemas)
    where = address("service-revision", api)
    assert "GIT_COMMIT" in visitor.get(where).content.decode()
    answer = visitor.post(where, {"environment": "local", "image:api": "example.com/api:9"})
    assert answer.status_code == 422
    assert "example.com/api:9" in answer.content.decode()
    assert not Run.objects.exists()
    values = {"environment": "staging", "parameter:GIT_COMMIT": "3f9c2e1", "commit": "3f9c2e1"}
    answer = visitor.post(where, values)
    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    assert run.kind == RunKind.REVISION.value
    assert run.params["parameters"] == {"GIT_COMMIT": "3f9c2e1"}


def test_manifests_are_compared_with_each_other_and_with_the_source(
    api: Service, visitor: Client, operator: Actor, schemas: BundledSchemas
) -> None:
    for image in ("example.com/api:1", "example.com/api:2"):
        wish = Wish("local", {"api": image}, {})
        make_revision(actor=operator, service=api, wish=wish, schemas=schemas)
    where = address("service-manifest", api)
    page = visitor.get(where, {"view": "diff", "revision": "2", "against": "1"}).content.decode()
    assert "kh-code__line--remove" in page
    assert "kh-code__line--add" in page
    page = visitor.get(where, {"view": "diff", "against": "source"}).content.decode()
    assert "Pod/api" in page
    assert "correct-horse-battery" not in page
    assert visitor.get(where, {"revision": "77"}).status_code == 404
    assert visitor.get(where, {"view": "diff", "against": "77"}).status_code == 404


def test_the_loss_report_tells_settings_from_what_nobody_set(
    asking: Service, visitor: Client
) -> None:
    where = address("service-loss-report", asking)
    page = visitor.get(where).content.decode()
    assert "of the settings came over" in page
    assert "fields of the source is accounted for" in page
    assert "more fields are no settings" in page
    assert "Runtime state of this host" not in page
    aside = visitor.get(where, {"outcome": "aside"}).content.decode()
    assert "Runtime state of this host" in aside
    assert "No row matches" in visitor.get(where, {"q": "no-such-path"}).content.decode()
    asked = visitor.get(where, {"outcome": "question"}).content.decode()
    assert asked.count("data-item-link") < page.count("data-item-link")


def test_a_refused_move_names_the_closed_gates_and_changes_nothing(
    api: Service, visitor: Client
) -> None:
    answer = visitor.post(address("service-gates", api), {"to": "compatible"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "gates are closed" in page
    assert "There is no revision yet" in page
    api.refresh_from_db()
    assert api.phase == "local"


def test_a_service_moves_when_its_gates_are_open(
    web: Service, rehearsed: Rehearsal, visitor: Client
) -> None:
    answer = visitor.post(address("service-gates", web), {"to": "compatible"}, follow=True)
    web.refresh_from_db()
    assert web.phase == "compatible"
    assert "Compatible now" in answer.content.decode()
    answer = visitor.post(address("service-gates", web), {"to": "local", "reason": ""})
    assert answer.status_code == 422
    assert "A move back needs a reason" in answer.content.decode()


def test_presets_are_pinned_and_taken_off(
    api: Service, visitor: Client, operator: Actor, schemas: BundledSchemas
) -> None:
    create_preset(actor=operator, text=PRESET, schemas=schemas, pinned_only=True)
    where = address("service-presets", api)
    visitor.post(where, {"version": "bank-registry@1", "environment": "production"})
    pin = PinnedPreset.objects.get(service=api)
    assert (pin.version.number, pin.environment) == (1, "production")
    assert visitor.post(where, {"version": "bank-registry@9"}).status_code == 422
    visitor.post(where, {"remove": str(pin.position)})
    assert not PinnedPreset.objects.exists()


def test_the_owner_is_changed_unless_somebody_was_faster(api: Service, visitor: Client) -> None:
    where = address("service-edit", api)
    visitor.post(where, {"owner": "高橋 健太", "version": str(api.version)})
    api.refresh_from_db()
    assert api.owner == "高橋 健太"
    assert visitor.post(where, {"owner": "me", "version": "1"}).status_code == 412
    assert visitor.post(where, {"owner": "x" * 151, "version": ""}).status_code == 422
    api.refresh_from_db()
    assert api.owner == "高橋 健太"


def test_a_rehearsal_is_started_from_its_tab(
    web: Service, rehearsed: Rehearsal, visitor: Client
) -> None:
    where = address("service-rehearsals", web)
    values = {"revision": "1", "host": "local", "peers": "none"}
    answer = visitor.post(where, values)
    run = Run.objects.get(state="queued")
    assert answer["Location"] == reverse("run", args=[run.pk])
    again = visitor.post(where, values)
    assert again.status_code == 409
    assert reverse("run", args=[run.pk]) in again.content.decode()
    assert visitor.post(where, {**values, "revision": "9"}).status_code == 422


@pytest.mark.parametrize(
    "name", ["service", "service-manifest", "service-rehearsals", "service-timeline"]
)
def test_more_rows_take_no_more_queries(
    name: str, web: Service, rehearsed: Rehearsal, visitor: Client
) -> None:
    where = address(name, web)
    visitor.get(where)
    with CaptureQueriesContext(connection) as few:
        visitor.get(where)
    for number in range(2, 12):
        RehearsalFactory.create(
            run=RunFactory.create(service=web, application=web.application),
            service=web,
            revision=rehearsed.revision,
            number=number,
            base_digest=rehearsed.base_digest,
        )
    with CaptureQueriesContext(connection) as many:
        visitor.get(where)
    assert len(many) == len(few)
