"""Requests that may be sent twice: what the first one was answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from migrations_app.models.users import User


class IdempotencyKey(models.Model):
    """One key of one person on one route. ``status`` is 0 while the first request is at work."""

    user = models.ForeignKey(User, models.PROTECT, related_name="idempotency_keys")
    route = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    response: models.JSONField[Any] = models.JSONField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "route", "key"], name="one_answer_per_idempotency_key"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["created"], name="idempotency_created")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
