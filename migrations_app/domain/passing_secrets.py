"""Secret values that stood in objects at some time, whatever became of them.

A step may take a Secret away, or write a marker over its values. They are in no object any more,
but the record of what the step did still quotes them: whoever shows the record has to know them.
"""

from __future__ import annotations

from collections.abc import Iterable

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.secret_markers import is_marker, take
from migrations_app.domain.provenance import leaves
from migrations_app.domain.transforms.base import Recorded

_SECRET = "Secret/"  # noqa: S105 - how labels of Secrets begin
_VALUES = frozenset({"data", "stringData"})


def passing_secrets(sources: Iterable[Object], record: Iterable[Recorded]) -> frozenset[str]:
    """Those of the sources, and those that steps took from Secrets or wrote into them."""
    _bodies, values = take(sources)
    found = set(values.values())
    for item in record:
        if item.label.startswith(_SECRET):
            change = item.change
            for value in (change.before, change.after):
                for path, text in leaves(value, change.path):
                    if path and path[0] in _VALUES and isinstance(text, str):
                        found.add(text)
    return frozenset(text for text in found if text and not is_marker(text))
