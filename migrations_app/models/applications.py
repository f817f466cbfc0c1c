"""Applications, and the environments each of them has."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.models.ids import new_id

ENVIRONMENTS = ("local", "staging", "production")
"""The environments every application is made with."""


class Application(models.Model):
    """A named group of services that migrate together. ``version`` is its ETag."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    archived = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["name", "slug"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"),
                name="application_slug_is_a_label",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Environment(models.Model):
    """Where revisions are meant to run: the target cluster, and the zone its charts are drawn in.

    An empty ``kubernetes_version`` means the newest that the bundled schemas know.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="environments")
    name = models.CharField(max_length=63)
    cluster = models.CharField(max_length=100, blank=True)
    namespace = models.CharField(max_length=63, blank=True)
    kubernetes_version = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=63, default="UTC")
    created = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["application", "created", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "name"], name="one_environment_per_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.name}"
