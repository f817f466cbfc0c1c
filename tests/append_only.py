"""Lets a test database be emptied although its audit trail refuses that."""

from __future__ import annotations

import importlib
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

_triggers = importlib.import_module("migrations_app.migrations.0002_audit_append_only")
_teardown = TransactionTestCase._fixture_teardown


def uninstall() -> None:
    """Take the triggers away, as somebody with every right on the database could."""
    with connection.schema_editor() as editor:
        _triggers.uninstall(apps, editor)


def install() -> None:
    with connection.schema_editor() as editor:
        _triggers.install(apps, editor)


def _teardown_without_triggers(self: Any) -> None:
    uninstall()
    try:
        _teardown(self)
        _triggers.begin(apps, None)
    finally:
        install()


def allow_emptying() -> None:
    """Make transactional tests clean up after themselves."""
    TransactionTestCase._fixture_teardown = _teardown_without_triggers
