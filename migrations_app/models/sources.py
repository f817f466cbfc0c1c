"""Sources: the bytes services came from, whole and unchanged."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.domain.bundle import SourceKind
from migrations_app.models.applications import Application
from migrations_app.models.encryption import EncryptedField
from migrations_app.models.hosts import Host
from migrations_app.models.ids import new_id
from migrations_app.models.users import User

UPLOAD, CAPTURE = "upload", "capture"


class Source(models.Model):
    """One upload or capture. Its ``digest`` is that of the redacted form.

    ``keyed_hash`` recognises the same bytes without letting weak secrets be guessed. ``purged``
    leaves a tombstone: the rows and digests stay, the bytes are gone. ``findings`` and
    ``questions`` are what storing it brought up, as ``domain.reports`` writes them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=13, choices=[(k.value, k.value) for k in SourceKind])
    way = models.CharField(max_length=7, choices=[(v, v) for v in (UPLOAD, CAPTURE)])
    title = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    keyed_hash = models.CharField(max_length=64)
    host = models.ForeignKey(Host, models.PROTECT, null=True, related_name="sources")
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="sources")
    author_name = models.CharField(max_length=150)
    findings: models.JSONField[list[Any]] = models.JSONField(default=list)
    questions: models.JSONField[list[Any]] = models.JSONField(default=list)
    matches: models.JSONField[list[Any]] = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)
    purged = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "keyed_hash"],
                condition=Q(purged=None),
                name="same_bytes_are_one_source",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["application", "-created"], name="source_application"),
            models.Index(fields=["digest"], name="source_digest"),
        ]

    def __str__(self) -> str:
        return self.title


class SourceMember(models.Model):
    """One file of a source: the bytes as they came, encrypted, and the text that may be shown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="members")
    position = models.PositiveIntegerField()
    path = models.CharField(max_length=500)
    kind = models.CharField(max_length=13, choices=[(k.value, k.value) for k in SourceKind])
    original = EncryptedField(null=True)
    redacted = models.TextField(blank=True)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    errors: models.JSONField[list[Any]] = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "path"], name="one_member_per_path"),
            models.UniqueConstraint(fields=["source", "position"], name="one_member_per_position"),
        ]

    def __str__(self) -> str:
        return self.path
