"""Words that the API knows in one spelling of capitals only: ``always`` is ``Always``."""

from __future__ import annotations

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.closed_values import closed_values
from migrations_app.domain.manifests.resources import replace_at
from migrations_app.domain.mends.base import Mend, each
from migrations_app.domain.messages import msg


def _spelled(body: Object) -> Object:
    result = body
    for path, word, known in closed_values(body):
        if not isinstance(known, tuple) or not isinstance(word, str) or word in known:
            continue
        right = next((item for item in known if item.lower() == word.strip().lower()), None)
        if right is not None:
            result = replace_at(result, path, right)
    return result


MEND = Mend("SCH-01", msg("The API knows this word in one spelling only."), each(_spelled))
