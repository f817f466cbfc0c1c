"""Applications and environments."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from migrations_app.models import Application, Environment


class ApplicationFactory(DjangoModelFactory[Application]):
    class Meta:
        model = Application

    slug = factory.Sequence(lambda n: f"application-{n}")
    name = factory.Sequence(lambda n: f"Application {n}")


class EnvironmentFactory(DjangoModelFactory[Environment]):
    class Meta:
        model = Environment

    name = "local"
