"""What would come of some text, without keeping any of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain import records
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, answers_of, render
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.presets.layering import in_order
from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.domain.reading.archives import expand
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.schemas import Schemas
from migrations_app.domain.unused import unused_images
from migrations_app.models import PresetVersion
from migrations_app.queries.rendering import hidden


@dataclass(frozen=True, slots=True)
class Preview:
    """What is to be rendered, and how. ``presets`` apply whatever their scope, in layer order."""

    files: Mapping[str, bytes]
    presets: tuple[Layer, ...] = ()
    environment: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    kubernetes_version: str = ""
    partial: bool = False
    """Leave out the files that cannot be read, instead of refusing all of them."""


def preview(wish: Preview, schemas: Schemas) -> dict[str, Any]:
    """``{manifest, digest, trail, findings, questions, loss, renames, files}``, with markers for
    secrets.

    Raises:
        UnreadableSource: the text cannot be read.
        MissingParameter: a preset needs a parameter that was not given.
        InvalidInput: an answer is none of its question's choices; an image is for no container.
    """
    options = Options(
        environment=wish.environment or None,
        kubernetes_version=wish.kubernetes_version or None,
        layers=in_order(wish.presets),
        parameters=wish.parameters,
        images=wish.images,
        answers=wish.answers,
    )
    given = Given(variables=wish.parameters, answers=answers_of(options))
    files = MemoryFiles(expand(wish.files, STRICT))
    bundle = read_bundle(files, STRICT, partial=wish.partial, given=given)
    made = render(bundle, options, schemas)
    for told in unused_images(made.objects, wish.images):
        raise InvalidInput(told)
    safe = hidden(made)
    plain = {
        "trail": [records.change(item) for item in made.changes],
        "findings": [records.finding(item) for item in made.findings],
        "questions": [records.question(item) for item in made.questions],
        "loss": [records.loss_row(item) for item in made.loss],
        "renames": [dict(item) for item in made.renames],
        "files": [
            {
                "path": member.path,
                "kind": member.kind.value,
                "errors": [records.problem(item) for item in member.problems],
            }
            for member in bundle.members
        ],
    }
    return {
        "manifest": safe.made.text,
        "digest": safe.made.digest,
        **{key: records.conceal(value, safe.secrets) for key, value in plain.items()},
    }


def layers_of(versions: Iterable[PresetVersion]) -> tuple[Layer, ...]:
    """Stored presets as layers."""
    return tuple(
        Layer.from_text(version.text, version.preset.name, version.number) for version in versions
    )
