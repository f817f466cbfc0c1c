"""Storing sources: all or nothing, recognised again, matched with services."""

from __future__ import annotations

import pytest

from migrations_app.actions.sources import OnConflict, purge_source, store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import Conflict, NotAllowed, UnreadableSource
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.models import (
    Application,
    Assessment,
    AuditEvent,
    SecretValue,
    Service,
    Source,
    SourceMember,
)
from migrations_app.queries.actors import Actor

WEB = b"""\
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
          env:
            - {name: DB_PASSWORD, value: hunter2hunter2}
            - {name: LEVEL, value: info}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
DB = b"""\
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: swordfish-12}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: Data_Base}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: registry.example.com/bank/db:16
          envFrom: [{secretRef: {name: db}}]
---
apiVersion: v1
kind: Namespace
metadata: {name: bank}
"""
BROKEN = b"kind: [unclosed"

pytestmark = pytest.mark.django_db


def test_every_workload_becomes_a_service_in_its_first_phase(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored = store_source(
        actor=operator,
        application=application,
        files={"web.yaml": WEB, "db.yaml": DB},
        schemas=schemas,
    )
    assert [(m.service.key, m.outcome) for m in stored.matches] == [
        ("web", "created"),
        ("data-base", "created"),
    ]
    database = Service.objects.get(key="data-base")
    assert (database.name, database.workload_kind, database.phase) == (
        "Data_Base",
        "StatefulSet",
        "local",
    )
    assert database.moves.count() == 1
    assert {"from": "Data_Base", "to": "data-base"}.items() <= database.assessment.renames[
        0
    ].items()


def test_secret_values_are_kept_encrypted_and_shown_nowhere(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    store_source(
        actor=operator,
        application=application,
        files={"web.yaml": WEB, "db.yaml": DB},
        schemas=schemas,
    )
    member = SourceMember.objects.get(path="web.yaml")
    assert member.original == WEB
    assert "hunter2" not in member.redacted
    assert "value: info" in member.redacted
    for table in (Source, Assessment, AuditEvent):
        for row in table.objects.all().values():
            assert "hunter2" not in str(row)
            assert "swordfish" not in str(row)
    values = {str(s): s.versions.get().value for s in SecretValue.objects.all()}
    assert set(values.values()) == {b"hunter2hunter2", b"swordfish-12"}
    assert MARKER in Assessment.objects.get(service__key="web").text


def test_the_same_bytes_are_the_same_source(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    first = store_source(
        actor=operator, application=application, files={"web.yaml": WEB}, schemas=schemas
    )
    second = store_source(
        actor=operator, application=application, files={"web.yaml": WEB}, schemas=schemas
    )
    assert (second.created, second.source) == (False, first.source)
    assert [match.outcome for match in second.matches] == ["unchanged"]
    assert Source.objects.count() == 1


def test_one_unreadable_file_refuses_everything_and_leaves_an_event(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    with pytest.raises(UnreadableSource) as refused:
        store_source(
            actor=operator,
            application=application,
            files={"web.yaml": WEB, "broken.yaml": BROKEN},
            schemas=schemas,
        )
    assert [problem.place.file for problem in refused.value.problems] == ["broken.yaml"]
    assert not Source.objects.exists()
    assert not Service.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.tag, event.outcome) == ("source:refused", "refused")


def test_partial_keeps_what_can_be_read(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored = store_source(
        actor=operator,
        application=application,
        files={"web.yaml": WEB, "broken.yaml": BROKEN},
        schemas=schemas,
        partial=True,
    )
    assert [match.service.key for match in stored.matches] == ["web"]
    broken = stored.source.members.get(path="broken.yaml")
    assert broken.errors
    assert broken.redacted == ""


def test_an_edited_file_updates_the_services_it_names(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    store_source(
        actor=operator,
        application=application,
        files={"all.yaml": WEB + b"---\n" + DB},
        schemas=schemas,
    )
    edited = (WEB + b"---\n" + DB).replace(b"web:1.4.2", b"web:1.5.0")
    stored = store_source(
        actor=operator, application=application, files={"all.yaml": edited}, schemas=schemas
    )
    assert {m.service.key: m.outcome for m in stored.matches} == {
        "web": "updated",
        "data-base": "unchanged",
    }
    assert Service.objects.count() == 2
    assert "web:1.5.0" in Assessment.objects.get(service__key="web").text
    assert Service.objects.get(key="web").service_sources.count() == 2


def test_the_rest_of_an_older_file_stays_in_force(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    store_source(
        actor=operator,
        application=application,
        files={"all.yaml": WEB + b"---\n" + DB},
        schemas=schemas,
    )
    store_source(
        actor=operator,
        application=application,
        files={"web.yaml": WEB.replace(b"1.4.2", b"2.0.0")},
        schemas=schemas,
    )
    web = Assessment.objects.get(service__key="web")
    assert web.text.count("kind: Deployment") == 1
    assert web.text.count("kind: Service") == 1
    assert "web:2.0.0" in web.text
    assert "db:16" in Assessment.objects.get(service__key="data-base").text


def test_new_makes_another_service_with_a_key_of_its_own(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    store_source(actor=operator, application=application, files={"a.yaml": WEB}, schemas=schemas)
    stored = store_source(
        actor=operator,
        application=application,
        files={"b.yaml": WEB.replace(b"1.4.2", b"2.0.0")},
        schemas=schemas,
        on_conflict=OnConflict.NEW,
    )
    keys = sorted(Service.objects.values_list("key", flat=True))
    assert keys[0] == "web"
    assert keys[1].startswith("web-")
    assert stored.matches[0].service.key == keys[1]
    assert "web:1.4.2" in Assessment.objects.get(service__key="web").text
    assert "web:2.0.0" in Assessment.objects.get(service__key=keys[1]).text


def test_refuse_stores_nothing(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    store_source(actor=operator, application=application, files={"a.yaml": WEB}, schemas=schemas)
    with pytest.raises(Conflict, match="web"):
        store_source(
            actor=operator,
            application=application,
            files={"b.yaml": WEB.replace(b"1.4.2", b"2.0.0")},
            schemas=schemas,
            on_conflict=OnConflict.REFUSE,
        )
    assert Source.objects.count() == 1


def test_objects_without_a_workload_are_shared(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"
    stored = store_source(
        actor=operator, application=application, files={"c.yaml": text}, schemas=schemas
    )
    assert stored.matches == []
    assert stored.source.matches == []


def test_who_only_looks_stores_nothing(
    viewer: Actor, application: Application, schemas: BundledSchemas
) -> None:
    with pytest.raises(NotAllowed, match="Operator"):
        store_source(actor=viewer, application=application, files={"a.yaml": WEB}, schemas=schemas)
    event = AuditEvent.objects.get()
    assert (event.tag, event.outcome, event.actor_name) == ("access:refused", "refused", "victor")


def test_a_purge_leaves_a_tombstone(
    operator: Actor, administrator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    stored = store_source(
        actor=operator, application=application, files={"a.yaml": WEB}, schemas=schemas
    )
    digest = stored.source.digest
    purge_source(actor=administrator, source=stored.source, reason="Asked for by its owner")
    member = SourceMember.objects.get()
    assert member.original is None
    assert stored.source.digest == digest
    with pytest.raises(Conflict):
        purge_source(actor=administrator, source=stored.source, reason="Again")
