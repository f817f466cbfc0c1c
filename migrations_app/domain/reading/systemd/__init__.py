"""Units of systemd that call Podman, above all those of ``podman generate systemd``."""

from __future__ import annotations

from migrations_app.domain.reading.systemd.reader import read_systemd

__all__ = ["read_systemd"]
