"""Which files belong together, and what becomes of parts that came without the rest."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.loss import Outcome
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from tests.domain.reading.compose.accounted import faults, made_of, specs

WEB = "services: {web: {image: web, environment: {A: base, B: base}, ports: ['80:80']}}"

_CHAIN = "services:\n" + "".join(f"  s{i}: {{extends: s{i + 1}}}\n" for i in range(2_000))


def test_an_override_lies_on_top_of_the_main_file_of_its_folder() -> None:
    files = {
        "shop/compose.yaml": WEB,
        "shop/compose.override.yaml": "services: {web: {environment: [B=over], ports: ['81:81']}}",
    }
    made = made_of(files)
    (spec,) = read_bundle(
        MemoryFiles({name: text.encode() for name, text in files.items()}), STRICT
    ).specs
    assert spec.identity == "compose:shop/web"
    assert spec.containers[0].environment == {"A": "base", "B": "over"}
    assert [port.host_port for port in spec.containers[0].ports] == [80, 81]
    assert faults(made, files) == []
    said_again = [
        row for row in made.loss if row.path == "shop/compose.yaml/services/web/environment/B"
    ]
    assert [row.outcome for row in said_again] == [Outcome.CONVERTED]


KEEPS = "services: {web: {image: x, volumes: ['data:/d']}}\nvolumes: {data: }"


def test_other_files_are_projects_of_their_own_and_share_no_names() -> None:
    found = specs(
        one_in_compose__yaml=KEEPS,
        two_in_compose__yaml=KEEPS,
    )
    assert list(found) == ["web", "two-web"]
    assert [spec.identity for spec in found.values()] == ["compose:one/web", "compose:two/web"]
    assert [spec.containers[0].mounts[0].source for spec in found.values()] == ["data", "two_data"]


def test_files_that_others_include_or_extend_are_not_read_alone() -> None:
    files = {
        "compose.yaml": "include: [part/compose.yaml]\n"
        "services: {a: {extends: {file: common.yaml, service: base}, image: a}}",
        "part/compose.yaml": "services: {b: {image: b, volumes: ['./data:/d']}}",
        "common.yaml": "services: {base: {image: base, tty: true}, unused: {image: c}}",
    }
    made = made_of(files)
    labels = [item.label for item in made.objects]
    assert labels == ["PersistentVolumeClaim/b-d", "Deployment/a", "Deployment/b"]
    assert faults(made, files) == []


def test_the_name_of_a_project() -> None:
    named = specs(compose__yaml="name: Given_Name\nservices: {web: {image: a}}")["web"]
    assert named.identity == "compose:given_name/web"
    given = Given(variables={"COMPOSE_PROJECT_NAME": "other"})
    assert specs(given, compose__yaml=WEB)["web"].identity == "compose:other/web"
    stem = {"docker-compose-prod.yml": WEB.encode()}
    assert read_bundle(MemoryFiles(stem), STRICT).specs[0].identity == "compose:prod/web"


def test_projects_of_one_folder_are_told_apart_by_their_files() -> None:
    text = "services: {web: {image: a}}"
    held = {f"shop/{name}": text.encode() for name in ("compose.test.yaml", "compose.yaml")}
    found = read_bundle(MemoryFiles(held), STRICT).specs
    assert [spec.identity for spec in found] == ["compose:shop-test/web", "compose:shop/web"]
    named = {f"{folder}/compose.yaml": f"name: same\n{text}".encode() for folder in "ab"}
    one, other = (spec.identity for spec in read_bundle(MemoryFiles(named), STRICT).specs)
    assert one == "compose:same/web"
    assert other.startswith("compose:same-")


def test_a_fragment_renders_what_it_says() -> None:
    text = (
        "services:\n"
        "  web:\n"
        "    environment: {A: 1}\n"
        "    volumes: ['undefined:/data']\n"
        "    networks: [nowhere]\n"
        "    secrets: [gone]\n"
        "    env_file: missing.env\n"
        "    depends_on: [absent]\n"
    )
    files = {"compose.yaml": text}
    made = made_of(files)
    assert "StatefulSet/web" in [item.label for item in made.objects]
    assert {q.id for q in made.questions} >= {
        "missing-file:compose:missing.env",
        "image-name:web:web",
        "secret-value:web:gone",
    }
    told = " ".join(str(finding.message) for finding in made.findings)
    for part in ("neither an image nor a build", "undefined", "nowhere", "gone", "missing.env"):
        assert part in told
    assert faults(made, files) == []


@pytest.mark.parametrize("text", ["services: {}", "networks: {a: }", "volumes: {a: }"])
def test_a_file_without_services_is_read_and_told_of(text: str) -> None:
    made = made_of({"compose.yaml": text})
    assert [finding.code for finding in made.findings if finding.code == "CAP-01"] == ["CAP-01"]


def test_the_content_of_a_missing_file_can_be_answered() -> None:
    text = "services: {web: {image: a, env_file: missing.env}}"
    given = Given(answers={"missing-file:compose:missing.env": "LEVEL=info\nMORE='x y'\n"})
    assert specs(given, compose__yaml=text)["web"].containers[0].environment == {
        "LEVEL": "info",
        "MORE": "x y",
    }


PROFILES = (
    "services: {a: {image: a}, b: {image: b, profiles: [debug]}, c: {image: c, profiles: [x]}}"
)


def test_profiles_are_asked_about_where_none_is_given() -> None:
    assert list(specs(compose__yaml=PROFILES)) == ["a", "b", "c"]
    answers = {"profile:compose:debug": "leave-out"}
    assert list(specs(Given(answers=answers), compose__yaml=PROFILES)) == ["a", "c"]


def test_given_profiles_switch_on_what_compose_would_start() -> None:
    assert list(specs(Given(profiles=("debug",)), compose__yaml=PROFILES)) == ["a", "b"]
    assert list(specs(Given(profiles=("*",)), compose__yaml=PROFILES)) == ["a", "b", "c"]


@pytest.mark.parametrize("path", ["oci://host/x", "https://host/compose.yaml", "git@host:x.git"])
def test_nothing_is_fetched_from_the_network(path: str) -> None:
    text = f"include: ['{path}']\nservices: {{a: {{image: a}}}}\n"
    made = made_of({"compose.yaml": text})
    assert [item.label for item in made.objects] == ["Deployment/a"]
    assert "network" in " ".join(str(row.reason) for row in made.loss)
    assert not [q for q in made.questions if q.code == "missing-file"]


def test_profiles_can_be_named_in_dotenv() -> None:
    found = specs(compose__yaml=PROFILES, __env="COMPOSE_PROFILES=debug, other\n")
    assert list(found) == ["a", "b"]


def test_version_1_is_read() -> None:
    text = "web:\n  image: web\n  links: [db]\n  mem_limit: 64m\ndb:\n  image: postgres\n"
    files = {"compose.yaml": text}
    made = made_of(files)
    assert {"Deployment/web", "Deployment/db", "Service/db"} <= {o.label for o in made.objects}
    assert faults(made, files) == []


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"compose.yaml": "include: [compose.yaml]\nservices: {a: {image: a}}"}, "compose_cycle"),
        ({"compose.yaml": "services: {a: {image: a, extends: a}}"}, "compose_cycle"),
        ({"compose.yaml": _CHAIN}, "compose_extends_deep"),
        ({"compose.yaml": "services: {a: {image: '${A'}}"}, "compose_variable"),
        ({"compose.yaml": "services: [a]\n"}, "compose_shape"),
        ({"compose.yaml": "services: {a: {image: a}}\nvolumes: [a]\n"}, "compose_shape"),
        ({"compose.yaml": "services: {a: {image: !wrong a}}"}, "yaml_tag"),
        ({"compose.yaml": "services: {a: {image: a}, a: {image: b}}"}, "yaml_duplicate_key"),
        (
            {"compose.yaml": "include: [b.yaml]\nservices: {a: {image: a}}", "b.yaml": "a: ["},
            "yaml_syntax",
        ),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_place(files: dict[str, str], code: str) -> None:
    held = MemoryFiles({name: text.encode() for name, text in files.items()})
    with pytest.raises(UnreadableSource) as told:
        read_bundle(held, STRICT)
    problems = [problem for problem in told.value.problems if problem.code == code]
    assert problems, [str(problem) for problem in told.value.problems]
    assert problems[0].place.line > 0
