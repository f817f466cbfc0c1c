"""Label values that a scheduler compares, where a cluster would refuse them.

Compose constraints such as ``engine.labels.operatingsystem==ubuntu 14.04`` end up here.
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, map_pod_specs, replace_at, sequence
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.mends.references import matches
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_label_value, to_label_value

_TERMS = (
    ("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms", "*"),
    ("preferredDuringSchedulingIgnoredDuringExecution", "*", "preference"),
)
_VALUES = tuple(
    ("affinity", "nodeAffinity", *term, "matchExpressions", "*", "values") for term in _TERMS
)


def _with_valid_values(_body: Object, spec: dict[str, Any]) -> dict[str, Any]:
    result = spec
    for pattern in _VALUES:
        for path in matches(spec, pattern):
            values = sequence(get(spec, path))
            valid = [
                to_label_value(v) if isinstance(v, str) and not is_label_value(v) else v
                for v in values
            ]
            if valid != values:
                result = replace_at(result, path, valid)
    return result


MEND = Mend(
    "NAM-03",
    msg("A scheduler compares label values, which hold no spaces."),
    lambda objects: map_pod_specs(objects, _with_valid_values),
)
