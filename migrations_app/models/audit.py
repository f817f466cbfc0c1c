"""The audit trail: a chain of events that can only grow."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class AuditEvent(models.Model):
    """One link. ``body`` is the truth, canonical JSON; the other columns repeat parts of it.

    They have no foreign keys: the trail outlives what it tells of. Database triggers refuse every
    change; what gets by them breaks the chain.
    """

    seq = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    tag = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=150)
    application_id = models.UUIDField(null=True)
    service_id = models.UUIDField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    body = models.TextField()
    prev = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["-seq"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(seq__gte=1), name="audit_seq_counts_from_1"),
            models.CheckConstraint(
                condition=Q(actor_kind__in=["user", "token", "schedule", "system"])
                & ~Q(actor_name=""),
                name="audit_names_an_actor",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["tag", "-seq"], name="audit_tag"),
            models.Index(fields=["actor_name", "-seq"], name="audit_actor"),
            models.Index(fields=["application_id", "-seq"], name="audit_application"),
            models.Index(fields=["service_id", "-seq"], name="audit_service"),
            models.Index(fields=["digest"], name="audit_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.tag}"


class AuditHead(models.Model):
    """The last link. Whoever appends locks this one row first, so that the chain cannot fork."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="one_audit_head"),
        ]

    def __str__(self) -> str:
        return f"Head at {self.seq}"
