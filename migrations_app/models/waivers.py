"""Exceptions that people granted: one finding of one service, for a reason, until a day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.models.ids import new_id
from migrations_app.models.services import Service
from migrations_app.models.users import User


class FindingWaiver(models.Model):
    """A finding that closes no gate until ``expires`` (the last day), unless it is revoked.

    ``finding`` is the record of the finding as it was then. Rows are kept for ever.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="waivers")
    fingerprint = models.CharField(max_length=16)
    code = models.CharField(max_length=10)
    finding = models.JSONField()
    reason = models.TextField()
    expires = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="waivers")
    by_name = models.CharField(max_length=150)
    created = models.DateTimeField(auto_now_add=True)
    revoked = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "fingerprint"],
                condition=Q(revoked=None),
                name="one_waiver_per_finding",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.fingerprint} until {self.expires}"
