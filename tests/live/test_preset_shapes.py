"""A real API server takes every object that presets make beside workloads, under strict dry run.

Kinds that a cluster has only with an extension (routes of the Gateway API, monitors) it does not
know; their form is held fast by the tests of their transforms.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.live.api_server import ApiServer, api_server

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[1]
CAPTURES = sorted(path for path in (ROOT / "fixtures" / "inspect").glob("*/*") if path.is_dir())
GOLDEN = sorted(
    path
    for path in (ROOT / "domain" / "golden").iterdir()
    if path.is_dir() and path.name != "unknown-fields"  # which no server takes, whoever may run it
)
SCHEMAS = BundledSchemas()
NAMESPACE = "preset-shapes"
SHAPED = Preset.from_text(
    """
exposure:
  type: ClusterIP
  sessionAffinity: ClientIP
  host: "{name}.example.com"
  class: nginx
  tls: {clusterIssuer: letsencrypt}
scaling:
  min: 2
  max: 5
  cpu: 70
  memory: 80
  behavior:
    scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}
storage: {class: fast, size: 3Gi, accessMode: ReadWriteOncePod, emptyDir: {sizeLimit: 1Gi}}
observability: {portNames: true, metrics: annotations}
network:
  defaultDeny: true
  ingressController: {namespace: ingress-nginx}
  monitoring: {namespace: monitoring, labels: {app: prometheus}}
  cidrs: [10.20.0.0/16]
  world: allow
workload: {split: apart}
""",
    "shaped",
)
OPENED = Preset.from_text(
    "exposure: {type: LoadBalancer, host: shop.example.com}\nworkload: {split: apart}\n"
    "network: {peers: references}",
    "opened",
)


@pytest.fixture(scope="module")
def server(cluster_kit: Path) -> Iterator[ApiServer]:
    with api_server(cluster_kit) as running:
        metadata: dict[str, Any] = {"name": NAMESPACE}
        running.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        account = {"name": "default", "namespace": NAMESPACE}
        running.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        yield running


@pytest.mark.parametrize("preset", [SHAPED, OPENED], ids=lambda preset: preset.name)
@pytest.mark.parametrize(
    "folder", [*CAPTURES, *GOLDEN], ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_every_object_is_taken(server: ApiServer, folder: Path, preset: Preset) -> None:
    written = (folder / "manifest.yaml").exists()
    paths = sorted(folder.glob("source*")) if written else sorted(folder.iterdir())
    files = {path.name: path.read_bytes() for path in paths if path.is_file()}
    options = Options(kubernetes_version=server.version(), layers=(preset,), namespace=NAMESPACE)
    made = render(read_bundle(MemoryFiles(files), STRICT), options, SCHEMAS)

    refused = {}
    for item in made.objects:
        said = server.try_out(item.body)
        if said.known and not said.accepted:
            refused[item.label] = said.why

    assert refused == {}


def test_the_server_judges_at_all(server: ApiServer) -> None:
    metadata = {"name": "wrong", "namespace": NAMESPACE}
    spec = {"podSelector": {}, "policyTypes": ["Sideways"]}
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata}
    assert not server.try_out({**body, "spec": spec}).accepted
