"""Changing the keys that stored values are encrypted with."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.domain.audit.tags import Tag
from migrations_app.models.encryption import EncryptedField, rotated

_BATCH = 200


def rotate_keys(*, actor: Actor) -> int:
    """Write every encrypted value anew with the first key; returns how many there were.

    It may be stopped and run again: a value under the first key is only written once more. Each
    row is guarded by the ciphertext it was read with, so nothing newer is overwritten.

    Raises:
        CannotDecrypt: no key opens a value; everything before it is done.
    """
    permissions.require(actor, Verb.MANAGE_USERS)
    count = 0
    for model, name in _encrypted():
        rows = model._default_manager.exclude(**{name: None}).only("pk", name)
        for row in rows.iterator(chunk_size=_BATCH):
            _check(row, name)
            before = row.__dict__[name]
            count += model._default_manager.filter(pk=row.pk, **{name: bytes(before)}).update(
                **{name: rotated(row, name)}
            )
    with transaction.atomic():
        audit.record(tag=Tag.KEYS_ROTATED, actor=actor, data={"values": str(count)})
    return count


def _encrypted() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_app_config("migrations_app").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, EncryptedField):
                yield model, field.attname


def _check(row: models.Model, name: str) -> None:
    """Open the value once: what belongs to another row must not get a fresh signature."""
    getattr(row, name)
