"""Shell text with ``podman run`` lines: read as text, never executed."""

from __future__ import annotations

from migrations_app.domain.reading.run_lines.reader import read_run_lines

__all__ = ["read_run_lines"]
