"""What is built of the oddest services, before a real API server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle
from migrations_app.domain.engine import Options, render
from tests.domain.manifests.nasty_specs import nasty_services
from tests.live.api_server import ApiServer, api_server
from tests.live.corpus_on_server import prepare

pytestmark = pytest.mark.live

SCHEMAS = BundledSchemas()
SEEDS = range(40)


@pytest.fixture(scope="module")
def server(cluster_kit: Path) -> Iterator[ApiServer]:
    with api_server(cluster_kit) as running:
        yield running


def test_whatever_readers_give_is_accepted(server: ApiServer) -> None:
    refused: list[tuple[int, str, str]] = []
    for seed in SEEDS:
        options = Options(kubernetes_version=server.version())
        made = render(Bundle(specs=nasty_services(seed)), options, SCHEMAS)
        prepare([item.body for item in made.objects], server)
        for item in made.objects:
            answer = server.try_out(item.body)
            if not answer.accepted:
                refused.append((seed, item.label, answer.why))
    assert refused == []
