"""The answers that were given, as the text of a preset that gives them to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.secret_markers import MARKER

_ABOUT_ONE = frozenset(
    {
        *("image-name", "variable", "unit-variable", "unit-specifier", "unit-instances"),
        *("service-port", "exposed-port", "exposed-service", "localhost-peer"),
        *("user-id", "run-as-user", "missing-file"),
    }
)
"""Codes of questions whose answer fits the one thing that was asked about, and nothing else."""


def preset_text(name: str, application: str, questions: Iterable[Mapping[str, Any]]) -> str:
    """A preset with the answers of stored questions; secret ones are left out.

    Where all questions of a code have one answer, and it can be that of others, the preset answers
    every question of that code; else it answers the very questions that were asked.
    """
    unlike: set[str] = set(_ABOUT_ONE)
    by_code: dict[str, dict[str, str]] = defaultdict(dict)
    for question in questions:
        answer = question["answer"]
        if answer is None or MARKER in answer:
            unlike.add(question["code"])
        else:
            by_code[question["code"]][question["id"]] = answer
    answers: dict[str, str] = {}
    for code, given in by_code.items():
        if code not in unlike and len(set(given.values())) == 1:
            answers[code] = next(iter(given.values()))
        else:
            answers |= given
    document: dict[str, Any] = {"name": name}
    if application:
        document["scope"] = {"application": application}
    return to_yaml([{**document, "answers": answers}])
