"""One's own account, and everybody's for administrators."""

from __future__ import annotations

import pytest

from migrations_app.models import Application, AuditEvent, AuthToken, Membership, User
from migrations_app.queries.actors import Actor
from tests.app.web.conftest import LogIn
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once(as_person: LogIn, operator: Actor) -> None:
    client = as_person(operator)
    made = client.post("/account/tokens/", {"name": "ci", "scopes": ["read"], "days": 30})
    token = AuthToken.objects.get()
    text = made.context["made_text"]
    assert text.startswith("kk_")
    assert text in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    again = client.get("/account/").content.decode()
    assert token.hint in again
    assert text not in again


@pytest.mark.parametrize(
    "values",
    [
        {"name": "ci", "scopes": ["admin"], "days": 30},
        {"name": "ci", "scopes": [], "days": 30},
        {"name": "", "scopes": ["read"], "days": 30},
        {"name": "ci", "scopes": ["read"], "days": 900},
        {"name": "ci", "scopes": ["read"], "days": "soon"},
    ],
)
def test_a_token_that_cannot_be_keeps_what_was_typed(
    as_person: LogIn, operator: Actor, values: dict[str, object]
) -> None:
    made = as_person(operator).post("/account/tokens/", values)
    assert made.status_code == 422
    assert f'value="{values["days"]}"' in made.content.decode()
    assert not AuthToken.objects.exists()


def test_only_ones_own_token_can_be_revoked_here(
    as_person: LogIn, operator: Actor, viewer: Actor
) -> None:
    as_person(operator).post("/account/tokens/", {"name": "ci", "scopes": ["read"], "days": 1})
    token = AuthToken.objects.get()
    path = f"/account/tokens/{token.pk}/revoke/"
    assert as_person(viewer).post(path).status_code == 404
    assert as_person(operator).post(path).status_code == 302
    assert as_person(operator).post(path).status_code == 409
    token.refresh_from_db()
    assert token.revoked is not None


def test_the_password_is_changed_and_the_session_stays(as_person: LogIn, operator: Actor) -> None:
    client = as_person(operator)
    new = {"current": PASSWORD, "new": "a longer new one", "repeated": "a longer new one"}
    for wrong in ({"current": "wrong"}, {"new": "123", "repeated": "123"}, {"repeated": "other"}):
        made = client.post("/account/password/", {**new, **wrong})
        assert made.status_code == 422
        assert "a longer new one" not in made.content.decode()
    assert client.post("/account/password/", new).status_code == 302
    assert client.get("/account/").status_code == 200
    assert User.objects.get(username="olga").check_password("a longer new one")


def test_taste_is_kept_and_followed(as_person: LogIn, viewer: Actor) -> None:
    client = as_person(viewer)
    values = {"language": "ja", "theme": "dark", "density": "comfortable", "next": "/presets/"}
    made = client.post("/account/taste/", {**values, "time_zone": "Asia/Tokyo"})
    assert made["Location"] == "/presets/"
    page = client.get("/").content.decode()
    assert '<html lang="ja" class="pf-v6-theme-dark"' in page
    assert 'data-density="comfortable"' in page
    assert client.post("/account/taste/", {"theme": "pink"}).status_code == 422
    elsewhere = client.post("/account/taste/", {"theme": "light", "next": "https://evil.example"})
    assert elsewhere["Location"] == "/"


def test_an_administrator_makes_an_account_with_a_role(
    as_person: LogIn, administrator: Actor, application: Application
) -> None:
    client = as_person(administrator)
    values = {
        "username": "priya",
        "email": "priya@example.com",
        "password": "a good long password",
        "role": "operator",
        "application": "banking-app",
    }
    made = client.post("/people/new/", values)
    person = User.objects.get(username="priya")
    assert made["Location"] == f"/people/{person.pk}/"
    assert person.memberships.get().application == application
    again = client.post("/people/new/", values)
    assert again.status_code == 409
    assert "priya@example.com" in again.content.decode()
    assert "a good long password" not in again.content.decode()
    weak = client.post("/people/new/", {**values, "username": "other", "password": "123"})
    assert weak.status_code == 422


def test_roles_are_granted_and_taken_back_but_never_the_last_administrator(
    as_person: LogIn, administrator: Actor, operator: Actor, application: Application
) -> None:
    client = as_person(administrator)
    assert operator.user is not None
    assert administrator.user is not None
    path = f"/people/{operator.user.pk}/grant/"
    assert client.post(path, {"role": "viewer"}).status_code == 302
    assert client.post(path, {"role": "viewer"}).status_code == 409
    assert client.post(path, {"role": "king"}).status_code == 422
    granted = Membership.objects.get(user=operator.user, role="viewer")
    assert client.post(f"/people/memberships/{granted.pk}/revoke/").status_code == 302
    last = Membership.objects.get(user=administrator.user)
    refused = client.post(f"/people/memberships/{last.pk}/revoke/")
    assert refused.status_code == 409
    assert "last administrator" in refused.content.decode()
    assert Membership.objects.filter(pk=last.pk).exists()


def test_an_account_is_taken_out_of_use_and_brought_back(
    as_person: LogIn, administrator: Actor, operator: Actor
) -> None:
    client, user = as_person(administrator), operator.user
    assert user is not None
    theirs = as_person(operator)
    client.post(f"/people/{user.pk}/", {"active": "no"})
    assert theirs.get("/").status_code == 302
    assert AuditEvent.objects.filter(tag="user:deactivated").exists()
    client.post(f"/people/{user.pk}/", {"active": "yes"})
    user.refresh_from_db()
    assert user.is_active


@pytest.mark.parametrize("name", ["operator", "viewer", "auditor"])
def test_people_are_for_administrators_of_everything(
    as_person: LogIn, request: pytest.FixtureRequest, name: str
) -> None:
    actor: Actor = request.getfixturevalue(name)
    assert actor.user is not None
    client = as_person(actor)
    for path in ("/people/", "/people/new/", f"/people/{actor.user.pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/people/{actor.user.pk}/grant/", {"role": "operator"}).status_code == 404
