"""Factories: each makes one row; what it belongs to is given by whoever calls it."""

from __future__ import annotations

from tests.factories.applications import ApplicationFactory, EnvironmentFactory
from tests.factories.people import MembershipFactory, UserFactory
from tests.factories.rehearsals import RehearsalFactory, RunFactory
from tests.factories.services import ServiceFactory, ServiceSourceFactory, SourceFactory

__all__ = [
    "ApplicationFactory",
    "EnvironmentFactory",
    "MembershipFactory",
    "RehearsalFactory",
    "RunFactory",
    "ServiceFactory",
    "ServiceSourceFactory",
    "SourceFactory",
    "UserFactory",
]
