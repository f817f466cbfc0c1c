"""What one service of a project becomes, and services that belong together."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.loss import Outcome
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.spec import Condition, MountKind, RestartPolicy
from tests.domain.reading.compose.accounted import faults, made_of, specs

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


def test_the_file_of_a_secret_is_known_as_one() -> None:
    files = {
        "compose.yaml": b"services: {db: {image: a, secrets: [p], env_file: e.env}}\n"
        b"secrets: {p: {file: ./password.txt}}\n",
        "password.txt": b"hunter2\n",
        "e.env": b"A=1\n",
    }
    bundle = read_bundle(MemoryFiles(files), STRICT)
    assert {member.path for member in bundle.members if member.secret} == {"password.txt"}
    assert bundle.specs[0].containers[0].secrets[0].value == "hunter2\n"


def test_volumes_that_are_paths_or_memory_are_mounted_as_such() -> None:
    text = (
        "services: {web: {image: a, volumes: ['here:/h', 'memory:/m', 'share:/s']}}\n"
        "volumes:\n"
        "  here: {driver: local, driver_opts: {type: none, o: bind, device: ./data}}\n"
        "  memory: {driver_opts: {type: tmpfs, device: tmpfs, o: 'size=1m'}}\n"
        "  share: {driver_opts: {type: nfs, o: 'addr=10.0.0.1', device: ':/x'}}\n"
    )
    files = {"compose.yaml": text}
    mounts = specs(compose__yaml=text)["web"].containers[0].mounts
    assert [(mount.kind, mount.source) for mount in mounts] == [
        (MountKind.BIND, "./data"),
        (MountKind.TMPFS, ""),
        (MountKind.VOLUME, "share"),
    ]
    assert faults(made_of(files), files) == []


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


def test_the_modes_of_deploy() -> None:
    text = (
        "services:\n"
        "  each: {image: a, deploy: {mode: global}}\n"
        "  ends: {image: b, links: [each], deploy: {mode: replicated-job, replicas: 3}}\n"
    )
    files = {"compose.yaml": text}
    made = made_of(files)
    assert {"DaemonSet/each", "Job/ends"} <= {item.label for item in made.objects}
    assert faults(made, files) == []
    rows = {row.path: row.outcome for row in made.loss}
    assert rows["compose.yaml/services/ends/links/0"] is Outcome.CONVERTED


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


def test_services_that_name_no_network_share_the_default_one() -> None:
    text = (
        "services:\n"
        "  a: {image: a}\n"
        "  b: {image: b, networks: [front]}\n"
        "  c: {image: c, network_mode: none}\n"
        "networks: {front: }\n"
    )
    found = specs(compose__yaml=text)
    assert {name: spec.networks for name, spec in found.items()} == {
        "a": ("default",),
        "b": ("front",),
        "c": (),
    }
