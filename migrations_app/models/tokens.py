"""Tokens for scripts: shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.db import models

from migrations_app.models.ids import new_id
from migrations_app.models.users import User

PREFIX = "kk_"
_SHOWN = len(PREFIX) + 4


def new_token_text() -> str:
    """A fresh token: our prefix, by which scanners know it, and 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(text: str) -> str:
    """What is stored of a token. It is random, so one pass of SHA-256 is enough."""
    return hashlib.sha256(text.encode()).hexdigest()


def hint(text: str) -> str:
    """How its owner recognises a token: its first and last characters."""
    return f"{text[:_SHOWN]}…{text[-4:]}"


class AuthToken(models.Model):
    """A token of one person, good for ``scopes`` until it expires or is revoked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    scopes: models.JSONField[list[str]] = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=20)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint})"
