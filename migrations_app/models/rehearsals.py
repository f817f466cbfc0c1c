"""Rehearsals: what was shown by playing a derived copy of a revision in Podman."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from migrations_app.domain.rehearsal.values import RehearsalOutcome
from migrations_app.models.ids import new_id


class Rehearsal(models.Model):
    """The verdict over one base digest. Made together with its run; filled in when it ends.

    The JSON fields hold the values of ``domain.rehearsal``: ``proven``, ``simulated`` and
    ``not_proven`` are lists of claims, ``deviations`` what was played otherwise than written,
    ``probes`` and ``usage`` the samples (times in seconds since the start, memory in bytes).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.OneToOneField("migrations_app.Run", models.PROTECT, related_name="rehearsal")
    revision = models.ForeignKey(
        "migrations_app.Revision", models.PROTECT, related_name="rehearsals"
    )
    service = models.ForeignKey("migrations_app.Service", models.PROTECT, related_name="rehearsals")
    number = models.PositiveIntegerField()
    base_digest = models.CharField(max_length=64)
    shared_digest = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(
        max_length=12, blank=True, choices=[(o.value, o.value) for o in RehearsalOutcome]
    )
    summary: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    proven: models.JSONField[list[Any]] = models.JSONField(default=list)
    simulated: models.JSONField[list[Any]] = models.JSONField(default=list)
    not_proven: models.JSONField[list[Any]] = models.JSONField(default=list)
    deviations: models.JSONField[list[Any]] = models.JSONField(default=list)
    peers: models.JSONField[list[Any]] = models.JSONField(default=list)
    probes: models.JSONField[list[Any]] = models.JSONField(default=list)
    usage: models.JSONField[list[Any]] = models.JSONField(default=list)
    peak: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    host_name = models.CharField(max_length=100, blank=True)
    podman_version = models.CharField(max_length=30, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "number"], name="one_rehearsal_number_per_service"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["service", "base_digest"], name="rehearsal_base_digest"),
        ]

    def __str__(self) -> str:
        return f"Rehearsal {self.number} ({self.outcome or 'running'})"
