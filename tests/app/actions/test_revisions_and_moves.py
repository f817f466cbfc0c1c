"""From a source to a revision, through the gates into the next phase."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from migrations_app.actions.choices import accept_fix, answer_questions
from migrations_app.actions.phases import move_service
from migrations_app.actions.presets import Pin, create_preset, create_version, pin_presets
from migrations_app.actions.revisions import Change, Wish, make_revision, start_revision
from migrations_app.actions.services import archive_service, change_service
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import (
    Conflict,
    GateClosed,
    IllegalMove,
    InvalidInput,
    InvalidPreset,
    MissingParameter,
    NotAllowed,
    StaleState,
    WorkbenchError,
)
from migrations_app.domain.pipeline.gates import closed
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import (
    Application,
    Assessment,
    AuditEvent,
    PhaseMove,
    Revision,
    Run,
    Service,
    SharedRevision,
)
from migrations_app.queries.actors import Actor
from migrations_app.queries.facts import gates_before
from tests.factories import RehearsalFactory, RunFactory

GOOD = b"""\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/bank/web:1.4.2
          ports: [{name: http, containerPort: 8080}]
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 128Mi}
          readinessProbe: {httpGet: {path: /healthz, port: http}}
          livenessProbe: {httpGet: {path: /healthz, port: http}}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
            seccompProfile: {type: RuntimeDefault}
"""
PRESET = """\
name: staging-registry
scope: {environment: staging}
parameters: {TAG: {required: true}}
registry:
  rewrite: [{from: registry.example.com, to: mirror.example.org}]
  tag: "${TAG}"
"""
LIMITS = """\
name: limits
resources:
  containers: {web: {requests: {cpu: 250m}}}
"""
LONELY = b"""\
apiVersion: v1
kind: Pod
metadata: {name: lonely}
spec: {containers: [{name: c, image: example.com/c:1}]}
"""


def wish(environment: str = "local", **parameters: str) -> Wish:
    return Wish(environment, {}, parameters)


@pytest.fixture
def web(operator: Actor, application: Application, schemas: BundledSchemas) -> Service:
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": GOOD}, schemas=schemas
    )
    return stored.matches[0].service


def rehearsed(service: Service, outcome: str = "passed") -> None:
    revision = service.revisions.order_by("-number").first()
    assert revision is not None
    RehearsalFactory.create(
        service=service,
        revision=revision,
        run=RunFactory.create(service=service),
        number=service.rehearsals.count() + 1,
        base_digest=revision.base_digest,
        shared_digest=revision.shared_digest,
        outcome=outcome,
    )


@pytest.mark.django_db
def test_unchanged_inputs_give_the_same_revision(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    first, new = make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    second, newer = make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    assert (new, newer, second) == (True, False, first)
    assert first.submissions.count() == 1
    assert first.digest == first.base_digest
    assert first.author_name == "olga"


@pytest.mark.django_db
def test_another_author_of_the_change_is_another_submission(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    first, _new = make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    theirs = Wish("local", {}, {}, Change("abc123", "mallory@example.com", ""))
    second, new = make_revision(actor=operator, service=web, wish=theirs, schemas=schemas)
    assert (second, new) == (first, False)
    assert {s.change_author for s in first.submissions.all()} == {"", "mallory@example.com"}
    assert AuditEvent.objects.filter(tag="revision:submitted").count() == 1


@pytest.mark.django_db
def test_an_environment_adds_its_layer_and_leaves_the_base_alone(
    operator: Actor, administrator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    create_preset(actor=administrator, text=PRESET, schemas=schemas)
    with pytest.raises(MissingParameter, match="TAG"):
        make_revision(actor=operator, service=web, wish=wish("staging"), schemas=schemas)
    local, _new = make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    staging, _new = make_revision(
        actor=operator, service=web, wish=wish("staging", TAG="2.0"), schemas=schemas
    )
    assert "mirror.example.org/bank/web:2.0" in staging.text
    assert staging.digest != staging.base_digest == local.base_digest
    assert staging.preset_versions == ["staging-registry@1"]


@pytest.mark.django_db
def test_there_is_no_revision_for_an_unknown_environment(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    with pytest.raises(InvalidInput, match="local, staging, production"):
        make_revision(actor=operator, service=web, wish=wish("moon"), schemas=schemas)


@pytest.mark.django_db
def test_an_image_for_no_container_makes_no_revision(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    slip = Wish("local", {"wbe": "registry.example.com/web:2"}, {})
    with pytest.raises(InvalidInput, match=r"No container is called wbe\. There are: web"):
        make_revision(actor=operator, service=web, wish=slip, schemas=schemas)
    assert not Revision.objects.exists()


@pytest.mark.django_db
def test_what_cannot_be_an_image_is_refused_before_a_run_is_queued(
    operator: Actor, web: Service
) -> None:
    with pytest.raises(InvalidInput, match="UPPER CASE"):
        start_revision(actor=operator, service=web, wish=Wish("local", {"web": "UPPER CASE"}, {}))
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_shared_objects_have_a_revision_of_their_own(
    operator: Actor, application: Application, web: Service, schemas: BundledSchemas
) -> None:
    text = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: bank}\n"
    store_source(actor=operator, application=application, files={"ns.yaml": text}, schemas=schemas)
    revision, _new = make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    shared = SharedRevision.objects.get()
    assert "kind: Namespace" in shared.text
    assert "Namespace" not in revision.text
    assert revision.shared_digest == shared.digest
    assert revision.shared == shared


@pytest.mark.django_db
def test_a_service_moves_when_its_gates_are_open(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    with pytest.raises(GateClosed) as refused:
        move_service(actor=operator, service=web, to=Phase.COMPATIBLE)
    assert "revision" in [gate.code for gate in closed(refused.value.gates)]
    make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    assert [g.code for g in closed(gates_before(web, Phase.COMPATIBLE))] == ["rehearsal"]
    rehearsed(web)
    web.refresh_from_db()
    move = move_service(actor=operator, service=web, to=Phase.COMPATIBLE)
    web.refresh_from_db()
    assert (web.phase, move.start, move.to) == ("compatible", "local", "compatible")
    events = AuditEvent.objects.filter(tag="service:moved").order_by("seq")
    assert [event.outcome for event in events] == ["refused", "ok"]


@pytest.mark.django_db
def test_a_failed_rehearsal_keeps_the_gate_closed(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    rehearsed(web)
    rehearsed(web, "failed")
    with pytest.raises(GateClosed):
        move_service(actor=operator, service=web, to=Phase.COMPATIBLE)


@pytest.mark.django_db
def test_a_change_after_the_rehearsal_closes_the_gates_again(
    operator: Actor, application: Application, web: Service, schemas: BundledSchemas
) -> None:
    make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    rehearsed(web)
    store_source(
        actor=operator,
        application=application,
        files={"web.yaml": GOOD.replace(b"1.4.2", b"1.5.0")},
        schemas=schemas,
    )
    assert [g.code for g in closed(gates_before(web, Phase.COMPATIBLE))] == ["revision"]
    make_revision(actor=operator, service=web, wish=wish(), schemas=schemas)
    assert [g.code for g in closed(gates_before(web, Phase.COMPATIBLE))] == ["rehearsal"]


@pytest.mark.django_db
def test_a_way_back_is_open_and_leaves_its_reason(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    Service.objects.filter(pk=web.pk).update(phase="compatible")
    web.refresh_from_db()
    with pytest.raises(InvalidInput):
        move_service(actor=operator, service=web, to=Phase.LOCAL)
    move_service(actor=operator, service=web, to=Phase.LOCAL, reason="It broke")
    assert PhaseMove.objects.first().reason == "It broke"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_an_illegal_move_is_refused_and_recorded(operator: Actor, web: Service) -> None:
    with pytest.raises(IllegalMove):
        move_service(actor=operator, service=web, to=Phase.PRODUCTION)
    assert AuditEvent.objects.filter(tag="service:moved", outcome="refused").count() == 1


@pytest.mark.django_db
def test_the_second_of_two_movers_loses(operator: Actor, web: Service) -> None:
    Service.objects.filter(pk=web.pk).update(phase="staging")
    seen, stale = Service.objects.get(pk=web.pk), Service.objects.get(pk=web.pk)
    move_service(actor=operator, service=seen, to=Phase.LOCAL, reason="Begin anew")
    with pytest.raises(StaleState):
        move_service(actor=operator, service=stale, to=Phase.COMPATIBLE, reason="One back")


@pytest.mark.django_db(transaction=True)
def test_of_movers_at_once_one_wins(operator: Actor, web: Service) -> None:
    Service.objects.filter(pk=web.pk).update(phase="staging")
    results: list[str] = []
    start = threading.Barrier(4)

    def mover() -> None:
        service = Service.objects.get(pk=web.pk)
        start.wait()
        try:
            move_service(actor=operator, service=service, to=Phase.COMPATIBLE, reason="Back")
            results.append("moved")
        except WorkbenchError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=mover) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["moved", "stale", "stale", "stale"]
    assert PhaseMove.objects.filter(to="compatible").count() == 1


@pytest.mark.django_db
def test_who_only_looks_moves_nothing(viewer: Actor, web: Service) -> None:
    with pytest.raises(NotAllowed):
        move_service(actor=viewer, service=web, to=Phase.COMPATIBLE)


@pytest.mark.django_db
def test_an_accepted_fix_shapes_everything_that_follows(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored = store_source(
        actor=operator, application=application, files={"p.yaml": LONELY}, schemas=schemas
    )
    service = stored.matches[0].service
    finding = next(f for f in service.assessment.findings if f["code"] == "WLD-01")
    accept_fix(actor=operator, service=service, fingerprint=finding["fingerprint"], schemas=schemas)
    assessment = Assessment.objects.get(service=service)
    assert "kind: Deployment" in assessment.text
    assert "WLD-01" not in [f["code"] for f in assessment.findings]
    revision, _new = make_revision(actor=operator, service=service, wish=wish(), schemas=schemas)
    assert "kind: Deployment" in revision.text
    with pytest.raises(Conflict):
        accept_fix(
            actor=operator, service=service, fingerprint=finding["fingerprint"], schemas=schemas
        )


@pytest.mark.django_db
def test_what_nobody_asked_needs_no_answer(
    operator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    with pytest.raises(InvalidInput, match="Nobody asks"):
        answer_questions(actor=operator, service=web, answers={"what": "this"}, schemas=schemas)


@pytest.mark.django_db
def test_presets_apply_by_scope_and_pins_win(
    operator: Actor, administrator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    version = create_preset(actor=administrator, text=LIMITS, schemas=schemas)
    assert "cpu: 250m" in Assessment.objects.get(service=web).text
    create_version(
        actor=administrator,
        preset=version.preset,
        text=LIMITS.replace("250m", "300m"),
        schemas=schemas,
    )
    assert "cpu: 300m" in Assessment.objects.get(service=web).text
    pin_presets(actor=operator, service=web, pins=[Pin(version.preset, 1)], schemas=schemas)
    assert "cpu: 250m" in Assessment.objects.get(service=web).text


@pytest.mark.django_db
def test_presets_of_the_organisation_are_for_administrators(
    operator: Actor, application: Application, web: Service, schemas: BundledSchemas
) -> None:
    with pytest.raises(NotAllowed):
        create_preset(actor=operator, text=LIMITS, schemas=schemas)
    own = LIMITS + "scope: {application: banking-app}\n"
    version = create_preset(actor=operator, text=own, schemas=schemas)
    assert version.preset.application == application
    with pytest.raises(InvalidPreset):
        create_preset(actor=operator, text="name: x\nsizes: {}\n", schemas=schemas)
    with pytest.raises(InvalidInput, match="fixed"):
        create_version(
            actor=operator,
            preset=version.preset,
            text=own.replace("limits", "other"),
            schemas=schemas,
        )
    with pytest.raises(Conflict, match="exactly this"):
        create_version(actor=operator, preset=version.preset, text=own, schemas=schemas)


@pytest.mark.django_db
def test_every_change_raises_the_version_that_editors_compare(
    operator: Actor, web: Service
) -> None:
    seen = web.version
    change_service(actor=operator, service=web, owner="team-a", version=seen)
    with pytest.raises(StaleState):
        change_service(actor=operator, service=web, owner="team-b", version=seen)
    assert Service.objects.get(pk=web.pk).owner == "team-a"


@pytest.mark.django_db
def test_an_archived_service_comes_back_with_a_new_source(
    operator: Actor, application: Application, web: Service, schemas: BundledSchemas
) -> None:
    archive_service(actor=operator, service=web, schemas=schemas)
    with pytest.raises(Conflict):
        move_service(actor=operator, service=web, to=Phase.COMPATIBLE)
    store_source(
        actor=operator,
        application=application,
        files={"web.yaml": GOOD.replace(b"1.4.2", b"1.5.0")},
        schemas=schemas,
    )
    web.refresh_from_db()
    assert web.archived is None
    assert Revision.objects.count() == 0
