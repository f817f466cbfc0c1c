"""What accepting fixes would change in a service, without accepting them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrations_app.domain.engine import Options
from migrations_app.domain.manifests.diff import ObjectDiff, compare
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Service
from migrations_app.queries.inputs import Inputs
from migrations_app.queries.rendering import rendered, with_stand_ins


@dataclass(frozen=True, slots=True)
class FixPreview:
    """What would differ, object by object, and the digest afterwards."""

    objects: tuple[ObjectDiff, ...]
    digest: str


def fix_preview(
    *,
    inputs: Inputs,
    service: Service,
    options: Options,
    fingerprints: Iterable[str],
    schemas: Schemas,
) -> FixPreview | None:
    """Render the service as it is and with the fixes. None: no source in force tells of it."""
    before, _missing = with_stand_ins(options)
    after = replace(before, accepted_fixes=before.accepted_fixes | frozenset(fingerprints))
    now = rendered(inputs, before, schemas).part(inputs, service)
    then = rendered(inputs, after, schemas).part(inputs, service)
    if now is None or then is None:
        return None
    return FixPreview(
        compare([item.body for item in now.objects], [item.body for item in then.objects]),
        then.digest,
    )
