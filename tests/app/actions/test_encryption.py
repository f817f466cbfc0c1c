"""What is encrypted opens only with the right key and in the right row."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.db import connection

from migrations_app.actions.keys import rotate_keys
from migrations_app.domain.errors import NotAllowed
from migrations_app.models import Application, SecretValue, SecretVersion
from migrations_app.models.encryption import CannotDecrypt
from migrations_app.queries.actors import Actor

pytestmark = pytest.mark.django_db


def keep(application: Application, name: str, value: bytes) -> SecretVersion:
    secret = SecretValue.objects.create(application=application, object=name, pointer="/data/a")
    return SecretVersion.objects.create(secret=secret, number=1, value=value)


def stored(version: SecretVersion) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT value FROM {SecretVersion._meta.db_table} WHERE id = %s",
            [version.pk.hex if connection.vendor == "sqlite" else version.pk],
        )
        return bytes(cursor.fetchone()[0])


def test_a_value_comes_back_and_is_not_in_the_database(application: Application) -> None:
    version = keep(application, "Secret/a", b"swordfish")
    assert SecretVersion.objects.get(pk=version.pk).value == b"swordfish"
    assert b"swordfish" not in stored(version)


def test_saving_what_was_read_keeps_the_ciphertext(application: Application) -> None:
    version = keep(application, "Secret/a", b"swordfish")
    before = stored(version)
    SecretVersion.objects.get(pk=version.pk).save()
    assert stored(version) == before


def test_a_wrong_key_raises(application: Application, settings: LazySettings) -> None:
    version = keep(application, "Secret/a", b"swordfish")
    settings.WORKBENCH_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CannotDecrypt, match="WORKBENCH_ENCRYPTION_KEYS"):
        _ = SecretVersion.objects.get(pk=version.pk).value


def test_a_value_moved_to_another_row_raises(application: Application) -> None:
    one = keep(application, "Secret/a", b"swordfish")
    two = keep(application, "Secret/b", b"trout")
    SecretVersion.objects.filter(pk=two.pk).update(value=stored(one))
    with pytest.raises(CannotDecrypt, match="altered outside"):
        _ = SecretVersion.objects.get(pk=two.pk).value


def test_keys_are_rotated(application: Application, settings: LazySettings) -> None:
    version = keep(application, "Secret/a", b"swordfish")
    before = stored(version)
    new = Fernet.generate_key().decode()
    settings.WORKBENCH_ENCRYPTION_KEYS = [new, *settings.WORKBENCH_ENCRYPTION_KEYS]
    assert rotate_keys(actor=Actor.system()) == 1
    settings.WORKBENCH_ENCRYPTION_KEYS = [new]
    assert stored(version) != before
    assert SecretVersion.objects.get(pk=version.pk).value == b"swordfish"


def test_keys_are_rotated_by_administrators(operator: Actor) -> None:
    with pytest.raises(NotAllowed):
        rotate_keys(actor=operator)
