"""The moves of services between phases, and the test reports that gates may read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models.ids import new_id
from migrations_app.models.revisions import Revision
from migrations_app.models.services import Service
from migrations_app.models.users import User

_PHASES = [(p.value, p.value) for p in Phase]


class PhaseMove(models.Model):
    """One move that was made. ``start`` is empty for a service's entry into its first phase."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="moves")
    start = models.CharField(max_length=10, choices=_PHASES, blank=True)
    to = models.CharField(max_length=10, choices=_PHASES)
    reason = models.TextField(blank=True)
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="moves")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="moves")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["service", "-at"], name="move_service")]

    def __str__(self) -> str:
        return f"{self.service}: {self.start or 'new'} to {self.to}"


class TestReport(models.Model):
    """The counts of a JUnit report, of one commit and image; ``cases`` lists what failed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="test_reports")
    commit = models.CharField(max_length=100, blank=True)
    image = models.CharField(max_length=500, blank=True)
    tests = models.PositiveIntegerField()
    failures = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    seconds = models.FloatField(default=0)
    cases: models.JSONField[list[Any]] = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="test_reports")
    by_name = models.CharField(max_length=150)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"{self.tests} tests, {self.failures + self.errors} failed"

    @property
    def passed(self) -> bool:
        """Something ran, and nothing of it failed."""
        return self.tests > self.skipped and not self.failures and not self.errors
