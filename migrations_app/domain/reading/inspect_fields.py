"""The ledger of inspection fields: what becomes of those that no reader takes into the spec.

A field that is set, and that nobody took, settled or has a rule for, is reported as not
understood: the report may be long, it is never short. A row for a path tells of all below it that
has no row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path
from migrations_app.domain.provenance import leaves
from migrations_app.domain.reading.inspect_rules import NETWORK, RULES, Rule
from migrations_app.domain.reading.inspections import Inspection, InspectionKind


def account(inspection: Inspection) -> Iterator[LossRow]:
    """A row for every field that is set and was neither taken into the spec nor settled."""
    if inspection.kind is InspectionKind.NETWORK:
        yield _row(inspection, (), NETWORK)
        return
    rules = RULES[inspection.kind]
    done: set[Path] = set()
    for path, value in leaves(dict(inspection.value)):
        prefixes = [path[:length] for length in range(len(path) + 1)]
        if any(prefix in inspection.taken or prefix in done for prefix in prefixes):
            continue
        found = next((p for p in prefixes if "/".join(map(str, p)) in rules), None)
        if found is None:
            if value not in (None, "", 0, False) and value not in ([], {}):
                yield _row(
                    inspection,
                    path,
                    msg("Not understood; tell us what it should become."),
                )
            continue
        done.add(found)
        rule = rules["/".join(map(str, found))]
        if not _is_unset(inspection.get(*found), rule):
            yield _row(inspection, found, rule.reason)


def account_whole(inspection: Inspection, reason: Message) -> LossRow:
    """One row for all of it, beside those of what went into the spec."""
    return _row(inspection, (), reason)


def account_taken(inspection: Inspection, reason: Message) -> Iterator[LossRow]:
    """A row for every field that went into a spec of which nothing could be made."""
    known = {row.path for row in inspection.rows}
    for path in sorted(inspection.taken, key=lambda path: [*map(str, path)]):
        row = _row(inspection, path, reason)
        if row.path not in known and inspection.get(*path) is not None:
            yield row


def _is_unset(value: Any, rule: Rule) -> bool:
    """Whether a value is Podman's default: empty, unless a rule names other defaults."""
    if any(type(value) is type(default) and value == default for default in rule.defaults):
        return True
    if value is False and True in rule.defaults:
        return False
    return all(leaf in (None, "", 0, False) or leaf in ([], {}) for _path, leaf in leaves(value))


def _row(inspection: Inspection, path: Path, reason: Message) -> LossRow:
    place = inspection.spot(*path)
    return LossRow(place.object + place.path, Outcome.DROPPED, "", reason, place)
