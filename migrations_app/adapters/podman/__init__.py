"""Podman hosts over the libpod API (4.3 to 5.8): everything that knows podman-py lives here."""

from __future__ import annotations
