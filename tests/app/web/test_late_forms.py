"""Forms that come late: who was faster, what differs, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from migrations_app.actions.applications import Target, put_environment
from migrations_app.actions.hosts import add_host, change_host
from migrations_app.actions.presets import create_preset, create_version
from migrations_app.actions.services import change_service
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import StaleState
from migrations_app.domain.people.roles import Role
from migrations_app.models import Application, AuditEvent, Environment, Host, PresetVersion, Service
from migrations_app.queries.actors import Actor
from tests.app.conftest import person

LogIn = Callable[[Actor], Client]
PRESET = """\
name: bank
scope: {{application: banking-app}}
resources:
  default: {{requests: {{cpu: {cpu}}}}}
"""


@pytest.fixture
def colleague(application: Application) -> Actor:
    """Somebody else who works in the application."""
    return person("kenta", Role.OPERATOR, application)


def test_the_owner_of_a_service_that_was_changed_meanwhile(
    web: Service, operator: Actor, colleague: Actor, as_person: LogIn
) -> None:
    web.refresh_from_db()
    seen = web.version
    change_service(actor=colleague, service=web, owner="theirs")
    visitor, address = as_person(operator), reverse("service-edit", args=[web.pk])
    answer = visitor.post(address, {"owner": "mine", "version": seen})
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Changed by kenta" in page
    assert 'value="mine"' in page
    assert "theirs" in page
    web.refresh_from_db()
    assert web.owner == "theirs"
    assert f'name="version" value="{web.version}"' in page
    assert visitor.post(address, {"owner": "mine", "version": web.version}).status_code == 302
    web.refresh_from_db()
    assert web.owner == "mine"


def test_an_environment_that_was_changed_meanwhile(
    application: Application, operator: Actor, colleague: Actor, as_person: LogIn
) -> None:
    row = Environment.objects.get(application=application, name="staging")
    seen = row.version
    theirs = Target(namespace="theirs", time_zone="UTC")
    put_environment(actor=colleague, application=application, name="staging", target=theirs)
    put_environment(actor=operator, application=application, name="local", target=theirs)
    visitor = as_person(operator)
    address = reverse("application-environment", args=["banking-app", "staging"])
    typed = {"namespace": "mine", "time_zone": "UTC", "version": seen}
    answer = visitor.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Changed by kenta" in page
    assert 'value="mine"' in page
    row.refresh_from_db()
    assert row.namespace == "theirs"
    assert f'name="version" value="{row.version}"' in page
    assert "Time zone</dt>" not in page
    assert visitor.post(address, {**typed, "version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.namespace == "mine"


def test_a_host_that_was_changed_meanwhile(administrator: Actor, as_person: LogIn) -> None:
    made = add_host(
        actor=administrator, name="tokyo", url="ssh://me@one/run/p.sock", allow_rehearsal=False
    )
    host = Host.objects.get(pk=made.pk)
    change_host(actor=administrator, host=host, url="ssh://me@two/run/p.sock")
    visitor, address = as_person(administrator), reverse("host-edit", args=[host.pk])
    typed = {"url": "ssh://me@three/run/p.sock", "version": made.version}
    answer = visitor.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Changed by ada" in page
    assert "ssh://me@two/run/p.sock" in page
    assert 'value="ssh://me@three/run/p.sock"' in page
    host.refresh_from_db()
    assert visitor.post(address, {**typed, "version": host.version}).status_code == 302
    host.refresh_from_db()
    assert host.url == "ssh://me@three/run/p.sock"


@pytest.fixture
def second(
    application: Application, operator: Actor, colleague: Actor, schemas: BundledSchemas
) -> PresetVersion:
    """A second version, by somebody else."""
    first = create_preset(actor=operator, text=PRESET.format(cpu="100m"), schemas=schemas)
    return create_version(
        actor=colleague, preset=first.preset, text=PRESET.format(cpu="200m"), schemas=schemas
    )


def test_a_preset_of_which_there_is_a_newer_version(
    second: PresetVersion, operator: Actor, as_person: LogIn
) -> None:
    visitor, address = as_person(operator), reverse("preset", args=[second.preset_id])
    assert 'name="version" value="2"' in visitor.get(f"{address}?edit").content.decode()
    mine = PRESET.format(cpu="300m")
    answer = visitor.post(address, {"text": mine, "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Changed by kenta" in page
    assert "<td>  default: {requests: {cpu: 200m}}</td>" in page
    assert "<td>  default: {requests: {cpu: 300m}}</td>" in page
    assert 'name="version" value="2"' in page
    assert PresetVersion.objects.count() == 2
    assert visitor.post(address, {"text": mine, "version": 2}).status_code == 302
    assert PresetVersion.objects.count() == 3


def test_a_version_begun_from_an_older_one_leaves_nothing_behind(
    second: PresetVersion, operator: Actor, schemas: BundledSchemas
) -> None:
    before = AuditEvent.objects.count()
    with pytest.raises(StaleState):
        create_version(
            actor=operator,
            preset=second.preset,
            text=PRESET.format(cpu="300m"),
            schemas=schemas,
            latest=1,
        )
    assert (PresetVersion.objects.count(), AuditEvent.objects.count()) == (2, before)
