"""``registry``: where images are pulled from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.images import is_place
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import (
    PARAMETER,
    PARAMETER_TEXT,
    Shape,
    keys,
    listed,
    named,
    text,
)

_SHAPE = keys(
    "Where images are pulled from.",
    rewrite=listed(
        Shape(
            ("object",),
            keys={"from": text(nullable=False), "to": text(nullable=False)},
            required=("from", "to"),
            nullable=False,
        ),
        "The longest matching from wins; the path below it is kept.",
    ),
    tag=Shape(
        ("string",),
        "the tag of rewritten images (quoted if it is a number), or keep",
        pattern=rf"^[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}$|{PARAMETER_TEXT}",
        right=msg("the tag of rewritten images (quoted if it is a number), or keep"),
    ),
    pin=text("digest pins images whose digest is known.", "digest", "none"),
    pullPolicy=text("", "Always", "IfNotPresent", "Never"),
    pullSecrets=listed(named(), "Names of pull secrets."),
)


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    """``to`` must be a place where images can be."""
    for index, item in enumerate(sequence(section.get("rewrite"))):
        target = mapping(item).get("to")
        if isinstance(target, str) and not PARAMETER.search(target) and not is_place(target):
            yield Complaint(
                ("rewrite", index, "to"),
                msg(
                    "%(target)s is no registry. Write for example registry.example.com/team.",
                    target=repr(target),
                ),
            )


SECTION = Section("registry", _SHAPE, _check)
