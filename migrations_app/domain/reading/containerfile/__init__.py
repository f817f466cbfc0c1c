"""Containerfiles: read, judged, and asked what the image they build will say of itself."""

from __future__ import annotations

from migrations_app.domain.reading.containerfile.linking import with_built_images
from migrations_app.domain.reading.containerfile.reader import read_containerfiles

__all__ = ["read_containerfiles", "with_built_images"]
