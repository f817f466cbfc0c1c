"""Compose projects of every form that a field can have, before a real API server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.corpus.compose_made import made_projects
from tests.live.api_server import ApiServer, api_server

pytestmark = pytest.mark.live

SCHEMAS = BundledSchemas()
CASES = sorted((Path(__file__).parents[1] / "corpus" / "compose_cases").iterdir())


@pytest.fixture(scope="module")
def server(cluster_kit: Path) -> Iterator[ApiServer]:
    with api_server(cluster_kit) as running:
        yield running


def rejected(files: dict[str, bytes], server: ApiServer) -> list[str]:
    options = Options(kubernetes_version=server.version())
    made = render(read_bundle(MemoryFiles(files), STRICT), options, SCHEMAS)
    assert made.objects
    answers = [(item.label, server.try_out(item.body)) for item in made.objects]
    return [f"{label}: {said.why}" for label, said in answers if not said.accepted]


def test_projects_made_at_random_are_accepted(server: ApiServer, tmp_path: Path) -> None:
    left = [
        f"{file.name}: {why}"
        for file in made_projects(tmp_path, number=100, seed=1128)
        for why in rejected({file.name: file.read_bytes()}, server)
    ]
    assert left == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_projects_of_every_form_are_accepted(server: ApiServer, case: Path) -> None:
    files = {
        path.relative_to(case).as_posix(): path.read_bytes()
        for path in sorted(case.rglob("*"))
        if path.is_file()
    }
    assert rejected(files, server) == []
