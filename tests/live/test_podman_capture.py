"""From containers that really run to manifests: captured by our own hands, read and rendered."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.ports import CapturedFiles
from tests.live.podman_kit import IMAGE, Service

pytestmark = pytest.mark.live

SECRET = "canary-7f3a91"
SERVE = "exec httpd -f -p 8080 -h /tmp"


@dataclass(frozen=True)
class Shop:
    """A pod of two containers and a container beside it, on one host."""

    host: PodmanHost
    mark: str
    folder: Path

    def capture(self, name: str) -> CapturedFiles:
        return self.host.capture(f"{self.mark}-{name}")

    def render(self, captured: CapturedFiles) -> Made:
        bundle = read_bundle(MemoryFiles(dict(captured.files)), STRICT)
        return render(bundle, Options(), BundledSchemas())


@pytest.fixture
def shop(podman: Service, tmp_path: Path) -> Iterator[Shop]:
    mark = f"kkc-{uuid.uuid4().hex[:8]}"
    (tmp_path / "site.conf").write_text("colour = blue\n")
    (tmp_path / "value").write_text(SECRET)
    (tmp_path / "pages").mkdir()
    run, label = podman.run, f"--label=shop={mark}"
    run("network", "create", f"{mark}-net")
    run("secret", "create", f"{mark}-token", str(tmp_path / "value"))
    run("volume", "create", label, f"{mark}-data")
    run("pod", "create", "--name", f"{mark}-shop", "--network", f"{mark}-net", label)
    inside = ["run", "-d", "--pod", f"{mark}-shop", label]
    run(
        *[*inside, "--name", f"{mark}-web", "-e", "GREETING=hello", "--memory=64m", "--cpus=0.5"],
        *["--expose", "8080", "--health-cmd", "wget -q -O- http://localhost:8080/healthz"],
        *["--health-interval=5s", "-v", f"{tmp_path}/site.conf:/etc/shop/site.conf:ro"],
        *["--secret", f"{mark}-token,type=mount,target=/run/token", "--user", "1000"],
        *[IMAGE, "sh", "-c", SERVE],
    )
    run(
        *[
            *inside,
            "--name",
            f"{mark}-db",
            "-v",
            f"{mark}-data:/data",
            "-e",
            "DB_PASSWORD=s3cret-x",
        ],
        *["-v", f"{tmp_path}/pages:/pages", IMAGE, "sleep", "1000"],
    )
    run(
        *["run", "-d", "--name", f"{mark}-My_App.v1", "--network", f"{mark}-net", label],
        *["--restart=always", "--expose", "8080", "--cap-drop=ALL", "--read-only"],
        *["--tmpfs", "/tmp:size=1m", "--stop-timeout=3", IMAGE, "sh", "-c", SERVE],
    )
    try:
        yield Shop(PodmanHost(podman.connection), mark, tmp_path)
    finally:
        PodmanHost(podman.connection).remove_labelled("shop", mark)
        run("secret", "rm", f"{mark}-token")
        run("network", "rm", "-f", f"{mark}-net")


def test_a_pod_becomes_a_workload(shop: Shop) -> None:
    captured = shop.capture("shop")
    names = {path.removeprefix(f"{shop.mark}-shop/") for path in captured.files}
    assert names == {
        "pod.json",
        "container-infra.json",
        f"container-{shop.mark}-web.json",
        f"container-{shop.mark}-db.json",
        "image-kakehashi-test-box.json",
        f"volume-{shop.mark}-data.json",
        f"network-{shop.mark}-net.json",
        "generate-kube.yaml",
        "mounts.json",
    }
    assert captured.notes == ()
    mounts = json.loads(captured.files[f"{shop.mark}-shop/mounts.json"])
    assert mounts["files"] == [
        {"path": f"{shop.folder}/site.conf", "content": "colour = blue\n"},
    ]
    assert mounts["directories"] == [f"{shop.folder}/pages"]
    made = shop.render(captured)
    kinds = [item.body["kind"] for item in made.objects]
    assert "StatefulSet" in kinds
    assert "Service" in kinds
    for part in ("GREETING", "colour = blue", "/healthz", "64Mi", "500m", "runAsUser: 1000"):
        assert part in made.text, part
    assert not [f for f in made.findings if f.code.startswith("SCH")]


def test_no_secret_value_is_fetched(shop: Shop) -> None:
    captured = shop.capture("shop")
    assert SECRET not in b"".join(captured.files.values()).decode()
    made = shop.render(captured)
    assert f"{shop.mark}-token" in made.text


def test_a_container_alone_becomes_a_deployment(shop: Shop) -> None:
    captured = shop.capture("My_App.v1")
    assert captured.name == f"{shop.mark}-My_App.v1"
    assert f"{shop.mark}-My_App.v1/container-{shop.mark}-My_App.v1.json" in captured.files
    made = shop.render(captured)
    kinds = [item.body["kind"] for item in made.objects]
    assert "Deployment" in kinds
    assert "readOnlyRootFilesystem: true" in made.text
    assert not [f for f in made.findings if f.code.startswith("SCH")]


def test_both_are_listed(shop: Shop) -> None:
    found = {item.name: item for item in shop.host.workloads()}
    pod, alone = found[f"{shop.mark}-shop"], found[f"{shop.mark}-My_App.v1"]
    assert (pod.kind, pod.state) == ("pod", "running")
    assert set(pod.containers) == {f"{shop.mark}-web", f"{shop.mark}-db"}
    assert (alone.kind, alone.state, alone.image) == ("container", "running", IMAGE)
    assert alone.since is not None


def test_a_part_that_cannot_be_had_is_a_note(shop: Shop, podman: Service) -> None:
    """``generate kube`` refuses what it cannot express; the inspections are of use without it."""
    name = f"{shop.mark}-odd"
    label = f"--label=shop={shop.mark}"
    podman.run("run", "-d", "--name", name, label, "--network=none", IMAGE, "sleep", "1000")
    twin = f"{shop.mark}-tied"
    podman.run("create", "--name", twin, label, f"--network=container:{name}", IMAGE, "true")
    captured = shop.host.capture(twin)
    assert f"{twin}/container-{twin}.json" in captured.files
    shop.render(captured)
