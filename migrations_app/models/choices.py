"""What people decided about a service: answers, fixes they accepted, edits by hand."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.models.applications import Application
from migrations_app.models.encryption import EncryptedField
from migrations_app.models.ids import new_id
from migrations_app.models.services import Service
from migrations_app.models.users import User


class Answer(models.Model):
    """An answer, for one service or (``service`` is null) for the whole application.

    Of a secret answer ``value`` holds a marker alone, and ``sealed`` the text.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="answers")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="answers")
    question_id = models.CharField(max_length=300)
    value = models.TextField()
    sealed = EncryptedField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="answers")
    by_name = models.CharField(max_length=150)
    given = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["question_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "question_id"], name="one_answer_per_service"
            ),
            models.UniqueConstraint(
                fields=["application", "question_id"],
                condition=Q(service=None),
                name="one_answer_per_application",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"

    @property
    def text(self) -> str:
        """What was answered, for rendering alone."""
        return self.value if self.sealed is None else self.sealed.decode()

    @property
    def mark(self) -> str:
        """What tells this answer from another one without saying it, for digests."""
        return self.value if self.sealed is None else f"{self.pk}@{self.given.isoformat()}"


class AcceptedFix(models.Model):
    """A finding's fix that somebody accepted; it is applied whenever the service is rendered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="accepted_fixes")
    fingerprint = models.CharField(max_length=16)
    code = models.CharField(max_length=10)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="accepted_fixes")
    by_name = models.CharField(max_length=150)
    accepted = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["accepted"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "fingerprint"], name="one_acceptance_per_finding"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.fingerprint}"


class ManifestEdit(models.Model):
    """What somebody made of a service's manifest by hand; laid over every later rendering.

    ``generated`` and ``edited`` are objects, with markers where secret values stand. An edit
    without an environment holds in all of them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="manifest_edits")
    environment = models.CharField(max_length=63, blank=True)
    generated: models.JSONField[list[Any]] = models.JSONField(default=list)
    edited: models.JSONField[list[Any]] = models.JSONField(default=list)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="manifest_edits")
    by_name = models.CharField(max_length=150)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["environment"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "environment"], name="one_edit_per_environment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.environment} edited by {self.by_name}"
