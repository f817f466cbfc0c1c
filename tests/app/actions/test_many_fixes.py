"""Accepting several fixes at once: all of them or none."""

from __future__ import annotations

import pytest

from migrations_app.actions.choices import accept_fixes
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.models import AcceptedFix, Application, Assessment, AuditEvent, Service
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


@pytest.fixture
def service(application: Application, operator: Actor, schemas: BundledSchemas) -> Service:
    stored = store_source(
        actor=operator, application=application, files={"web.yaml": TEXT}, schemas=schemas
    )
    return stored.matches[0].service


def _fixable(service: Service) -> list[str]:
    found = Assessment.objects.get(service=service).findings
    return [r["fingerprint"] for r in found if r["fixable"] and not r["mended"]]


def test_all_of_them_are_accepted_in_one_step(
    service: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wanted = _fixable(service)
    assert len(wanted) > 1
    before = service.version
    accept_fixes(actor=operator, service=service, fingerprints=wanted, schemas=schemas)
    service.refresh_from_db()
    assert service.version == before + 1
    assert AcceptedFix.objects.filter(service=service).count() == len(wanted)
    assert AuditEvent.objects.filter(tag="fix:accepted").count() == len(wanted)


def test_one_that_is_unknown_keeps_all_of_them_out(
    service: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wanted = [*_fixable(service), "0000000000000000"]
    with pytest.raises(InvalidInput, match="0000000000000000"):
        accept_fixes(actor=operator, service=service, fingerprints=wanted, schemas=schemas)
    assert not AcceptedFix.objects.exists()


def test_the_same_fix_is_accepted_once(
    service: Service, operator: Actor, schemas: BundledSchemas
) -> None:
    wanted = _fixable(service)[:1]
    accept_fixes(actor=operator, service=service, fingerprints=wanted, schemas=schemas)
    with pytest.raises(Conflict):
        accept_fixes(actor=operator, service=service, fingerprints=wanted, schemas=schemas)
