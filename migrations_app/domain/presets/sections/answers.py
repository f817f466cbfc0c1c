"""``answers``: answers to questions, for every service that asks them."""

from __future__ import annotations

from migrations_app.domain.presets.sections.section import Section
from migrations_app.domain.presets.shape import by_name, text

SECTION = Section(
    "answers",
    by_name(
        text(),
        "Answers to questions, by the code of a question, by its id, or by an id with * in it. "
        "The most precise wins; what somebody answered to the question itself wins over all.",
    ),
)
