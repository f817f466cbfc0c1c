"""Fixes: what a person can accept one by one, each as a transform.

Only what is unambiguous is here. A fix is found again by the fingerprint of its finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrations_app.domain import checks
from migrations_app.domain.bundle import Object, Objects, SourceObject, object_label
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.findings import Finding
from migrations_app.domain.fixing import amounts, containers, images, settings, workloads
from migrations_app.domain.fixing.base import Change
from migrations_app.domain.known_images import NOTHING, KnownImages
from migrations_app.domain.manifests.resources import get
from migrations_app.domain.places import Path, parse_pointer
from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.transforms.base import Running

Look = Callable[[tuple[SourceObject, ...]], CheckContext]

_ROUNDS = 4
_RENAMING = ("IMG-03", "WLD-01")
"""What gives an image or an object another name, by which nothing is known of it any more."""
_FILLING = frozenset({"RES-01", "EDG-01"})
"""What may put a field where none is yet."""


@dataclass(frozen=True, slots=True)
class Fix:
    """The fix of one finding in one object."""

    finding: Finding
    change: Change

    @property
    def step(self) -> Step:
        return Step(StepKind.FIX, self.finding.code, self.finding.fix)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        path = parse_pointer(self.finding.place.path)
        for index, body in enumerate(objects):
            if object_label(body) == self.finding.place.object and self._is_there(body, path):
                result = self.change(objects, index, path)
                if result is not objects:
                    return result
        return objects

    def _is_there(self, body: Object, path: Path) -> bool:
        fills = self.finding.code in _FILLING
        return get(body, path[:-1] if fills else path) is not None


def fix_for(finding: Finding, known: KnownImages = NOTHING) -> Fix | None:
    """The fix of a finding, None where a person has to act. Some go by what is known of images."""
    if not finding.fixable:
        return None
    informed = _INFORMED.get(finding.code)
    change = informed(known) if informed else _CHANGES.get(finding.code)
    return Fix(finding, change) if change else None


def apply_accepted(running: Running, accepted: frozenset[str], look: Look) -> None:
    """Apply the fixes of accepted findings that are still there.

    A fix may rename its object, and what was found in it goes by another fingerprint afterwards:
    both may have been accepted, so it looks again until nothing more comes up.
    """
    left = set(accepted)
    for _round in range(_ROUNDS):
        context = look(tuple(running.objects))
        findings = [finding for finding in checks.run(context) if finding.fixable]
        found = [finding for finding in findings if finding.fingerprint in left]
        known = context.known_images
        fixes = [fix for finding in found if (fix := fix_for(finding, known)) is not None]
        if not fixes:
            return
        in_order = sorted(fixes, key=lambda fix: fix.finding.code in _RENAMING)
        running.run(in_order)
        left -= {finding.fingerprint for finding in found}


_CHANGES: dict[str, Change] = {
    "CFG-01": settings.move_to_secret,
    "CFG-02": settings.move_to_config_map,
    "CFG-03": settings.add_secret,
    "CFG-05": settings.key_as_variable,
    "IMG-01": containers.full_image_name,
    "IMG-07": containers.pull_what_is_missing,
    "PRB-01": containers.probe_the_port,
    "PRB-02": containers.patient_liveness,
    "PRB-03": containers.asked_by_kubelet,
    "PRB-04": containers.the_only_port,
    "PRD-02": workloads.not_alone,
    "PRD-03": workloads.enough_for_every_step,
    "PRD-04": workloads.left_to_the_scaler,
    "PRD-05": workloads.paced,
    "PRD-08": containers.wait_before_the_end,
    "RES-01": amounts.something_to_begin_with,
    "SEC-03": containers.without_root,
    "SEC-05": containers.restricted,
    "SEC-07": containers.writable_tmp,
    "SEC-09": containers.group_of_the_volumes,
    "STG-02": workloads.add_service,
    "STG-03": workloads.unpublished,
    "STG-06": workloads.scraped,
    "STG-07": workloads.guarded,
    "STG-09": workloads.own_account,
    "WLD-01": workloads.to_deployment,
}

_INFORMED: dict[str, Callable[[KnownImages], Change]] = {
    "EDG-01": images.fit_for_the_edge,
    "IMG-02": images.pinned,
    "IMG-03": images.at_home,
}

FIXED = frozenset({*_CHANGES, *_INFORMED})
"""The codes of findings that have a fix, where the finding itself says so."""
