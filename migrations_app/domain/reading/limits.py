"""How much a reader takes on before it refuses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold before anything is built. Sizes in bytes, the rest are counts.

    ``expanded`` counts nodes with every alias written out, which is what a bomb inflates.
    ``archive_size`` is what all archives of a bundle may hold together, unpacked.
    """

    size: int = 1024 * 1024
    depth: int = 64
    nodes: int = 50_000
    documents: int = 200
    aliases: int = 200
    expanded: int = 100_000
    archive_files: int = 2_000
    archive_size: int = 16 * 1024 * 1024


STRICT = Limits()
"""For uploads: strangers' bytes on a shared machine."""

WIDE = Limits(
    size=100 * 1024 * 1024,
    depth=200,
    nodes=5_000_000,
    documents=20_000,
    aliases=20_000,
    expanded=10_000_000,
    archive_files=50_000,
    archive_size=500 * 1024 * 1024,
)
"""For the command line: the caller's own file, where a thousand Deployments are no attack."""
