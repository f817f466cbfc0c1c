"""Errors as ``problem+json``."""

from __future__ import annotations

from rest_framework.views import exception_handler

__all__ = ["exception_handler"]
