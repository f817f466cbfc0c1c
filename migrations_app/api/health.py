"""Probes: whether the process lives, and whether it can do its work."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from migrations_app.queries.status import work_status

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers. Nothing else is asked, so that a broken database restarts nobody."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether requests can be answered: the database is there, and is as the code needs it.

    Without a worker requests are answered all the same, and wait: that is shown, and not a fault
    of this process.
    """
    found = _found()
    ready = found["database"] == "ok" and found["migrations"] == "ok"
    status = "ok" if ready else "not_ready"
    return JsonResponse({"status": status, **found}, status=200 if ready else 503)


def _found() -> dict[str, Any]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            return {"database": "ok", "migrations": "missing", "missing": len(plan)}
        work = work_status()
    except DatabaseError:
        logger.warning("database_unreachable", exc_info=True)
        return {"database": "unreachable", "migrations": "unknown"}
    return {
        "database": "ok",
        "migrations": "ok",
        "broker": work.mode,
        "workers": work.workers,
        "waiting": work.waiting,
    }
