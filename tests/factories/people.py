"""People and their roles."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from migrations_app.domain.people.roles import Role
from migrations_app.models import Membership, User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    password = factory.django.Password(PASSWORD)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    application = None
    role = Role.VIEWER.value
