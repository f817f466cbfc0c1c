"""Manifest revisions: immutable, named by their content."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.models.applications import Application
from migrations_app.models.ids import new_id
from migrations_app.models.services import Service
from migrations_app.models.sources import Source
from migrations_app.models.users import User


class SharedRevision(models.Model):
    """The application's shared objects as they were at one time, for one environment."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="shared_revisions")
    environment = models.CharField(max_length=63)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    text = models.TextField()
    objects_json: models.JSONField[list[Any]] = models.JSONField(default=list)
    findings: models.JSONField[list[Any]] = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "number"], name="one_shared_revision_per_number"
            ),
            models.UniqueConstraint(
                fields=["application", "environment", "digest"],
                name="one_shared_revision_per_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} shared objects {self.number}"


class Revision(models.Model):
    """What one service is in one environment. Nothing of it ever changes.

    ``objects_json`` and ``base_objects`` carry markers where secret values stood. The JSON lists
    hold ``domain.records``. ``source_inputs`` is the digest of what the base is made from
    (files, answers, fixes, presets): while it equals the assessment's, the revision is current.
    ``image_ids`` says what the host of the source calls an image: an ID, or its local name.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    environment = models.CharField(max_length=63)
    source = models.ForeignKey(Source, models.PROTECT, related_name="revisions")
    shared = models.ForeignKey(SharedRevision, models.PROTECT, null=True, related_name="revisions")
    kubernetes_version = models.CharField(max_length=8)

    text = models.TextField()
    objects_json: models.JSONField[list[Any]] = models.JSONField(default=list)
    base_text = models.TextField()
    base_objects: models.JSONField[list[Any]] = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    base_digest = models.CharField(max_length=64)
    inputs_digest = models.CharField(max_length=64)
    source_inputs = models.CharField(max_length=64)
    shared_digest = models.CharField(max_length=64, blank=True)

    findings: models.JSONField[list[Any]] = models.JSONField(default=list)
    questions: models.JSONField[list[Any]] = models.JSONField(default=list)
    loss: models.JSONField[list[Any]] = models.JSONField(default=list)
    trail: models.JSONField[list[Any]] = models.JSONField(default=list)
    renames: models.JSONField[list[Any]] = models.JSONField(default=list)
    provenance: models.JSONField[list[Any]] = models.JSONField(default=list)

    images: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    image_ids: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    parameters: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    answers: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    accepted_fixes: models.JSONField[list[str]] = models.JSONField(default=list)
    preset_versions: models.JSONField[list[str]] = models.JSONField(default=list)
    secret_versions: models.JSONField[dict[str, int]] = models.JSONField(default=dict)

    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="revisions")
    author_name = models.CharField(max_length=150)
    change_commit = models.CharField(max_length=100, blank=True)
    change_author = models.CharField(max_length=200, blank=True)
    change_url = models.URLField(max_length=500, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "number"], name="one_revision_per_number"),
            models.UniqueConstraint(
                fields=["service", "environment", "inputs_digest"],
                name="one_revision_per_inputs",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="revision_digest_is_sha256"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["digest"], name="revision_digest"),
            models.Index(fields=["base_digest"], name="revision_base_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.service} r{self.number}"


class Submission(models.Model):
    """That somebody asked for a revision: its maker, and whoever asked for the same again.

    Every submitter is barred from approving.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="submissions")
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="submissions")
    author_name = models.CharField(max_length=150)
    change_commit = models.CharField(max_length=100, blank=True)
    change_author = models.CharField(max_length=200, blank=True)
    change_url = models.URLField(max_length=500, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["revision", "author_name", "change_author", "change_commit"],
                name="one_submission_per_submitter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision} by {self.change_author or self.author_name}"
