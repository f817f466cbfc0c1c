"""Presets, their versions, and which of them services have pinned."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from migrations_app.models.applications import Application
from migrations_app.models.ids import new_id
from migrations_app.models.services import Service
from migrations_app.models.users import User


class Preset(models.Model):
    """A named set of settings. Without an application it is for the whole organisation.

    Scope is fixed when the preset is made; what it says is in its versions. One that is
    ``pinned_only`` applies to nothing but the services that pin it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100, unique=True)
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="presets")
    environment = models.CharField(max_length=63, blank=True)
    pinned_only = models.BooleanField(default=False)
    latest = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    archived = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [
            models.Index(fields=["application", "environment"], name="preset_scope"),
        ]

    def __str__(self) -> str:
        return self.name


class PresetVersion(models.Model):
    """What a preset said at one time, as it was written; never changed. Counts from 1."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    preset = models.ForeignKey(Preset, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="preset_versions")
    author_name = models.CharField(max_length=150)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["preset", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["preset", "number"], name="one_preset_version_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.preset}@{self.number}"


class PinnedPreset(models.Model):
    """A layer of a service's own: one version of a preset, for all environments or for one."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="pinned_presets")
    version = models.ForeignKey(PresetVersion, models.PROTECT, related_name="pins")
    environment = models.CharField(max_length=63, blank=True)
    position = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "position"], name="one_pin_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.version} for {self.service}"
