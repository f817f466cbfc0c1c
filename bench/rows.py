"""What is measured. A row is added here and nowhere else.

A row is a function that does the same work twice, ours and another's, and says how long each took;
``measured`` interleaves the two, so that a busy machine slows down both. Raise ``NotHere`` where
something is missing that the row cannot do without: it is listed with its reason. Rows that need
Podman belong into a module of their own beside ``render.py``::

    def capture(folder: Path) -> Result:
        ours, theirs = measured(lambda: capture_pod(...), lambda: inspect_bare(...), rounds=5)
        return Result("capture", "a pod of three containers; bare libpod calls", ours, theirs)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bench import everything, podman, render
from bench.measure import Result

Row = Callable[[Path], Result]
"""Takes an empty folder of its own."""

ROWS: Mapping[str, Row] = {
    "render": render.against_kustomize,
    "render-floor": render.against_parse_and_dump,
    "render-growth": render.ten_thousand_against_hundred,
    "render-all": everything.against_the_same_objects,
    "render-all-patches": everything.against_the_patches_alone,
    "check": render.check_against_render,
    "capture": podman.capture,
    "rehearsal": podman.rehearsal,
}
