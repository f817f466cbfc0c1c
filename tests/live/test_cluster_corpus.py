"""What we make of the files of others, before a real API server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.outcomes import outcomes
from tests.corpus.report import PAGE, explanation, server_section
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


def test_the_page_tells_what_is_true(
    corpus: Path, server: ApiServer, rendered: list[Judged]
) -> None:
    untouched = [*judge(outcomes(corpus, server.version()), server, untouched=True)]
    section = server_section(server.version(), untouched, rendered)
    assert section in PAGE.read_text(encoding="utf-8"), "bin/corpus --update"
