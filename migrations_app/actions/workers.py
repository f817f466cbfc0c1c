"""Workers saying that they are there. Being there is no change of anything, so no event."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from migrations_app.models import Worker

FORGOTTEN_AFTER = timedelta(hours=1)


@transaction.atomic
def note_alive(name: str) -> None:
    """Keep that a worker is there now; forget those that have been silent for long."""
    if not Worker.objects.filter(name=name).update(seen=Now()):
        Worker.objects.create(name=name, started=Now(), seen=Now())
        Worker.objects.filter(seen__lt=Now() - FORGOTTEN_AFTER).delete()


def note_gone(name: str) -> None:
    """Forget a worker that ends."""
    Worker.objects.filter(name=name).delete()
