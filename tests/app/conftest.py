"""People, an application and the real schemas, for everything that meets the database."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.people.roles import Role
from migrations_app.models import Application
from migrations_app.queries.actors import Actor
from tests import append_only
from tests.factories import ApplicationFactory, EnvironmentFactory, MembershipFactory, UserFactory

append_only.allow_emptying()


@pytest.fixture(autouse=True)
def quick_passwords(settings: LazySettings) -> None:
    """Hash passwords in a way that costs nothing; how Django does it is not tested here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def schemas() -> BundledSchemas:
    return BundledSchemas()


@pytest.fixture
def application(db: None) -> Application:
    """The bank's application, with its three environments."""
    made = ApplicationFactory.create(slug="banking-app", name="Banking")
    for name in ("local", "staging", "production"):
        EnvironmentFactory.create(application=made, name=name)
    return made


def person(name: str, role: Role | None, application: Application | None = None) -> Actor:
    """Somebody with one role, or with none at all."""
    user = UserFactory.create(username=name)
    if role is not None:
        MembershipFactory.create(user=user, role=role.value, application=application)
    return Actor.person(user, request_id="request-1", ip="192.0.2.1")


@pytest.fixture
def operator(application: Application) -> Actor:
    """Works in the bank's application and nowhere else."""
    return person("olga", Role.OPERATOR, application)


@pytest.fixture
def viewer(application: Application) -> Actor:
    return person("victor", Role.VIEWER, application)


@pytest.fixture
def stranger(db: None) -> Actor:
    """Has an account and no role."""
    return person("stefan", None)


@pytest.fixture
def administrator(db: None) -> Actor:
    return person("ada", Role.ADMINISTRATOR)


@pytest.fixture
def auditor(db: None) -> Actor:
    return person("aya", Role.AUDITOR)
