"""A real API server with Pod Security admission takes what the section ``security`` makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles, Object
from migrations_app.domain.engine import Options, render
from migrations_app.domain.manifests.resources import claim_names, pod_metadata, pod_spec
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
LEVELS = ("restricted", "baseline")
PRESETS = {
    "restricted": "security: {level: restricted, readOnlyRoot: true, fsGroup: 1001}",
    "baseline": "security: {level: baseline}",
    "localhost": (
        "security: {level: restricted, seccomp: {localhostProfile: profiles/banking-v1.json}}"
    ),
}
ADMITTED = {"restricted": "restricted", "baseline": "baseline", "localhost": "restricted"}
"""Preset → the level of the namespace."""


@pytest.fixture(scope="module")
def server(cluster_kit: Path) -> Iterator[ApiServer]:
    with api_server(cluster_kit) as running:
        for level in LEVELS:
            labels = {"pod-security.kubernetes.io/enforce": level}
            name = _namespace(level)
            metadata: dict[str, Any] = {"name": name, "labels": labels}
            running.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
            account = {"name": "default", "namespace": name}
            running.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        yield running


def _namespace(level: str) -> str:
    return f"pod-security-{level}"


def pods(folder: Path, preset: str, version: str) -> list[Object]:
    """A bare pod of each template that is rendered: admission judges pods, not their owners."""
    written = (folder / "manifest.yaml").exists()
    paths = sorted(folder.glob("source*")) if written else sorted(folder.iterdir())
    files = {path.name: path.read_bytes() for path in paths if path.is_file()}
    layers = (Preset.from_text(PRESETS[preset], "p"),)
    namespace = _namespace(ADMITTED[preset])
    options = Options(kubernetes_version=version, layers=layers, namespace=namespace)
    made = render(read_bundle(MemoryFiles(files), STRICT), options, SCHEMAS)
    return [pod for item in made.objects if (pod := _pod(item.body, namespace)) is not None]


def _pod(body: Object, namespace: str) -> Object | None:
    found, about = pod_spec(body), pod_metadata(body)
    if found is None or about is None:
        return None
    spec = {key: value for key, value in found[1].items() if key not in _OF_OTHERS}
    claimed = [{"name": name, "emptyDir": {}} for name in claim_names(body).values()]
    if claimed:
        spec["volumes"] = [*spec.get("volumes", ()), *claimed]
    kept = {key: value for key, value in about[1].items() if key in ("labels", "annotations")}
    metadata = {**kept, "generateName": "judged-", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


_OF_OTHERS = frozenset({"serviceAccountName", "serviceAccount", "priorityClassName"})
"""What a namespace of a test does not have, and Pod Security does not look at."""


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    "folder", [*CAPTURES, *GOLDEN], ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_pods_are_admitted(server: ApiServer, folder: Path, preset: str) -> None:
    refused = []
    for pod in pods(folder, preset, server.version()):
        said = server.try_out(pod)
        if not said.accepted and not _only_host_paths(said.why):
            refused.append(said.why)
    assert refused == []


def _only_host_paths(why: str) -> bool:
    """Whether paths of the host are all that is wrong: no preset takes away what is there."""
    reasons = why.partition("violates PodSecurity")[2].split("), ")
    return all("hostPath" in reason for reason in reasons)


def test_the_server_judges_at_all(server: ApiServer) -> None:
    container = {"name": "web", "image": "a.example.com/b:1"}
    metadata = {"generateName": "judged-", "namespace": _namespace("restricted")}
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    said = server.try_out({**body, "spec": {"containers": [container]}})
    assert "violates PodSecurity" in said.why
