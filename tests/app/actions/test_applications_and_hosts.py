"""Applications with their environments, and Podman hosts."""

from __future__ import annotations

import pytest

from migrations_app.actions.applications import (
    Target,
    archive_application,
    change_application,
    create_application,
    put_environment,
)
from migrations_app.actions.hosts import add_host, change_host, local_host, note_test
from migrations_app.domain.errors import (
    Conflict,
    EngineUnreachable,
    InvalidInput,
    NotAllowed,
    StaleState,
)
from migrations_app.domain.messages import msg
from migrations_app.models import Application, AuditEvent, Host
from migrations_app.ports import EngineInfo
from migrations_app.queries.actors import Actor
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def test_an_application_comes_with_three_environments(administrator: Actor) -> None:
    made = create_application(actor=administrator, slug="bank", name="The bank")
    assert [e.name for e in made.environments.all()] == ["local", "staging", "production"]
    with pytest.raises(Conflict):
        create_application(actor=administrator, slug="bank")


@pytest.mark.parametrize("slug", ["", "Bank", "-bank", "bank-", "a b", "x" * 64])
def test_a_slug_is_a_label(administrator: Actor, slug: str) -> None:
    with pytest.raises(InvalidInput):
        create_application(actor=administrator, slug=slug)


def test_operators_make_no_applications_but_name_their_own(
    operator: Actor, application: Application
) -> None:
    with pytest.raises(NotAllowed):
        create_application(actor=operator, slug="mine")
    change_application(actor=operator, application=application, name="Retail", version=1)
    with pytest.raises(StaleState):
        change_application(actor=operator, application=application, name="Other", version=1)
    assert Application.objects.get().name == "Retail"


def test_archiving_takes_the_services_along(operator: Actor, application: Application) -> None:
    service = ServiceFactory.create(application=application)
    archive_application(actor=operator, application=application)
    service.refresh_from_db()
    assert service.archived
    with pytest.raises(Conflict):
        archive_application(actor=operator, application=application)


def test_an_environment_is_put(operator: Actor, application: Application) -> None:
    target = Target("kind", "bank", "1.34", "Asia/Tokyo")
    environment, made = put_environment(
        actor=operator, application=application, name="staging", target=target, version=1
    )
    assert (made, environment.namespace, environment.version) == (False, "bank", 2)
    with pytest.raises(StaleState):
        put_environment(
            actor=operator, application=application, name="staging", target=target, version=1
        )
    _edge, made = put_environment(
        actor=operator, application=application, name="edge", target=Target()
    )
    assert made


def test_everything_wrong_with_a_target_is_said_at_once(
    operator: Actor, application: Application
) -> None:
    with pytest.raises(InvalidInput) as refused:
        put_environment(
            actor=operator,
            application=application,
            name="staging",
            target=Target("", "No Good", "v1.34", "Mars/Base"),
        )
    assert [p.code for p in refused.value.problems] == [
        "invalid_namespace",
        "invalid_kubernetes_version",
        "invalid_time_zone",
    ]


def test_the_local_host_is_there_once() -> None:
    assert local_host() == local_host()
    assert local_host().allow_rehearsal
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("url", ["", "podman", "ftp://host/x", "unix://"])
def test_a_host_needs_an_address(administrator: Actor, url: str) -> None:
    with pytest.raises(InvalidInput):
        add_host(actor=administrator, name="edge", url=url)


def test_a_password_in_an_address_is_refused_and_not_repeated(administrator: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_host(actor=administrator, name="edge", url="ssh://root:hunter2@edge/run/podman.sock")
    assert "hunter2" not in str(refused.value)
    assert not Host.objects.filter(name="edge").exists()
    assert not any("hunter2" in event.body for event in AuditEvent.objects.all())


def test_allowing_rehearsals_is_an_audited_change(administrator: Actor, operator: Actor) -> None:
    host = add_host(actor=administrator, name="edge", url="ssh://edge/run/podman.sock")
    with pytest.raises(NotAllowed):
        change_host(actor=operator, host=host, allow_rehearsal=True)
    change_host(actor=administrator, host=host, allow_rehearsal=True)
    assert Host.objects.get().allow_rehearsal
    assert '"allow_rehearsal":true' in AuditEvent.objects.order_by("-seq")[0].body


def test_a_test_of_a_host_is_kept(administrator: Actor) -> None:
    host = local_host()
    info = EngineInfo("5.8.1", rootless=True, runtime="crun", cgroup_version="v2")
    note_test(actor=administrator, host=host, found=info)
    assert host.info["version"] == "5.8.1"
    assert host.last_seen
    note_test(actor=administrator, host=host, found=EngineUnreachable(msg("Nobody answers there.")))
    assert host.last_error == "Nobody answers there."
