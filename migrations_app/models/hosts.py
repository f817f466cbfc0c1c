"""Podman hosts that the workbench may talk to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from migrations_app.models.ids import new_id

LOCAL = "local"
"""The name of the host that is always there: the Podman of this machine."""


class Host(models.Model):
    """A Podman engine. An empty ``url`` (the local host) leaves finding the socket to the wiring.

    ``allow_rehearsal`` is an audited choice: rehearsing runs what strangers uploaded on that host.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.SlugField(max_length=63, unique=True)
    url = models.CharField(max_length=500, blank=True)
    allow_rehearsal = models.BooleanField(default=False)
    info: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    last_seen = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
