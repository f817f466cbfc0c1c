"""The words of ``podman run``, ``podman create`` and ``podman pod create``, read as Podman does."""

from __future__ import annotations

from migrations_app.domain.reading.podman_argv.draft import Reach
from migrations_app.domain.reading.podman_argv.given import Given, Token, key_values
from migrations_app.domain.reading.podman_argv.read import (
    RunReading,
    read_command,
    read_options,
    read_pod_create,
    read_run,
)
from migrations_app.domain.reading.podman_argv.words import CreateCommand, parse_create_command

__all__ = [
    "CreateCommand",
    "Given",
    "Reach",
    "RunReading",
    "Token",
    "key_values",
    "parse_create_command",
    "read_command",
    "read_options",
    "read_pod_create",
    "read_run",
]
