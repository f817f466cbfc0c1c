"""Every format read back by the tool that it is for: the same objects as were rendered."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from migrations_app.domain.bundle import Objects
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import containers, pod_spec
from migrations_app.domain.outputs.base import Losses, Manifests, identities
from migrations_app.domain.outputs.compose import write_compose
from migrations_app.domain.outputs.helm import write_helm
from migrations_app.domain.outputs.kustomize import write_kustomize
from migrations_app.domain.outputs.quadlet import write_quadlet
from migrations_app.domain.outputs.sound import sound
from migrations_app.domain.same import same
from tests.live import output_cases

pytestmark = pytest.mark.live

EVERYTHING = output_cases.manifests_of(Path(__file__).parent / "podman_variant.yaml")
CASES = {name: objects for name, objects in output_cases.golden_cases() if objects}


def _sets() -> dict[str, Manifests]:
    made = {
        name: output_cases.with_environments(objects, output_cases.GOLDEN / name)
        for name, objects in CASES.items()
        if not output_cases.namesakes(objects)
    }
    return {**made, "nasty": output_cases.with_environments(output_cases.nasty())}


SETS = _sets()


def _sampled(names: Iterable[str]) -> list[Any]:
    """Every name; most of them only where the long matrices run."""
    chosen = {"nasty", "everything", "bank-preset"}
    return [
        pytest.param(name, marks=() if name in chosen or not place % 6 else pytest.mark.long)
        for place, name in enumerate(names)
    ]


@pytest.fixture(scope="session")
def kubectl(cluster_kit: Path) -> str:
    done = subprocess.run([cluster_kit / "env"], check=True, capture_output=True, text=True)
    found = done.stdout.partition("PATH=")[2].partition(":")[0].strip("\"'")
    program = Path(found) / "kubectl"
    assert program.exists(), done.stdout
    return str(program)


@pytest.mark.parametrize("name", _sampled(SETS))
def test_kustomize_builds_the_same_objects(
    name: str, kubectl: str, judges: Path, tmp_path: Path
) -> None:
    manifests = SETS[name]
    write(tmp_path, write_kustomize(manifests).files)
    for environment, objects in manifests.environments.items():
        built = run(kubectl, "kustomize", str(tmp_path / "overlays" / environment))
        wanted = _overlaid(manifests.base, objects)
        if environment == "staging":
            assert wanted == list(objects), "what is in both keeps its order"
        assert_same(read(built, judges, tmp_path), wanted, judges, tmp_path)
    if manifests.base:
        built = run(kubectl, "kustomize", str(tmp_path / "base"))
        assert_same(read(built, judges, tmp_path), manifests.base, judges, tmp_path)


def test_namesakes_in_several_namespaces_are_patched_apart(
    kubectl: str, judges: Path, tmp_path: Path
) -> None:
    def note(namespace: str, **data: str) -> dict[str, Any]:
        where = {"namespace": namespace} if namespace else {}
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "note.a", **where},
            "data": data,
        }

    base = (note("", a="1", b="1"), note("x", a="1", b="1"), note("y", a="1"))
    wanted = (note("", a="1"), note("x", a="1", b="1"), note("y", a="2"))
    written = write_kustomize(Manifests("notes", base, {"staging": wanted}))
    write(tmp_path, written.files)
    built = run(kubectl, "kustomize", str(tmp_path / "overlays" / "staging"))
    assert_same(read(built, judges, tmp_path), wanted, judges, tmp_path)


@pytest.mark.parametrize("name", _sampled(SETS))
def test_helm_renders_the_same_objects(name: str, judges: Path, tmp_path: Path) -> None:
    manifests = SETS[name]
    write(tmp_path, write_helm(manifests).files)
    helm = str(judges / "helm")
    for environment, objects in {"": manifests.base, **manifests.environments}.items():
        values = ("-f", str(tmp_path / f"values-{environment}.yaml")) if environment else ()
        built = run(helm, "template", "x", str(tmp_path), *values)
        made = read(built, judges, tmp_path)
        assert_same(sorted(made, key=by_content), sorted(objects, key=by_content), judges, tmp_path)


@pytest.mark.parametrize("name", ["bank-preset", "nasty"])
def test_charts_pass_helms_own_check(name: str, judges: Path, tmp_path: Path) -> None:
    write(tmp_path, write_helm(SETS[name]).files)
    assert "0 chart(s) failed" in run(str(judges / "helm"), "lint", str(tmp_path))


def assert_same(made: list[Any], wanted: Any, judges: Path, folder: Path) -> None:
    """Objects equal what our own YAML of the wanted ones reads as in a Go reader."""
    expected = read(to_yaml(wanted), judges, folder)
    assert len(made) == len(expected)
    for one, other in zip(made, expected, strict=True):
        assert same(one, other), f"{json.dumps(one, indent=1)}\n{json.dumps(other, indent=1)}"


def _overlaid(base: Objects, objects: Objects) -> list[Any]:
    """The objects in the order of the base, what is new after them."""
    order = {identity: place for place, identity in enumerate(identities(base))}
    named = zip(identities(objects), objects, strict=True)
    return [body for _, body in sorted(named, key=lambda one: order.get(one[0], len(order)))]


def by_content(body: Mapping[str, Any]) -> str:
    return json.dumps(
        [body.get("kind"), body.get("metadata", {}).get("name"), body], sort_keys=True
    )


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


def read(text: str, judges: Path, folder: Path) -> list[Any]:
    """The documents of a YAML text as Kubernetes reads them."""
    if not text.strip():
        return []
    file = folder / "read.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    answer = json.loads(run(str(judges / "judges"), "yaml", str(file)))
    assert "read" in answer, answer
    return [body for body in answer["read"] if body]


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


PLAYED = {**SETS, "everything": output_cases.with_environments(EVERYTHING)}


@pytest.mark.parametrize("name", _sampled(PLAYED))
def test_compose_reads_the_compose_file(name: str, judges: Path, tmp_path: Path) -> None:
    for environment, objects in PLAYED[name].environments.items():
        written = write_compose(Manifests(name, objects, {environment: objects}))
        write(tmp_path, written.files)
        file = str(tmp_path / "compose.yaml")
        answer = json.loads(run(str(judges / "judges"), "compose", file))
        assert "read" in answer, (answer, written.files["compose.yaml"])
        workloads = [body for body in sound(objects, Losses()) if any(containers(body))]
        assert bool(answer["read"]["services"]) == bool(workloads)


@pytest.mark.parametrize("name", _sampled(PLAYED))
def test_quadlet_takes_the_units(name: str, podman5_kit: Path, tmp_path: Path) -> None:
    objects = PLAYED[name].base
    written = write_quadlet(PLAYED[name])
    write(tmp_path, written.files)
    units = [file for file in written.files if file.endswith(".kube")]
    assert len(units) == sum(pod_spec(body) is not None for body in objects)
    if not units:
        return
    said = quadlet(podman5_kit, tmp_path)
    for unit in units:
        name_of_unit = unit.removesuffix(".kube")
        assert f"---{name_of_unit}.service---" in said
        assert f"{tmp_path}/{name_of_unit}.yaml" in said


def quadlet(kit: Path, folder: Path) -> str:
    """The units that Podman's own generator makes; it must know every key and file."""
    run(str(kit / "podman"), "--version")
    program = Path.home() / ".cache" / "podman5-lab" / "bin" / "quadlet"
    done = subprocess.run(
        [program, "-dryrun"],
        env={**os.environ, "QUADLET_UNIT_DIRS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "unsupported" not in done.stderr, done.stderr
    return done.stdout
