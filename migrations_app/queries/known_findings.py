"""The findings of a service that somebody may act on, wherever they were found.

What only staging, production or an edge site minds is found in revisions for them and nowhere
else: the assessment is made without any environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from migrations_app.models import Assessment, Revision, Service

_NEEDED = ("environment", "number", "findings", "parameters", "images")


@dataclass(frozen=True, slots=True)
class Known:
    """A finding, and the revision that it stands in; None: it stands in the assessment."""

    record: dict[str, Any]
    revision: Revision | None = None

    @property
    def fixable(self) -> bool:
        return self.record["fixable"] and not self.record["mended"]


def known_findings(service: Service) -> dict[str, Known]:
    """By fingerprint: what the assessment tells, and the latest revision for each environment."""
    found: dict[str, Known] = {}
    assessment = Assessment.objects.filter(service=service).first()
    for record in assessment.findings if assessment else ():
        found[record["fingerprint"]] = Known(record)
    for revision in _latest(service):
        for record in revision.findings:
            found.setdefault(record["fingerprint"], Known(record, revision))
    return found


def _latest(service: Service) -> Iterator[Revision]:
    rows = Revision.objects.filter(service=service)
    names = rows.order_by("environment").values_list("environment", flat=True).distinct()
    for name in names:
        latest = rows.filter(environment=name).only(*_NEEDED).order_by("-number").first()
        if latest is not None:
            yield latest
