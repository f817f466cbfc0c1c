"""What a host itself takes away from the worth, or the safety, of a rehearsal."""

from __future__ import annotations

from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.values import Deviation

SAFE_SINCE = (5, 6, 1)
"""Older versions let a played volume write outside of itself (CVE-2025-9566)."""


def host_deviations(version: tuple[int, ...], *, rootless: bool) -> list[Deviation]:
    """Warnings about a host, to stand beside the verdict."""
    found: list[Deviation] = []
    played = f"Podman {'.'.join(map(str, version))}"
    if not rootless:
        found.append(
            Deviation(
                msg("Rehearsed by the host's root"),
                msg("an account without rights, or a host of its own"),
                msg("%(podman)s, rootful", podman=played),
            )
        )
    if version < SAFE_SINCE:
        found.append(
            Deviation(
                msg("Podman is older than its last known hole in playing (CVE-2025-9566)"),
                msg("%(version)s or later", version="5.6.1"),
                played,
            )
        )
    return found
