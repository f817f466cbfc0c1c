"""What we make of our own examples and captures, before a real API server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.findings import Severity
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.live.api_server import ApiServer, api_server
from tests.live.corpus_on_server import prepare

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[1]
CAPTURES = sorted(path for path in (ROOT / "fixtures" / "inspect").glob("*/*") if path.is_dir())
GOLDEN = sorted(path for path in (ROOT / "domain" / "golden").iterdir() if path.is_dir())
PRESET = Preset.from_text((ROOT / "domain" / "golden" / "bank-preset" / "preset.yaml").read_bytes())
SHAPED = Preset.from_text(
    """
configuration: {variables: configMap, secrets: secret, immutable: true, rollout: hash}
security: {level: restricted, readOnlyRoot: true, fsGroup: 1001, fsGroupChangePolicy: Always}
workload:
  kind: Deployment
  replicas: 3
  strategy: {maxSurge: 1, maxUnavailable: 0}
  minReadySeconds: 5
  progressDeadlineSeconds: 300
  revisionHistoryLimit: 3
  labels: {name: true, partOf: bank, version: "${GIT_COMMIT}"}
  spread: {topologyKeys: [kubernetes.io/hostname, topology.kubernetes.io/zone]}
  antiAffinity: required
  disruptionBudget: {minAvailable: 50%}
  priorityClass: system-cluster-critical
  serviceAccount: dedicated
  mountToken: false
  terminationGracePeriodSeconds: 40
  preStop: {sleepSeconds: 10}
parameters: {GIT_COMMIT: {required: true}}
""",
    "shaped",
)
SCHEMAS = BundledSchemas()


@pytest.fixture(scope="module")
def server(cluster_kit: Path) -> Iterator[ApiServer]:
    with api_server(cluster_kit) as running:
        yield running


def told(made: Made, label: str) -> bool:
    """Whether a blocker says of the object that no server takes it."""
    return any(
        finding.code.startswith("SCH-")
        and finding.severity is Severity.BLOCKER
        and not finding.mended
        and finding.place.object == label
        for finding in made.findings
    )


def rejected(files: dict[str, bytes], server: ApiServer, layers: tuple[Preset, ...]) -> list[str]:
    options = Options(
        kubernetes_version=server.version(), layers=layers, parameters={"GIT_COMMIT": "4f2c9d1"}
    )
    made = render(read_bundle(MemoryFiles(files), STRICT), options, SCHEMAS)
    prepare([item.body for item in made.objects], server)
    answers = [(item.label, server.try_out(item.body)) for item in made.objects]
    return [
        f"{label}: {said.why}"
        for label, said in answers
        if said.known and not said.accepted and not told(made, label)
    ]


@pytest.mark.parametrize(
    "layers", [(), (PRESET,), (PRESET, SHAPED)], ids=["plain", "preset", "shaped"]
)
@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_captures_are_accepted(server: ApiServer, folder: Path, layers: tuple[Preset, ...]) -> None:
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    assert rejected(files, server, layers) == []


@pytest.mark.parametrize("case", GOLDEN, ids=lambda path: path.name)
def test_examples_are_accepted(server: ApiServer, case: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted(case.glob("source*"))}
    own = [Preset.from_text(path.read_bytes(), path.name) for path in sorted(case.glob("preset*"))]
    assert rejected(files, server, (PRESET, *own)) == []
    assert rejected(files, server, (PRESET, SHAPED, *own)) == []
