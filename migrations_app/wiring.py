"""Settings to adapters: the only place that knows which adapter stands behind a port."""

from __future__ import annotations

from functools import lru_cache

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.schemas import Schemas


@lru_cache(maxsize=1)
def schemas() -> Schemas:
    """The Kubernetes schemas; compiled once per process."""
    return BundledSchemas()
