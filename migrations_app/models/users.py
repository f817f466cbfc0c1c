"""People: who they are and how they like the pages to look."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from migrations_app.models.ids import new_id

LANGUAGES = ("en", "ja")
THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")


class User(AbstractUser):
    """A person, or a machine that acts in its own name. What they may do is in memberships."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    language = models.CharField(max_length=2, blank=True, choices=[(v, v) for v in LANGUAGES])
    theme = models.CharField(max_length=6, default="system", choices=[(v, v) for v in THEMES])
    density = models.CharField(
        max_length=11, default="compact", choices=[(v, v) for v in DENSITIES]
    )
    time_zone = models.CharField(max_length=63, blank=True)

    class Meta:
        ordering: ClassVar = ["username"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(theme__in=THEMES), name="user_theme_known"),
            models.CheckConstraint(condition=Q(density__in=DENSITIES), name="user_density_known"),
        ]

    def __str__(self) -> str:
        return self.username


class LoginAttempt(models.Model):
    """Failed logins of one account from one address, counted until one succeeds."""

    account = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    failures = models.PositiveIntegerField(default=0)
    last = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-last"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "address"], name="one_count_per_account_and_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} from {self.address}: {self.failures}"
