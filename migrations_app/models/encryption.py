"""Values that are kept encrypted: a field that opens only in the row it was sealed for.

The plaintext carries table, key and field, and all three are checked on reading, so that a
ciphertext moved to another row is refused. A key that does not fit raises; nothing is ever
returned undecrypted.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Self, overload

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.messages import msg


class CannotDecrypt(WorkbenchError):
    """No key opens the value, or the value belongs to another row."""

    code = "cannot_decrypt"


class _Sealed(bytes):
    """A ciphertext as it came from the database."""


def keyring() -> MultiFernet:
    """The keys of this installation: the first encrypts, all decrypt."""
    return MultiFernet([Fernet(key) for key in settings.WORKBENCH_ENCRYPTION_KEYS])


def _address(instance: models.Model, name: str) -> list[str]:
    return [instance._meta.db_table, str(instance.pk), name]


def _seal(instance: models.Model, name: str, value: bytes) -> _Sealed:
    plain = {"of": _address(instance, name), "value": base64.b64encode(value).decode()}
    return _Sealed(keyring().encrypt(json.dumps(plain).encode()))


def _unseal(instance: models.Model, name: str, token: bytes) -> bytes:
    try:
        plain = json.loads(keyring().decrypt(bytes(token)))
    except InvalidToken:
        raise CannotDecrypt(
            msg(
                "%(field)s of %(row)s cannot be decrypted. Put the key it was written with into "
                "WORKBENCH_ENCRYPTION_KEYS.",
                field=name,
                row=f"{instance._meta.db_table} {instance.pk}",
            )
        ) from None
    if plain["of"] != _address(instance, name):
        raise CannotDecrypt(
            msg(
                "%(field)s of %(row)s holds a value that was encrypted for %(other)s. The row was "
                "altered outside the workbench; restore it from a backup.",
                field=name,
                row=f"{instance._meta.db_table} {instance.pk}",
                other=" ".join(plain["of"]),
            )
        )
    return base64.b64decode(plain["value"])


class _Opener:
    """Opens the value when somebody asks for it, and not before."""

    def __init__(self, field: EncryptedField) -> None:
        self.field = field

    @overload
    def __get__(self, instance: None, owner: type[models.Model]) -> Self: ...
    @overload
    def __get__(self, instance: models.Model, owner: type[models.Model]) -> bytes | None: ...
    def __get__(
        self, instance: models.Model | None, owner: type[models.Model]
    ) -> Self | bytes | None:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        return _unseal(instance, name, value) if isinstance(value, _Sealed) else value

    def __set__(self, instance: models.Model, value: bytes | None) -> None:
        instance.__dict__[self.field.attname] = value


if TYPE_CHECKING:
    _Bytes = models.BinaryField[bytes | None, bytes | None]
else:
    _Bytes = models.BinaryField


class EncryptedField(_Bytes):
    """Bytes at rest only as a Fernet token. The row needs its key before it is saved."""

    descriptor_class = _Opener

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> _Sealed | None:
        return None if value is None else _Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, _Sealed):
            return value
        return _seal(model_instance, self.attname, value)


def rotated(instance: models.Model, name: str) -> bytes:
    """The ciphertext of one field, written again with the first key; for a guarded update."""
    value = instance.__dict__[name]
    if not isinstance(value, _Sealed):
        raise TypeError("Only what was read from the database can be written with another key.")
    return _Sealed(keyring().rotate(bytes(value)))
