"""Every format read back by the tool that it is for: the same objects as were rendered."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from migrations_app.domain.bundle import Objects
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.outputs.base import Manifests, identities, same
from migrations_app.domain.outputs.helm import write_helm
from migrations_app.domain.outputs.kustomize import write_kustomize
from tests.live import output_cases

pytestmark = pytest.mark.live

CASES = {name: objects for name, objects in output_cases.golden_cases() if objects}


def _sets() -> dict[str, Manifests]:
    made = {
        name: output_cases.with_environments(objects, output_cases.GOLDEN / name)
        for name, objects in CASES.items()
        if not output_cases.namesakes(objects)
    }
    return {**made, "nasty": output_cases.with_environments(output_cases.nasty())}


SETS = _sets()


@pytest.fixture(scope="session")
def kubectl(cluster_kit: Path) -> str:
    done = subprocess.run([cluster_kit / "env"], check=True, capture_output=True, text=True)
    found = done.stdout.partition("PATH=")[2].partition(":")[0].strip("\"'")
    program = Path(found) / "kubectl"
    assert program.exists(), done.stdout
    return str(program)


@pytest.mark.parametrize("name", SETS)
def test_kustomize_builds_the_same_objects(
    name: str, kubectl: str, judges: Path, tmp_path: Path
) -> None:
    manifests = SETS[name]
    _write(tmp_path, write_kustomize(manifests).files)
    for environment, objects in manifests.environments.items():
        built = _run(kubectl, "kustomize", str(tmp_path / "overlays" / environment))
        wanted = _overlaid(manifests.base, objects)
        if environment == "staging":
            assert wanted == list(objects), "what is in both keeps its order"
        assert_same(_read(built, judges, tmp_path), wanted, judges, tmp_path)
    if manifests.base:
        built = _run(kubectl, "kustomize", str(tmp_path / "base"))
        assert_same(_read(built, judges, tmp_path), manifests.base, judges, tmp_path)


@pytest.mark.parametrize("name", SETS)
def test_helm_renders_the_same_objects(name: str, judges: Path, tmp_path: Path) -> None:
    manifests = SETS[name]
    _write(tmp_path, write_helm(manifests).files)
    helm = str(judges / "helm")
    for environment, objects in {"": manifests.base, **manifests.environments}.items():
        values = ("-f", str(tmp_path / f"values-{environment}.yaml")) if environment else ()
        built = _run(helm, "template", "x", str(tmp_path), *values)
        made = _read(built, judges, tmp_path)
        assert_same(sorted(made, key=_key), sorted(objects, key=_key), judges, tmp_path)


@pytest.mark.parametrize("name", ["bank-preset", "nasty"])
def test_charts_pass_helms_own_check(name: str, judges: Path, tmp_path: Path) -> None:
    _write(tmp_path, write_helm(SETS[name]).files)
    assert "0 chart(s) failed" in _run(str(judges / "helm"), "lint", str(tmp_path))


def assert_same(made: list[Any], wanted: Any, judges: Path, folder: Path) -> None:
    """Objects equal what our own YAML of the wanted ones reads as in a Go reader."""
    expected = _read(to_yaml(wanted), judges, folder)
    assert len(made) == len(expected)
    for one, other in zip(made, expected, strict=True):
        assert same(one, other), f"{json.dumps(one, indent=1)}\n{json.dumps(other, indent=1)}"


def _overlaid(base: Objects, objects: Objects) -> list[Any]:
    """The objects in the order of the base, what is new after them."""
    order = {identity: place for place, identity in enumerate(identities(base))}
    named = zip(identities(objects), objects, strict=True)
    return [body for _, body in sorted(named, key=lambda one: order.get(one[0], len(order)))]


def _key(body: Mapping[str, Any]) -> str:
    return json.dumps(
        [body.get("kind"), body.get("metadata", {}).get("name"), body], sort_keys=True
    )


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


def _read(text: str, judges: Path, folder: Path) -> list[Any]:
    """The documents of a YAML text as Kubernetes reads them."""
    if not text.strip():
        return []
    file = folder / "read.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    answer = json.loads(_run(str(judges / "judges"), "yaml", str(file)))
    assert "read" in answer, answer
    return [body for body in answer["read"] if body]


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
