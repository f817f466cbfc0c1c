"""Probes: whether the process lives, and whether it can do its work."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers. Nothing else is asked, so that a broken database restarts nobody."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """The process can do its work."""
    return JsonResponse({"status": "ok"})
