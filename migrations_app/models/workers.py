"""Workers: the processes that do runs, as they report themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from migrations_app.models.ids import new_id


class Worker(models.Model):
    """One worker process. ``seen`` is database time; a worker that ends takes its row away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200, unique=True)
    started = models.DateTimeField()
    seen = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
