"""Member files that are Containerfiles: findings, and no documents."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.reading.archives import is_archived
from migrations_app.domain.reading.containerfile.parsing import parse
from migrations_app.domain.reading.containerfile.rules import judge
from migrations_app.domain.reading.inspect_rules import IMAGE
from migrations_app.domain.reading.reading import Desk, Reading, TextMember


def read_containerfiles(members: Sequence[TextMember], desk: Desk) -> Reading:
    """Judge every Containerfile that no other member builds an image of."""
    findings: list[Finding] = []
    rows: list[LossRow] = []
    problems: list[Problem] = []
    for member in members:
        built = parse(member.text, member.name)
        if posixpath.normpath(member.name) in desk.drawn:
            continue
        if built.problems and is_archived(member.name):
            first = built.problems[0]
            rows.append(LossRow(member.name, Outcome.DROPPED, "", first.message, first.place))
            continue
        problems += built.problems
        if built.problems:
            continue
        findings += judge(built)
        place = built.place(1, "/FROM")
        rows.append(LossRow(member.name, Outcome.CONVERTED, "", IMAGE, place))
    return Reading(findings=tuple(findings), loss=tuple(rows), problems=tuple(problems))
