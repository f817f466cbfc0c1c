"""Which values of a compose file the loss report says nothing of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.places import pointer
from migrations_app.domain.reading.compose.nodes import leaves, node_of
from migrations_app.domain.reading.dialects import COMPOSE
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import NOTHING_GIVEN, Given
from migrations_app.domain.reading.yaml_reader import read_yaml
from migrations_app.domain.spec import ServiceSpec

SCHEMAS = BundledSchemas()
_WHOLE = {"services": 3, "jobs": 3, "volumes": 2, "secrets": 2, "configs": 2}
"""How much of a path a row must name at least, to speak for all below it."""
_LEFT_OUT = (Outcome.DROPPED, Outcome.QUESTION)
"""What is left out as a whole has one row for all of it."""


def made_of(files: Mapping[str, str], given: Given = NOTHING_GIVEN) -> Made:
    """What is rendered of some files."""
    held = MemoryFiles({name: text.encode() for name, text in files.items()})
    bundle = read_bundle(held, STRICT, given=given)
    return render(bundle, Options(kubernetes_version="1.34", answers=given.answers), SCHEMAS)


def specs(given: Given = NOTHING_GIVEN, **files: str) -> dict[str, ServiceSpec]:
    """The services of some files by name; ``__`` is a dot and ``_in_`` a slash in theirs."""
    named = {name.replace("__", ".").replace("_in_", "/"): text for name, text in files.items()}
    held = MemoryFiles({name: text.encode() for name, text in named.items()})
    return {spec.name: spec for spec in read_bundle(held, STRICT, given=given).specs}


def unaccounted(name: str, text: str, rows: Mapping[str, LossRow]) -> Iterator[str]:
    """The paths of all values of a file without a row of their own or of what holds them."""
    documents, _findings = read_yaml(text, name, STRICT, COMPOSE)
    for document in documents:
        for leaf in leaves(node_of(document.value, document.origin, name)):
            least = min(len(leaf.path), _WHOLE.get(str(leaf.path[0]), 1)) if leaf.path else 0
            told = [
                (length, rows[path])
                for length in range(len(leaf.path) + 1)
                if (path := name + pointer(leaf.path[:length])) in rows
            ]
            if not any(length >= least or row.outcome in _LEFT_OUT for length, row in told):
                yield name + pointer(leaf.path)


def faults(made: Made, files: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with a loss report of compose files."""
    rows = {row.path: row for row in made.loss}
    found = [path for name, text in files.items() for path in unaccounted(name, text, rows)]
    for row in made.loss:
        if row.place.file in files and row.place.line == 0:
            found.append(f"{row.path} has no line")
        if row.outcome is not Outcome.KEPT and not row.reason.text:
            found.append(f"{row.path} is {row.outcome.value} without a reason")
    return found
