"""What we make of the files of others, before a real API server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations_app.domain.findings import Finding, Severity
from tests.corpus.outcomes import outcomes
from tests.corpus.report import PAGE, explanation, lack, server_section
from tests.live.api_server import ApiServer, api_server
from tests.live.corpus_on_server import Judged, judge

pytestmark = [pytest.mark.live, pytest.mark.corpus]


@pytest.fixture(scope="module")
def server(cluster_kit: Path) -> Iterator[ApiServer]:
    with api_server(cluster_kit) as running:
        yield running


@pytest.fixture(scope="module")
def rendered(corpus: Path, server: ApiServer) -> list[Judged]:
    return [*judge(outcomes(corpus, server.version()), server)]


def test_what_is_rejected_is_explained(rendered: list[Judged]) -> None:
    rejected = [item for item in rendered if item.answer.known and not item.answer.accepted]
    assert [(item.label, item.answer.why) for item in rejected if not explanation(item)] == []


def _blocks(finding: Finding) -> bool:
    return finding.severity is Severity.BLOCKER and finding.code.startswith(
        ("NAM", "VOL", "SEC", "IMG")
    )


@pytest.fixture(scope="module")
def untouched(corpus: Path, server: ApiServer) -> list[Judged]:
    return [*judge(outcomes(corpus, server.version()), server, untouched=True)]


def test_what_a_server_refuses_in_a_source_is_found_in_it(untouched: list[Judged]) -> None:
    """By the schema, or as a blocker of their own object, mended or not: nothing is put right in
    silence."""
    silent = []
    for item in untouched:
        if item.answer.accepted or not item.answer.known or lack(item):
            continue
        made = item.outcome.made
        kind = item.label.partition("/")[0]
        found = [
            finding
            for finding in (made.findings if made else ())
            if (finding.code.startswith("SCH") or _blocks(finding))
            and finding.place.object.startswith(f"{kind}/")
        ]
        if not found:
            silent.append((item.outcome.name, item.label, item.answer.why))
    assert silent == []


def test_the_page_tells_what_is_true(
    server: ApiServer, untouched: list[Judged], rendered: list[Judged]
) -> None:
    section = server_section(server.version(), untouched, rendered)
    assert section in PAGE.read_text(encoding="utf-8"), "bin/corpus --update"
