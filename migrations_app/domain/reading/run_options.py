"""The command that an inspection keeps, by the names that readers of inspections know it by."""

from __future__ import annotations
from __future__ import annotations

from migrations_app.domain.reading.podman_argv import (
    CreateCommand,
    Given,
    key_values,
    parse_create_command,
)

__all__ = ["CreateCommand", "Given", "key_values", "parse_create_command"]
