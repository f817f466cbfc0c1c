"""An archive of every format: all of them in it, and always the same bytes."""

from __future__ import annotations

import io
import zipfile

from migrations_app.domain.outputs.archive import archive, write_everything
from migrations_app.domain.outputs.base import Manifests

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "web", "image": "registry.example.com/web:1"}]},
}


def test_every_format_is_in_it() -> None:
    written = write_everything(Manifests("web", (POD,), {"staging": (POD,)}))
    assert {
        *("manifests.yaml", "podman.yaml", "compose.yaml"),
        *("kustomize/base/pod-web.yaml", "kustomize/overlays/staging/kustomization.yaml"),
        *("helm/Chart.yaml", "helm/values-staging.yaml", "helm/templates/pod-web.yaml"),
        *("quadlet/web.kube", "quadlet/web.yaml"),
    } <= written.files.keys()


def test_a_format_that_cannot_hold_the_objects_is_left_out_and_named() -> None:
    written = write_everything(Manifests("web", (POD, POD), {"staging": (POD, POD)}))
    assert not [path for path in written.files if path.startswith("kustomize/")]
    assert "helm/Chart.yaml" in written.files
    assert [row.path for row in written.loss] == ["kustomize"]


def test_the_same_files_are_the_same_bytes_whatever_their_order() -> None:
    files = {"b.yaml": "b: 1\n", "a/c.yaml": "架け橋\n"}
    packed = archive(files)
    assert packed == archive(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as read:
        assert {name: read.read(name).decode() for name in read.namelist()} == files
