"""``answers``: answers to questions, for every service that asks them."""

from __future__ import annotations

from migrations_app.domain.presets.sections.section import Section
from migrations_app.domain.presets.shape import by_name, text

SECTION = Section(
    "answers",
    by_name(
        text(),
        "By the code of a question, by its id, or by an id with * in it; the most precise wins.",
    ),
)
