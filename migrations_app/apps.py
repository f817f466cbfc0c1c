"""The app's configuration."""

from __future__ import annotations

from django.apps import AppConfig


class MigrationsAppConfig(AppConfig):
    name = "migrations_app"
    verbose_name = "Kakehashi"

    def ready(self) -> None:
        """Make Celery's application the current one, so that tasks can be sent by name."""
        from workbench import celery  # noqa: F401
