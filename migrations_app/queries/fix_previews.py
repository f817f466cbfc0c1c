"""What accepting fixes would change in a service, without accepting them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from migrations_app.domain.engine import Options
from migrations_app.domain.manifests.diff import DiffState, ObjectDiff, compare, unified
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
    found = compare([item.body for item in now.objects], [item.body for item in then.objects])
    return FixPreview(_paired(found), then.digest)


def _paired(found: Sequence[ObjectDiff]) -> tuple[ObjectDiff, ...]:
    """An object that only becomes another kind is shown as one that changes."""
    gone = {_name(diff): diff for diff in found if diff.state is DiffState.REMOVED}
    result = []
    for diff in found:
        before = gone.get(_name(diff)) if diff.state is DiffState.ADDED else None
        if before is not None:
            old, new = before.fields[0].before, diff.fields[0].after
            lines = tuple(unified([old], [new]).splitlines())
            label = f"{before.label} → {diff.label}"
            diff = replace(diff, label=label, state=DiffState.CHANGED, lines=lines)
            gone.pop(_name(diff), None)
            result.append(diff)
        elif diff.state is not DiffState.REMOVED:
            result.append(diff)
    return (*result, *gone.values())


def _name(diff: ObjectDiff) -> str:
    return diff.label.rpartition("→")[2].strip().partition("/")[2]
