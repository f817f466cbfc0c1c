"""Which files belong together, and what becomes of parts that came without the rest."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.loss import Outcome
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.spec import Condition, MountKind, RestartPolicy, ServiceSpec
from tests.domain.reading.compose.accounted import faults, made_of


def specs(given: Given = Given(), **files: str) -> dict[str, ServiceSpec]:  # noqa: B008
    named = {name.replace("__", ".").replace("_in_", "/"): text for name, text in files.items()}
    held = MemoryFiles({name: text.encode() for name, text in named.items()})
    return {spec.name: spec for spec in read_bundle(held, STRICT, given=given).specs}


WEB = "services: {web: {image: web, environment: {A: base, B: base}, ports: ['80:80']}}"


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


SHARED = (
    "services:\n"
    "  vpn: {image: vpn, ports: ['80:80'], pid: 'service:other'}\n"
    "  app: {image: app, network_mode: 'service:vpn', container_name: app-1}\n"
    "  other: {image: other}\n"
)


def test_services_that_share_a_network_are_one_pod() -> None:
    files = {"compose.yaml": SHARED}
    found = specs(compose__yaml=SHARED)
    assert list(found) == ["other"]
    assert [item.name for item in found["other"].containers] == ["other", "vpn", "app"]
    assert found["other"].share_process_namespace
    assert faults(made_of(files), files) == []


def test_services_that_share_a_network_can_be_kept_apart() -> None:
    answers = {"same-pod:app": "apart", "same-pod:vpn": "apart"}
    assert list(specs(Given(answers=answers), compose__yaml=SHARED)) == ["vpn", "app", "other"]


def test_an_answer_that_is_no_choice_refuses_the_file() -> None:
    given = Given(answers={"same-pod:app": "perhaps"})
    with pytest.raises(UnreadableSource) as told:
        specs(given, compose__yaml=SHARED)
    assert [problem.code for problem in told.value.problems] == ["bad_answer"]


def test_volumes_of_another_service_are_mounted_once_more() -> None:
    text = (
        "services:\n"
        "  db: {image: db, volumes: ['data:/data', './conf:/conf', '/scratch']}\n"
        "  backup: {image: backup, volumes_from: ['db:ro']}\n"
        "volumes: {data: }\n"
    )
    mounts = specs(compose__yaml=text)["backup"].containers[0].mounts
    assert [(mount.kind, mount.target, mount.read_only) for mount in mounts] == [
        (MountKind.VOLUME, "/data", True),
        (MountKind.BIND, "/conf", True),
        (MountKind.ANONYMOUS, "/scratch", True),
    ]


def test_bound_files_and_folders_that_came_along_are_carried() -> None:
    found = specs(
        compose__yaml="services: {web: {image: a, volumes: ['./site.conf:/etc/s.conf', './d:/d']}}",
        site__conf="server { }\n",
        d_in_one__sh="echo 1\n",
        d_in_two__sh="echo 2\n",
    )
    file, folder = found["web"].containers[0].mounts
    assert (file.content, file.is_directory) == ("server { }\n", False)
    assert (dict(folder.entries), folder.is_directory) == (
        {"one.sh": "echo 1\n", "two.sh": "echo 2\n"},
        True,
    )


def test_what_deploy_and_dependencies_say() -> None:
    text = (
        "services:\n"
        "  web:\n"
        "    image: web\n"
        "    restart: always\n"
        "    depends_on: {db: {condition: service_healthy}, once: "
        "{condition: service_completed_successfully, required: false}}\n"
        "    deploy: {replicas: 3, restart_policy: {condition: on-failure, max_attempts: 2}, "
        "resources: {limits: {cpus: '1.5', memory: 64m}, reservations: {memory: 32m}}}\n"
        "    mem_limit: 1g\n"
        "  db: {image: db}\n"
        "  once: {image: once}\n"
    )
    found = specs(compose__yaml=text)
    web = found["web"]
    assert [(d.service, d.condition, d.required) for d in web.depends_on] == [
        ("db", Condition.HEALTHY, True),
        ("once", Condition.COMPLETED, False),
    ]
    container = web.containers[0]
    assert (container.restart, container.restart_retries) == (RestartPolicy.ON_FAILURE, 2)
    assert (container.resources.cpu_limit, container.resources.memory_limit) == ("1.5", 64 * 2**20)
    assert (container.resources.memory_request, web.replicas) == (32 * 2**20, 3)


JOBS = (
    "services: {web: {image: web}}\n"
    "jobs:\n"
    "  nightly: {image: web, command: [tidy], triggers: {schedule: ['0 3 * * *']}}\n"
    "  once: {image: web, command: [load], triggers: {manual: true}}\n"
)


def test_jobs_run_by_the_clock_or_when_they_are_wanted() -> None:
    files = {"compose.yaml": JOBS}
    made = made_of(files)
    assert {"CronJob/nightly", "Deployment/web"} == {item.label for item in made.objects}
    assert faults(made, files) == []
    wanted = made_of(files, Given(answers={"manual-job:once": "render"}))
    assert "Job/once" in {item.label for item in wanted.objects}


def test_variables_of_builds_are_not_asked_for() -> None:
    text = "services: {web: {image: 'a:$TAG', build: {args: {X: '$ONLY_BUILT'}}}}\n"
    made = made_of({"compose.yaml": text})
    assert [q.id for q in made.questions if q.code == "variable"] == ["variable:compose:TAG"]
    assert set(made.facts.variables) == {"TAG", "ONLY_BUILT"}


def test_hooks_before_the_start_are_init_containers() -> None:
    text = (
        "services:\n"
        "  web:\n"
        "    build: .\n"
        "    user: '1000'\n"
        "    environment: {A: 1, B: 1}\n"
        "    volumes: ['data:/data', './x:/x']\n"
        "    ports: ['80:80']\n"
        "    pre_start:\n"
        "      - {command: migrate --now, environment: {B: 2}}\n"
        "      - {image: other, command: [chown, a], user: root, volumes: ['more:/x']}\n"
        "volumes: {data: , more: }\n"
    )
    files = {"compose.yaml": text}
    first, second, main = specs(compose__yaml=text)["web"].containers
    assert (first.init, second.init, main.init) == (True, True, False)
    assert (first.image, first.args, first.security.user) == (
        "localhost/web:latest",
        ("migrate", "--now"),
        "1000",
    )
    assert first.environment == {"A": "1", "B": "2"}
    assert [mount.target for mount in first.mounts] == ["/data", "/x"]
    assert (second.image, second.security.user, second.ports) == ("other", "root", ())
    assert [mount.source for mount in second.mounts] == ["more", "data"]
    assert faults(made_of(files), files) == []


def test_what_others_wait_for_to_end_is_a_job() -> None:
    text = (
        "services:\n"
        "  web: {image: a, depends_on: {seed: {condition: service_completed_successfully}, "
        "kept: {condition: service_completed_successfully}}}\n"
        "  seed: {image: b}\n"
        "  kept: {image: c, restart: always}\n"
    )
    files = {"compose.yaml": text}
    made = made_of(files)
    assert {"Job/seed", "Deployment/kept", "Deployment/web"} <= {o.label for o in made.objects}
    assert faults(made, files) == []


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
        ({"compose.yaml": "services: {a: {image: '${A'}}"}, "compose_variable"),
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


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("ports: ['http']", "no port"),
        ("ports: ['1-2:1-3']", "differ in length"),
        ("volumes: [':/x']", "empty part"),
        ('command: "echo \'open"', "never closed"),
        ("healthcheck: {test: [curl, x]}", "begins with CMD"),
        ("mem_limit: much", "no size"),
        ("stop_grace_period: soon", "no time"),
        ("deploy: {replicas: many}", "no whole number"),
        ("restart: sometimes", "policy is"),
        ("privileged: maybe", "true or false"),
        ("ulimits: 5", "mapping"),
        ("depends_on: {x: {condition: never}}", "no condition"),
    ],
)
def test_a_value_that_cannot_be_read_is_left_out_with_its_reason(entry: str, told: str) -> None:
    files = {"compose.yaml": f"services:\n  web:\n    image: web\n    {entry}\n"}
    made = made_of(files)
    assert "Deployment/web" in [item.label for item in made.objects]
    dropped = [str(row.reason) for row in made.loss if row.outcome is Outcome.DROPPED]
    assert [reason for reason in dropped if told in reason], dropped
    assert faults(made, files) == []
