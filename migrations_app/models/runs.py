"""Runs: pieces of background work. The row is the truth; a message is only a door-bell."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.domain.runs import ACTIVE_STATES, ENDED_STATES, RunKind, RunState, StepState
from migrations_app.models.ids import new_id

ACTIVE = [state.value for state in ACTIVE_STATES]
ENDED = [state.value for state in ENDED_STATES]


class Run(models.Model):
    """One piece of work, from the wish to the result.

    ``attempt`` is the fencing token: it rises with every claim, and nothing that a worker writes
    counts unless it still holds the attempt it claimed. ``subject`` names what the run works on:
    no two active runs of one kind share a subject.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in RunKind])
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in RunState],
        default=RunState.QUEUED.value,
    )
    subject = models.CharField(max_length=200)
    application = models.ForeignKey(
        "migrations_app.Application", models.PROTECT, null=True, related_name="runs"
    )
    service = models.ForeignKey(
        "migrations_app.Service", models.PROTECT, null=True, related_name="runs"
    )
    host = models.ForeignKey("migrations_app.Host", models.PROTECT, null=True, related_name="runs")
    environment = models.CharField(max_length=63, blank=True)
    params: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)

    actor: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    initiator = models.ForeignKey(
        "migrations_app.User", models.PROTECT, null=True, related_name="runs"
    )

    attempt = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)

    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    result_type = models.CharField(max_length=30, blank=True)
    result_id = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=30, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_text = models.TextField(blank=True)
    error_params: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=ACTIVE),
                name="one_active_run_per_subject",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "lease_until"], name="run_state_lease"),
            models.Index(fields=["application", "-created"], name="run_application"),
            models.Index(fields=["service", "-created"], name="run_service"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.state})"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE


class RunStep(models.Model):
    """One step of a run, as the latest attempt left it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=30)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in StepState],
        default=StepState.WAITING.value,
    )
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="one_step_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class RunLogLine(models.Model):
    """One redacted line of a run's log; ``seq`` counts from 1 without a gap."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="log_lines")
    seq = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField()
    source = models.CharField(max_length=100)
    stream = models.CharField(max_length=10, default="stdout")
    text = models.TextField()

    class Meta:
        ordering: ClassVar = ["seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "seq"], name="one_log_line_per_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.text}"
