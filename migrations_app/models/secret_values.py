"""Secret values, taken out of manifests and kept encrypted, version by version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.models.applications import Application
from migrations_app.models.encryption import EncryptedField
from migrations_app.models.ids import new_id
from migrations_app.models.services import Service
from migrations_app.models.sources import Source


class SecretValue(models.Model):
    """One place in a manifest where a value stood: an object (``Secret/db``) and a JSON pointer.

    ``service`` is null for what belongs to the application's shared set.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="secret_values")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="secret_values")
    object = models.CharField(max_length=300)
    pointer = models.CharField(max_length=500)
    latest = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["object", "pointer"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "object", "pointer"], name="one_secret_per_place"
            ),
            models.UniqueConstraint(
                fields=["application", "object", "pointer"],
                condition=Q(service=None),
                name="one_shared_secret_per_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object}{self.pointer}"


class SecretVersion(models.Model):
    """One value of a secret, never changed; ``number`` counts from 1."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    secret = models.ForeignKey(SecretValue, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    value = EncryptedField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="secret_versions")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["secret", "number"], name="one_secret_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.secret} version {self.number}"
