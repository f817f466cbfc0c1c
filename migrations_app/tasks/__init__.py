"""What workers do: claim a run, let an action do the work, leave the verdict in the row."""

from __future__ import annotations

from migrations_app.tasks import worker
from migrations_app.tasks.handlers import execute_run

__all__ = ["execute_run", "worker"]
