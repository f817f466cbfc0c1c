"""Secrets that presets move, hide or leave to the cluster, from the source to the revision."""

from __future__ import annotations

import pytest

from migrations_app.actions.presets import create_preset
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.models import Application, Revision, SecretValue, Service
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
"""
MOVED = "name: moved\nconfiguration: {variables: configMap, secrets: secret, rollout: hash}\n"
FETCHED = (
    MOVED + "secrets: {mode: external-secrets, store: {name: vault, kind: ClusterSecretStore}}\n"
)


@pytest.fixture
def web(operator: Actor, application: Application, schemas: BundledSchemas) -> Service:
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": WEB}, schemas=schemas
    )
    return stored.matches[0].service


def revised(operator: Actor, web: Service, schemas: BundledSchemas, where: str) -> Revision:
    web.refresh_from_db()
    revision, _new = make_revision(
        actor=operator, service=web, wish=Wish(where, {}, {}), schemas=schemas
    )
    return revision


def values() -> dict[tuple[str, str], bytes]:
    return {
        (row.object, row.pointer): row.versions.get(number=row.latest).value
        for row in SecretValue.objects.all()
    }


PLACE = ("Secret/web-secrets", "/stringData/DB_PASSWORD")


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["", "scope: {environment: staging}\n"])
def test_a_value_that_moved_is_kept_where_it_is_now(
    operator: Actor, administrator: Actor, web: Service, schemas: BundledSchemas, scope: str
) -> None:
    create_preset(actor=administrator, text=MOVED + scope, schemas=schemas)
    revision = revised(operator, web, schemas, "staging")
    assert "hunter2" not in revision.text
    assert f"DB_PASSWORD: {MARKER}" in revision.text
    assert values()[PLACE] == b"hunter2hunter2"
    assert any(PLACE[1] in key for key in revision.secret_versions), revision.secret_versions


@pytest.mark.django_db
def test_what_an_operator_fetches_is_nowhere_in_a_revision(
    operator: Actor, administrator: Actor, web: Service, schemas: BundledSchemas
) -> None:
    create_preset(actor=administrator, text=FETCHED, schemas=schemas)
    revision = revised(operator, web, schemas, "local")
    kinds = [body["kind"] for body in revision.objects_json]
    assert kinds == ["Deployment", "ConfigMap", "ExternalSecret"]
    assert "hunter2" not in str(Revision.objects.values().get(pk=revision.pk))
