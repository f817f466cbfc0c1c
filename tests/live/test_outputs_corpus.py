"""Files written by others, rendered and written in every format, read back by its tool."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from migrations_app.domain.bundle import Objects
from migrations_app.domain.manifests.resources import containers
from migrations_app.domain.outputs.base import Losses, Manifests
from migrations_app.domain.outputs.formats import WRITERS
from migrations_app.domain.outputs.sound import sound
from tests.live import output_cases
from tests.live.test_outputs import (
    assert_same,
    by_content,
    kubectl,
    quadlet,
    read,
    run,
    write,
)

__all__ = ["kubectl"]

pytestmark = [pytest.mark.live, pytest.mark.corpus]

KINDS = ("kube", "compose", "quadlet")
EVERY = 24
"""One file of so many is read back by default; all of them with ``--all``."""


@pytest.mark.parametrize("step", [EVERY, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", KINDS)
def test_each_format_is_read_back_as_what_was_rendered(
    kind: str,
    step: int,
    corpus: Path,
    judges: Path,
    podman5_kit: Path,
    kubectl: str,
    tmp_path: Path,
) -> None:
    files = sorted(path for path in (corpus / kind).iterdir() if path.is_file())[::step]
    read_back = 0
    for number, file in enumerate(files):
        objects = output_cases.manifests_of(file)
        if not objects:
            continue
        read_back += 1
        folder = tmp_path / str(number)
        if not output_cases.namesakes(objects):
            made = _kustomized(objects, kubectl, judges, folder / "kustomize")
            assert_same(made, objects, judges, folder)
        made = _templated(objects, judges, folder / "helm")
        assert_same(sorted(made, key=by_content), sorted(objects, key=by_content), judges, folder)
        _composed(objects, judges, folder / "compose")
        _quadlets(objects, podman5_kit, folder / "quadlet")
    assert read_back, "units of volumes and networks alone make no objects, but not all are such"


def _written(objects: Objects, written_as: str, folder: Path) -> dict[str, str]:
    files = dict(WRITERS[written_as](Manifests("app", objects, {"staging": objects})).files)
    write(folder, files)
    return files


def _kustomized(
    objects: Objects, program: str, judges: Path, folder: Path
) -> Sequence[dict[str, object]]:
    _written(objects, "kustomize", folder)
    return read(run(program, "kustomize", str(folder / "overlays/staging")), judges, folder)


def _templated(objects: Objects, judges: Path, folder: Path) -> Sequence[dict[str, object]]:
    _written(objects, "helm", folder)
    return read(run(str(judges / "helm"), "template", "x", str(folder)), judges, folder)


def _composed(objects: Objects, judges: Path, folder: Path) -> None:
    _written(objects, "compose", folder)
    if any(any(containers(body)) for body in sound(objects, Losses())):
        answer = json.loads(run(str(judges / "judges"), "compose", str(folder / "compose.yaml")))
        assert "read" in answer, answer


def _quadlets(objects: Objects, kit: Path, folder: Path) -> None:
    files = _written(objects, "quadlet", folder)
    if units := [name for name in files if name.endswith(".kube")]:
        said = quadlet(kit, folder)
        assert all(f"---{name.removesuffix('.kube')}.service---" in said for name in units)
