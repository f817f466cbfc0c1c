"""``render -o``: the files of each format, and what becomes of a person's edits in them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands.test_core import Run, run

__all__ = ["run"]

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "registry.example.com/web:1", ports: [{containerPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080}]}
"""
STAGING = "scope: {environment: staging}\nresources: {default: {limits: {memory: 64Mi}}}\n"
PRODUCTION = "scope: {environment: production}\nresources: {default: {limits: {memory: 1Gi}}}\n"


@pytest.fixture(autouse=True)
def sources(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(WEB)
    (tmp_path / "staging.yaml").write_text(STAGING)
    (tmp_path / "production.yaml").write_text(PRODUCTION)


@pytest.mark.parametrize(
    ("written_as", "files"),
    [
        ("yaml", {"manifests.yaml"}),
        (
            "kustomize",
            {
                *("base/deployment-web.yaml", "base/service-web.yaml", "base/kustomization.yaml"),
                "overlays/default/kustomization.yaml",
            },
        ),
        (
            "helm",
            {
                *("Chart.yaml", "values.yaml", "values-default.yaml", ".helmignore"),
                *("templates/deployment-web.yaml", "templates/service-web.yaml"),
            },
        ),
        ("podman", {"podman.yaml"}),
        ("quadlet", {"web.kube", "web.yaml"}),
        ("compose", {"compose.yaml"}),
    ],
)
def test_each_format_writes_its_files_and_the_report(
    run: Run, tmp_path: Path, written_as: str, files: set[str]
) -> None:
    done = run("render", "web.yaml", "--format", written_as, "-o", "out")
    assert (done.code, done.out) == (0, "")
    assert _files(tmp_path / "out") == {*files, "report.json"}
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert set(report) == {"questions", "findings", "loss", "renames", "digest"}


@pytest.mark.parametrize("written_as", ["yaml", "podman", "compose"])
def test_formats_of_one_file_go_to_standard_output(run: Run, written_as: str) -> None:
    done = run("render", "web.yaml", "--format", written_as)
    assert done.code == 0
    assert list(yaml.safe_load_all(done.out))


def test_several_environments_are_overlays_of_one_base(run: Run, tmp_path: Path) -> None:
    environments = ("--environment", "staging", "--environment", "production")
    presets = ("--preset", "staging.yaml", "--preset", "production.yaml")
    run("render", "web.yaml", "--format", "kustomize", "-o", "out", *environments, *presets)
    patches = {
        name: (tmp_path / f"out/overlays/{name}/patches/deployment-web.yaml").read_text()
        for name in ("staging", "production")
    }
    assert "64Mi" in patches["staging"]
    assert "1Gi" in patches["production"]
    assert "1Gi" not in patches["staging"]
    assert "Mi" not in (tmp_path / "out/base/deployment-web.yaml").read_text()


def test_an_answer_of_one_environment_is_none_of_the_others(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  web: {image: registry.example.com/web:1}\n"
        "  job: {image: registry.example.com/job:1, profiles: [jobs]}\n"
    )
    (tmp_path / "lean.yaml").write_text(
        "scope: {environment: staging}\nanswers: {profile: leave-out}\n"
    )
    environments = ("--environment", "staging", "--environment", "production")
    words = ("compose.yaml", "--preset", "lean.yaml", *environments)
    run("render", *words, "--format", "kustomize", "-o", "out")
    files = _files(tmp_path / "out")
    assert "base/deployment-job.yaml" in files
    overlays = {
        name: (tmp_path / f"out/overlays/{name}/kustomization.yaml").read_text()
        for name in ("staging", "production")
    }
    patch = "patches/deployment-job.yaml"
    assert "$patch: delete" in (tmp_path / "out/overlays/staging" / patch).read_text()
    assert patch not in overlays["production"]


def test_what_podman_cannot_play_is_in_the_report(run: Run, tmp_path: Path) -> None:
    run("render", "web.yaml", "--format", "podman", "-o", "out")
    rows = json.loads((tmp_path / "out/report.json").read_text())["loss"]
    assert [row["target"] for row in rows if row["path"] == "Service/web/spec/ports/8080"] == [
        "Deployment/web hostPort 8080"
    ]


def test_edits_survive_and_what_is_new_arrives(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out/manifests.yaml"
    run("render", "web.yaml", "-o", "out")
    first = json.loads((tmp_path / "out/report.json").read_text())["digest"]
    out.write_text(out.read_text().replace("replicas: 1", "replicas: 5"))
    done = run("render", "web.yaml", "--image", "web=registry.example.com/web:2", "-o", "out")
    assert done.code == 0
    assert "Edits were kept in: out/manifests.yaml" in done.err
    [web, _service] = yaml.safe_load_all(out.read_text())
    assert web["spec"]["replicas"] == 5
    assert _image(web) == "registry.example.com/web:2"
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["digest"] != first
    assert run("digest", "out/manifests.yaml").out.strip() == report["digest"]


def test_an_edit_that_contradicts_stays_is_told_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out/manifests.yaml"
    run("render", "web.yaml", "-o", "out")
    out.write_text(out.read_text().replace("web:1", "mine:7"))
    again = ("render", "web.yaml", "--image", "web=registry.example.com/web:2", "-o", "out")
    done = run(*again)
    assert done.code == 1
    path = "/spec/template/spec/containers/web/image"
    assert f"Conflict in Deployment/web at {path}" in done.err
    assert _image(next(yaml.safe_load_all(out.read_text()))) == "registry.example.com/mine:7"
    [conflict] = json.loads((tmp_path / "out/report.json").read_text())["conflicts"]
    assert conflict == {
        "object": "Deployment/web",
        "path": path,
        "base": "registry.example.com/web:1",
        "theirs": "registry.example.com/mine:7",
        "ours": "registry.example.com/web:2",
    }
    assert run(*again).code == 0, "it was told, and the edit stands"


def test_files_of_others_are_never_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/manifests.yaml").write_text("mine\n")
    (tmp_path / "out/notes.txt").write_text("also mine\n")
    done = run("render", "web.yaml", "-o", "out")
    assert done.code == 64
    assert "out/manifests.yaml: Would be overwritten" in done.err
    assert (tmp_path / "out/manifests.yaml").read_text() == "mine\n"
    assert run("render", "web.yaml", "--format", "compose", "-o", "out").code == 0
    assert (tmp_path / "out/notes.txt").read_text() == "also mine\n"


def test_what_is_no_longer_generated_goes_unless_it_was_edited(run: Run, tmp_path: Path) -> None:
    words = ("render", "web.yaml", "--format", "kustomize", "-o", "out")
    run(*words, "--environment", "staging", "--environment", "production")
    edited = tmp_path / "out/overlays/staging/kustomization.yaml"
    edited.write_text(edited.read_text() + "# mine\n")
    done = run(*words, "--environment", "edge")
    assert not (tmp_path / "out/overlays/production").exists()
    assert edited.read_text().endswith("# mine\n")
    assert "No longer generated, but edited: out/overlays/staging/kustomization.yaml" in done.err
    assert (tmp_path / "out/overlays/edge/kustomization.yaml").exists()


def test_an_edit_that_is_no_yaml_ends_with_2_and_says_where(run: Run, tmp_path: Path) -> None:
    run("render", "web.yaml", "-o", "out")
    (tmp_path / "out/manifests.yaml").write_text("a: [\n")
    done = run("render", "web.yaml", "--namespace", "shop", "-o", "out")
    assert done.code == 2
    assert "manifests.yaml:2" in done.err
    assert (tmp_path / "out/manifests.yaml").read_text() == "a: [\n"


def test_a_record_that_was_tampered_with_is_no_record(run: Run, tmp_path: Path) -> None:
    run("render", "web.yaml", "-o", "out")
    (tmp_path / "out/.kakehashi/generated/manifests.yaml").write_text("x\n")
    (tmp_path / "out/manifests.yaml").write_text("y\n")
    assert run("render", "web.yaml", "-o", "out").code == 64


def _files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parts[0] != ".kakehashi"}


def _image(body: dict[str, Any]) -> str:
    image: str = body["spec"]["template"]["spec"]["containers"][0]["image"]
    return image


def test_a_folder_that_was_written_can_be_read_again(run: Run, tmp_path: Path) -> None:
    assert run("render", "pod.yaml", "-o", "out").code == 0
    assert run("render", "out").out == (tmp_path / "out/manifests.yaml").read_text()
    assert run("check", "out").err.startswith("Failed: "), "a verdict, and no unreadable file"


def test_results_among_their_sources_are_no_sources(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "pod.yaml").rename(tmp_path / "app/pod.yaml")
    assert run("render", "app", "-o", "app").code == 0
    first = (tmp_path / "app/manifests.yaml").read_text()
    assert run("render", "app", "-o", "app").code == 0
    assert (tmp_path / "app/manifests.yaml").read_text() == first


@pytest.mark.parametrize("writes", range(8))
def test_a_run_that_is_stopped_on_the_way_loses_no_edit(
    run: Run, tmp_path: Path, writes: int
) -> None:
    out = tmp_path / "out/manifests.yaml"
    run("render", "web.yaml", "-o", "out")
    out.write_text(out.read_text().replace("replicas: 1", "replicas: 5"))
    again = ("render", "web.yaml", "--image", "web=registry.example.com/web:2", "-o", "out")
    with contextlib.suppress(_Stopped), _stopped_after(writes):
        run(*again)

    assert run(*again).code == 0
    [web, _service] = yaml.safe_load_all(out.read_text())
    assert web["spec"]["replicas"] == 5
    assert _image(web) == "registry.example.com/web:2"
    assert not list(tmp_path.rglob(".?*.kakehashi"))


@pytest.mark.parametrize("writes", range(5))
def test_a_first_run_that_is_stopped_on_the_way_can_be_repeated(
    run: Run, tmp_path: Path, writes: int
) -> None:
    with contextlib.suppress(_Stopped), _stopped_after(writes):
        run("render", "web.yaml", "-o", "out")

    other = ("render", "web.yaml", "--image", "web=registry.example.com/web:2", "-o", "out")
    assert run(*other).code == 0
    assert "web:2" in (tmp_path / "out/manifests.yaml").read_text()


class _Stopped(BaseException):
    """As if the process was killed here."""


@contextlib.contextmanager
def _stopped_after(writes: int) -> Iterator[None]:
    left = [writes]
    replace = Path.replace

    def counted(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] < 0:
            raise _Stopped
        return replace(self, target)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "replace", counted)
        yield


def test_the_whole_is_called_as_the_compose_project_or_as_one_says(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "compose.yaml").write_text(
        "name: shop\nservices: {web: {image: example.com/web:1}, db: {image: example.com/db:1}}\n"
    )
    for more, name in (((), "shop"), (("--name", "till"), "till")):
        assert run("render", "compose.yaml", "--format", "compose", *more).out.startswith(
            f"name: {name}\n"
        )
    run("render", "web.yaml", "--format", "helm", "-o", "out")
    assert yaml.safe_load((tmp_path / "out/Chart.yaml").read_text())["name"] == "web"
    assert run("render", "web.yaml", "--name", "A b").code == 64
