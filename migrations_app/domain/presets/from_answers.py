"""The answers that were given, as the text of a preset that gives them to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.secret_markers import MARKER


def preset_text(name: str, application: str, questions: Iterable[Mapping[str, Any]]) -> str:
    """A preset with the answers of stored questions; secret ones are left out.

    Where all questions of a code have one answer, the preset answers every question of that code;
    else it answers the very questions that were asked.
    """
    by_code: dict[str, dict[str, str]] = defaultdict(dict)
    for question in questions:
        answer = question["answer"]
        if answer is not None and MARKER not in answer:
            by_code[question["code"]][question["id"]] = answer
    answers: dict[str, str] = {}
    for code, given in by_code.items():
        if len(set(given.values())) == 1:
            answers[code] = next(iter(given.values()))
        else:
            answers |= given
    document: dict[str, Any] = {"name": name}
    if application:
        document["scope"] = {"application": application}
    return to_yaml([{**document, "answers": answers}])
