"""``render``, ``check`` and ``digest`` as somebody types them: output, errors and exit codes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.domain.reading.test_archives import FILES, zipped
from tests.domain.reading.test_bad_inputs import CATALOGUE
from workbench import cli

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: My_Pod}
spec:
  containers:
  - {name: web, image: "localhost/web:1", env: [{name: API_KEY, value: s3cr3t-value-9}]}
"""
PRESET = """\
parameters: {GIT_COMMIT: {required: true}}
registry: {rewrite: [{from: localhost, to: registry.example.com/bank}], tag: "${GIT_COMMIT}"}
"""
INSPECTED = Path(__file__).parents[1] / "fixtures" / "inspect" / "podman5" / "plain"
FUTURE, PAST = "2999-12-31", "2020-01-01"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in an empty folder that holds ``pod.yaml`` and ``preset.yaml``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "preset.yaml").write_text(PRESET)

    def typed(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = cli.main(arguments)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return typed


def test_manifests_go_to_standard_output_and_the_rest_elsewhere(run: Run) -> None:
    done = run("render", "pod.yaml")
    assert done.code == 0
    assert yaml.safe_load(done.out)["metadata"]["name"] == "my-pod"
    assert "Digest" in done.err


def test_a_hyphen_is_standard_input(run: Run) -> None:
    assert run("render", "-", stdin=POD.encode()).out == run("render", "pod.yaml").out


def test_what_generate_kube_wrote_is_a_source_where_there_is_nothing_else(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "pod.yaml").rename(tmp_path / "generate-kube.yaml")
    assert "name: my-pod" in run("render", "generate-kube.yaml").out
    done = run("render", str(INSPECTED))
    assert done.code == 0
    assert "kind: Pod\n" not in done.out


def test_the_kind_of_standard_input_is_told_by_its_content(run: Run) -> None:
    data = (INSPECTED / "container-plain.json").read_bytes()
    assert "kind: Deployment" in run("render", "-", stdin=data).out


def test_standard_input_without_anything_is_unreadable(run: Run) -> None:
    done = run("render", "-")
    assert (done.code, done.out) == (2, "")
    assert "empty" in done.err


def test_all_files_and_folders_are_one_bundle(run: Run, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.yaml").write_text(POD.replace("My_Pod", "b"))
    done = run("render", "pod.yaml", "more")
    assert [body["metadata"]["name"] for body in yaml.safe_load_all(done.out)] == ["my-pod", "b"]


def test_archives_are_read_as_the_files_in_them_and_reach_nothing_beside_them(
    run: Run, tmp_path: Path
) -> None:
    sly = {**FILES, "compose.yaml": FILES["compose.yaml"].replace(b"web.env", b"../../out.env")}
    (tmp_path / "out.env").write_text("OUT=1")
    (tmp_path / "shop.zip").write_bytes(zipped(FILES))
    (tmp_path / "sly.zip").write_bytes(zipped(sly))
    plain = run("render", "shop.zip")
    assert (plain.code, plain.out.count("kind: Deployment")) == (0, 1)
    assert run("render", "-", stdin=zipped(FILES)).out == plain.out
    assert run("check", "--fail-on", "blocker", "shop.zip").code in (0, 1)
    assert "OUT" not in run("render", "sly.zip").out
    (tmp_path / "bad.zip").write_bytes(zipped({"../x.yaml": b"a: 1"}))
    done = run("render", "bad.zip")
    assert (done.code, done.out) == (2, "")
    assert "leads out of the archive" in done.err


@pytest.mark.parametrize("command", ["render", "check", "digest"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_bad_input_ends_with_2_and_says_where(
    run: Run, tmp_path: Path, command: str, name: str
) -> None:
    data, _code, line, _column = CATALOGUE[name]
    (tmp_path / "bad.yaml").write_bytes(data.encode() if isinstance(data, str) else data)
    done = run(command, "pod.yaml", "bad.yaml") if command != "digest" else run(command, "bad.yaml")
    assert (done.code, done.out) == (2, "")
    assert "bad.yaml" in done.err
    assert not line or f"bad.yaml:{line}" in done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_not_there_ends_with_2(run: Run) -> None:
    done = run("render", "pod.yaml", "nowhere.yaml")
    assert (done.code, done.out) == (2, "")
    assert "nowhere.yaml: The file does not exist." in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "FILE"),
        (("pod.yaml", "--format", "docx"), "docx"),
        (("pod.yaml", "--format", "helm"), "-o"),
        (("pod.yaml", "--format", "kustomize"), "-o"),
        (("pod.yaml", "--format", "quadlet"), "-o"),
        (("pod.yaml", "--environment", "a", "--environment", "b"), "several environments"),
        (
            ("pod.yaml", "--format", "helm", "-o", "out", "--environment", "../a"),
            "'../a' cannot name",
        ),
        (("pod.yaml", "--set", "A"), "KEY=VALUE"),
        (("pod.yaml", "--kubernetes-version", "1.2"), "1.2"),
        (("pod.yaml", "--root", "nowhere"), "nowhere"),
        (("pod.yaml", "--preset", "preset.yaml"), "GIT_COMMIT"),
        (("pod.yaml", "--image", "web=UPPER CASE"), "UPPER CASE"),
        (("pod.yaml", "--namespace", "Bad_Name"), "Bad_Name"),
        (("pod.yaml", "--nonsense"), "--nonsense"),
    ],
)
def test_wrong_usage_ends_with_64(run: Run, arguments: tuple[str, ...], told: str) -> None:
    done = run("render", *arguments)
    assert (done.code, done.out) == (64, "")
    assert told in done.err


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("--preset", "registry: {tags: x}", "given.yaml:1:12 /registry/tags: Unknown key tags"),
        ("--preset", "registry: [", "given.yaml:"),
        ("--preset", None, "given.yaml cannot be read"),
        ("--answers", "- a", "question ids"),
        ("--answers", "a: [", "given.yaml:"),
        ("--answers", None, "given.yaml cannot be read"),
    ],
)
def test_an_options_file_that_cannot_be_used_ends_with_2(
    run: Run, tmp_path: Path, option: str, text: str | None, told: str
) -> None:
    if text is not None:
        (tmp_path / "given.yaml").write_text(text)
    done = run("render", "pod.yaml", option, "given.yaml")
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_presets_parameters_images_and_namespace(run: Run) -> None:
    done = run("render", "pod.yaml", "--preset", "preset.yaml", "--set", "GIT_COMMIT=4f2c9d1")
    [body] = yaml.safe_load_all(done.out)
    assert body["spec"]["containers"][0]["image"] == "registry.example.com/bank/web:4f2c9d1"
    done = run("render", "pod.yaml", "--image", "web=r.io/other:2", "--namespace", "prod")
    [body] = yaml.safe_load_all(done.out)
    assert body["spec"]["containers"][0]["image"] == "r.io/other:2"
    assert body["metadata"]["namespace"] == "prod"


@pytest.mark.parametrize("command", ["render", "check"])
def test_what_a_preset_answers_is_left_out_while_reading(
    run: Run, tmp_path: Path, command: str
) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  web: {image: registry.example.com/web:1}\n"
        "  job: {image: registry.example.com/job:1, profiles: [jobs]}\n"
    )
    (tmp_path / "answers.yaml").write_text("answers: {profile: leave-out}")
    assert "job" in run(command, "compose.yaml").out
    assert "job" not in run(command, "compose.yaml", "--preset", "answers.yaml").out


def test_what_no_question_takes_for_an_answer_is_the_presets_own_affair(
    run: Run, tmp_path: Path
) -> None:
    """A preset answers many questions; given to the very question, the answer is refused."""
    (tmp_path / "compose.yaml").write_text("services: {db: {image: postgres:16}}")
    (tmp_path / "answers.yaml").write_text("answers: {service-port: banana}")
    (tmp_path / "given.yaml").write_text("service-port:db: banana")
    done = run("render", "compose.yaml", "--preset", "answers.yaml")
    assert (done.code, "port: 5432" in done.out) == (0, True)
    assert run("render", "compose.yaml", "--answers", "given.yaml").code == 2


def test_what_had_nothing_to_act_on_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("volume-size: 1Gi")
    options = ["--image", "wbe=r.io/a:1", "--set", "GIT=1", "--answers", "answers.yaml"]
    done = run("render", "pod.yaml", *options)
    assert done.code == 0
    assert "No container is called wbe. There are: web." in done.err
    assert "No preset and no source has a parameter GIT." in done.err
    assert "No question has the id volume-size." in done.err


def test_an_inspection_of_nothing_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "inspect.json").write_text("[]\n")
    done = run("render", "inspect.json")
    assert done.code == 2
    assert "podman inspect prints that for a name that is not there" in done.err


def test_a_code_is_told_from_an_id(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services: {db: {image: r.io/db:1, volumes: ['data:/data']}}\nvolumes: {data: {}}\n"
    )
    (tmp_path / "answers.yaml").write_text("volume-size: 9Gi")
    done = run("render", "compose.yaml", "--answers", "answers.yaml")
    assert "it is the code of volume-size:db:data. Answer by these ids" in done.err


def test_what_a_compose_project_takes_from_outside_is_of_use(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  web:\n"
        "    image: r.io/web:1\n"
        "    environment: [PASSED]\n"
        "    env_file: [web.env]\n"
        "    secrets: [stripe]\n"
        "secrets: {stripe: {environment: STRIPE_KEY}}\n"
    )
    (tmp_path / "web.env").write_text("BESIDE\n")
    names = ("PASSED", "BESIDE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME")
    options = [word for name in names for word in ("--set", f"{name}=shop")]
    (tmp_path / "answers.yaml").write_text("variable:shop:STRIPE_KEY: sk_live_9f8e7d6c5b4a")
    done = run("render", "compose.yaml", *options, "--answers", "answers.yaml")
    assert "sk_live_9f8e7d6c5b4a" in done.out
    assert done.err.startswith("Objects:"), "nothing was without use"


def test_a_preset_of_another_environment_is_told(run: Run, tmp_path: Path) -> None:
    for name in ("staging", "production"):
        (tmp_path / f"{name}.yaml").write_text(f"scope: {{environment: {name}}}\n")
    presets = ["--preset", "staging.yaml", "--preset", "production.yaml"]
    told = "Preset production is for environment production, and applied to staging"
    for command in ("render", "check"):
        assert told in run(command, "pod.yaml", *presets, "--environment", "staging").err
        assert told not in run(command, "pod.yaml", *presets).err
    both = ["--environment", "staging", "--environment", "production"]
    done = run("render", "pod.yaml", *presets, *both, "--format", "helm", "-o", "chart")
    assert done.code == 0
    assert "because it was named" not in done.err


def test_manifests_on_standard_output_say_where_the_rest_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: r.io/web:1, restart: 'no'}}\n")
    assert "report.json of -o DIR" in run("render", "compose.yaml").err
    assert "report.json of -o DIR" not in run("render", "compose.yaml", "-o", "out").err


def test_a_preset_that_is_named_applies_whatever_its_scope(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(
        "scope: {application: other, environment: production}\n"
        "resources: {default: {limits: {memory: 99Mi}}}\n"
    )
    assert "99Mi" in run("render", "pod.yaml", "--preset", "other.yaml").out


def test_secrets_can_be_hidden(run: Run) -> None:
    assert "s3cr3t-value-9" in run("render", "pod.yaml").out
    assert "s3cr3t-value-9" not in run("render", "pod.yaml", "--secrets", "placeholder").out


def test_a_folder_takes_manifests_and_the_report(run: Run, tmp_path: Path) -> None:
    done = run("render", "pod.yaml", "-o", "out/deep")
    assert (done.code, done.out) == (0, "")
    assert (tmp_path / "out/deep/manifests.yaml").read_text() == run("render", "pod.yaml").out
    report = json.loads((tmp_path / "out/deep/report.json").read_text())
    assert set(report) == {"questions", "findings", "loss", "renames", "digest"}
    assert run("digest", "out/deep/manifests.yaml").out.strip() == report["digest"]


def test_a_folder_that_cannot_be_written_is_wrong_usage(run: Run) -> None:
    done = run("render", "pod.yaml", "-o", "pod.yaml")
    assert (done.code, done.out) == (64, "")
    assert "cannot be written" in done.err


def test_the_same_input_gives_the_same_bytes(run: Run) -> None:
    assert run("render", "pod.yaml").out == run("render", "pod.yaml").out


def test_the_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    """Neither on the order in which this process happens to keep its sets."""
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-m", "workbench.cli", "render", str(INSPECTED), "-o", str(folder)],
            check=True,
            capture_output=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        made.append([(folder / name).read_bytes() for name in ("manifests.yaml", "report.json")])
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("threshold", "code"), [("blocker", 1), ("high", 1), ("medium", 1), ("low", 1)]
)
def test_check_ends_with_a_verdict(run: Run, threshold: str, code: int) -> None:
    done = run("check", "pod.yaml", "--fail-on", threshold)
    assert done.code == code
    assert "IMG-01" in done.out
    assert f"of severity {threshold} or worse" in done.err


def test_check_is_good_where_nothing_is_as_bad(run: Run, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    assert run("check", "map.yaml", "--fail-on", "low").code == 0


def test_every_report_is_what_it_says(run: Run) -> None:
    found = {
        name: run("check", "pod.yaml", "--report", name).out
        for name in ("text", "json", "sarif", "junit", "gitlab")
    }
    count = len(json.loads(found["json"]))
    assert count > 3
    assert len(json.loads(found["sarif"])["runs"][0]["results"]) == count
    assert len(json.loads(found["gitlab"])) == count
    assert len(list(ElementTree.fromstring(found["junit"]).iter("testcase"))) == count
    assert "finding" in found["text"].splitlines()[-1]


def _fingerprints(run: Run) -> dict[str, dict[str, object]]:
    return {
        item["fingerprint"]: item
        for item in json.loads(run("check", "pod.yaml", "--report", "json").out)
    }


def test_what_was_known_before_does_not_count(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(run("check", "pod.yaml", "--report", "json").out)
    done = run("check", "pod.yaml", "--baseline", "old.json", "--report", "json")
    assert (done.code, json.loads(done.out)) == (0, [])
    (tmp_path / "pod.yaml").write_text(POD.replace("spec:\n", "spec:\n  hostNetwork: true\n"))
    done = run("check", "pod.yaml", "--baseline", "old.json", "--report", "json")
    assert done.code == 1
    assert {item["code"] for item in json.loads(done.out)} == {"REH-01", "SEC-08"}


def test_the_report_of_rendering_is_a_baseline_too(run: Run) -> None:
    run("render", "pod.yaml", "-o", "out")
    assert run("check", "pod.yaml", "--baseline", "out/report.json").code == 0


def test_waived_findings_are_shown_and_do_not_count(run: Run, tmp_path: Path) -> None:
    found = _fingerprints(run)
    waivers = [{"fingerprint": key, "reason": "known", "expires": FUTURE} for key in found]
    (tmp_path / "waivers.yaml").write_text(yaml.safe_dump(waivers))
    done = run("check", "pod.yaml", "--waivers", "waivers.yaml", "--report", "json")
    shown = json.loads(done.out)
    assert {item["fingerprint"] for item in shown} == set(found)
    assert all(item["waived"] == item["waivable"] for item in shown)
    assert done.code == 1, "an invalid name cannot be waived"
    assert "NAM-01 cannot be waived" in done.err
    (tmp_path / "pod.yaml").write_text(POD.replace("My_Pod", "my-pod"))
    assert run("check", "pod.yaml", "--waivers", "waivers.yaml").code == 0


def test_a_waiver_that_ended_does_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("My_Pod", "my-pod"))
    waivers = [
        {"fingerprint": key, "reason": "known", "expires": PAST} for key in _fingerprints(run)
    ]
    (tmp_path / "waivers.yaml").write_text(yaml.safe_dump({"waivers": waivers}))
    done = run("check", "pod.yaml", "--waivers", "waivers.yaml")
    assert done.code == 1
    assert f"it ended on {PAST}" in done.err


SOUND = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: web
        image: registry.example.com/bank/web:1.2
        ports: [{name: http, containerPort: 8080}]
        resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
        readinessProbe: {httpGet: {path: /, port: http}}
        livenessProbe: {tcpSocket: {port: http}}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""


@pytest.mark.parametrize(
    ("asked", "code", "found"),
    [
        ((), 0, set()),
        (("--environment", "development"), 0, set()),
        (("--environment", "staging"), 1, {"STG"}),
        (("--phase", "staging"), 1, {"STG"}),
        (("--environment", "production"), 1, {"STG", "PRD"}),
        (("--phase", "production"), 1, {"STG", "PRD"}),
        (("--environment", "production", "--phase", "compatible"), 0, set()),
    ],
)
def test_a_file_is_judged_as_far_as_what_it_is_for(
    run: Run, tmp_path: Path, asked: tuple[str, ...], code: int, found: set[str]
) -> None:
    (tmp_path / "web.yaml").write_text(SOUND)
    done = run("check", "web.yaml", "--report", "json", *asked)

    assert done.code == code
    assert {item["code"][:3] for item in json.loads(done.out)} - {"IMG"} == found


def test_production_wants_no_waiver_past_its_day(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    listed = json.loads(run("check", "pod.yaml", "--report", "json").out)
    known = next(item["fingerprint"] for item in listed if item["code"] == "RES-01")
    waiver = {"fingerprint": known, "reason": "known", "expires": PAST, "owner": "akiko"}
    (tmp_path / "waivers.yaml").write_text(yaml.safe_dump([waiver]))

    def codes(*more: str) -> list[str]:
        done = run("check", "pod.yaml", "--waivers", "waivers.yaml", "--report", "json", *more)
        return [item["code"] for item in json.loads(done.out)]

    assert "PRD-09" not in codes()
    assert "PRD-09" in codes("--phase", "production")


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("--waivers", "- {fingerprint: x, reason: known, expires: 2030-01-01}", ":1:17"),
        ("--waivers", "- {fingerprint: 0123456789abcdef, reason: known}", "expires"),
        ("--waivers", "- {fingerprint: 0123456789abcdef, reason: known, expires: soon}", ":1:59"),
        ("--waivers", "- {finger: x}", "Unknown key finger"),
        ("--waivers", "- {fingerprint: 0123456789abcdef, owner: [a]}", "owner"),
        ("--waivers", "a: b", "list"),
        ("--baseline", "[1]", "earlier report"),
        ("--baseline", "{findings: 1}", "earlier report"),
        ("--baseline", "[", "given"),
    ],
)
def test_waivers_and_baselines_that_are_none_end_with_2(
    run: Run, tmp_path: Path, option: str, text: str, told: str
) -> None:
    (tmp_path / "given").write_text(text)
    done = run("check", "pod.yaml", option, "given")
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_our_own_crash_is_70_and_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("workbench.commands.rendering.render", broken)
    done = run("render", "pod.yaml")
    assert (done.code, done.out) == (70, "")
    assert "ZeroDivisionError" in done.err
    assert "Traceback" not in done.err


def test_the_report_proposes_and_repeats_no_password(run: Run, tmp_path: Path) -> None:
    """The default of a variable that ends as a password, and an answer that is one."""
    (tmp_path / "compose.yaml").write_text(
        "name: shop\nservices:\n  web:\n    image: r.io/web:1\n    environment:\n"
        "      DB_PASSWORD: ${X:-tulip-crocus-9}\n      API_TOKEN: ${API_TOKEN}\n"
    )
    (tmp_path / "answers.yaml").write_text("'variable:shop:API_TOKEN': rose-and-lily-7\n")
    more = ("--answers", "answers.yaml", "--secrets", "placeholder")
    assert run("render", "compose.yaml", *more, "-o", "out").code == 0
    written = [path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any("tulip-crocus-9" in text or "rose-and-lily-7" in text for text in written)
