"""Reading compose files."""

from __future__ import annotations

from migrations_app.domain.reading.compose.reader import read_compose

__all__ = ["read_compose"]
