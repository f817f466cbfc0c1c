"""Our verdict over small faulty and sound objects, beside that of a real API server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain import checks
from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.provenance import Origin
from tests.domain.server_rules.cases import SOUND, WRONG, body
from tests.live.api_server import ApiServer, api_server
from workbench.examples import check_examples

pytestmark = [pytest.mark.live]
SCHEMAS = BundledSchemas()
_CLUSTER_WIDE = ("ValidatingWebhookConfiguration",)


@pytest.fixture(scope="module")
def server(cluster_kit: Path) -> Iterator[ApiServer]:
    with api_server(cluster_kit) as running:
        yield running


def test_we_refuse_what_the_server_refuses_and_nothing_else(server: ApiServer) -> None:
    differing = []
    version = SCHEMAS.versions()[-1]
    for name, text in {**WRONG, **{f"sound: {name}": text for name, text in SOUND.items()}}.items():
        wanted = body(text)
        if wanted["kind"] not in _CLUSTER_WIDE:
            wanted["metadata"]["namespace"] = "default"
        answer = server.try_out(wanted)
        item = SourceObject(wanted, Origin("a.yaml", 1, 1), "a.yaml")
        ours = [
            finding
            for finding in checks.run(CheckContext((item,), SCHEMAS, version))
            if not finding.waivable
        ]
        if bool(ours) is answer.accepted:
            differing.append((name, answer.why, [str(finding.message) for finding in ours]))
    assert differing == []


def test_what_the_manual_shows_as_mended_or_fixed_is_accepted(server: ApiServer) -> None:
    refused = []
    for code, example in check_examples().items():
        for text in (text for name, text in example.after.items() if name.endswith(".yaml")):
            for wanted in yaml.safe_load_all(text):
                if not isinstance(wanted, dict) or "apiVersion" not in wanted:
                    continue  # a compose file
                wanted["metadata"]["namespace"] = "default"
                answer = server.try_out(wanted)
                if answer.known and not answer.accepted:
                    refused.append((code, wanted["kind"], answer.why))
    assert refused == []
