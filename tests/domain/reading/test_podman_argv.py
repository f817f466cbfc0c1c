"""Command lines are read as Podman reads them, and every word of them is accounted for."""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_leftovers import places_of
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv import (
    Reach,
    RunReading,
    Token,
    parse_create_command,
    read_command,
    read_options,
    read_pod_create,
    read_run,
)
from migrations_app.domain.reading.podman_argv.table import OPTIONS
from migrations_app.domain.spec import HealthCheck, MountKind, RestartPolicy

HELP = Path(__file__).parents[2] / "fixtures" / "podman-options.txt"
SAMPLES = {
    "add-host": ("db:10.0.0.5", "a;b:10.0.0.6", "gw:host-gateway", "nonsense"),
    "cpu-period": ("100000", "x"),
    "cpu-quota": ("50000", "-1"),
    "cpu-shares": ("512", "0", "x"),
    "cpus": ("1.5", "0", "x"),
    "device": ("/dev/fuse", "/dev/a:/dev/b:r", "vendor.com/class=all"),
    "dns": ("10.0.0.1", "10.0.0.2,10.0.0.3", "none"),
    "entrypoint": ("/bin/web", '["/bin/sh","-c"]', ""),
    "env": ("A=1", "B=2", "A=3", "UNKNOWN", "HOST_*"),
    "env-file": ("some.env", "missing.env"),
    "expose": ("8080", "80-82/udp", "x"),
    "group-add": ("1000", "keep-groups"),
    "health-cmd": ("true", '["CMD","true"]', "none"),
    "health-interval": ("10s", "disable", "x"),
    "health-retries": ("2", "x"),
    "init-ctr": ("once", "always", "x"),
    "ipc": ("host", "private", "container:a"),
    "label": ("a=b", "io.podman.x=y", "c"),
    "label-file": ("some.env", "missing.env"),
    "memory": ("512m", "0", "x"),
    "memory-reservation": ("256m", "x"),
    "mount": ("type=bind,src=./a,dst=/a", "type=tmpfs,dst=/t", "type=artifact,dst=/x", "x"),
    "network": ("front", "front:ip=1.2.3.4,alias=x", "host", "none", "container:a", "a,b"),
    "pid": ("host", "private", "container:a"),
    "pids-limit": ("100", "-1", "x"),
    "publish": ("80", "80:80", "127.0.0.1:8000-8002:80-82/udp", "[::1]:81:81", "x", "53:53/sctp"),
    "pull": ("always", "x"),
    "restart": ("always", "never", "on-failure:3", "x"),
    "secret": ("a", "b,type=env,target=B", "source=c,mode=0400", ",type=x"),
    "security-opt": ("no-new-privileges", "label=type:t", "mask=/a:/b", "proc-opts=x"),
    "share": ("pid", "net,ipc", "cgroup"),
    "shm-size": ("64m", "1g", "x"),
    "stop-signal": ("QUIT", "SIGTERM", "15"),
    "stop-timeout": ("10", "30", "x"),
    "sysctl": ("net.core.somaxconn=1024",),
    "timeout": ("0", "60", "x"),
    "tmpfs": ("/t:size=1m", "x"),
    "tz": ("local", "Europe/Berlin"),
    "ulimit": ("nofile=1:2", "host", "x"),
    "volume": ("/anonymous", "data:/d:ro", "./a:/b", "a:b:c:d"),
    "volumes-from": ("other:ro",),
    "workdir": ("/srv",),
}
FILES = MemoryFiles({"some.env": b"# a comment\nX=1\n Y=two words\nZ\n", "a": b"text"})


def tokens(line: str) -> list[Token]:
    return [Token(w, Place("x.sh", 1, i, "run")) for i, w in enumerate(shlex.split(line), 1)]


def run(line: str) -> RunReading:
    return read_run(tokens(line), Reach(FILES))


def listed() -> Iterator[tuple[str, str, str]]:
    for line in HELP.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, command, takes = line.split()
            yield name, command, takes


def accounted(reading: RunReading) -> set[str]:
    """Every path that stands in the specification or in the loss report."""
    service = reading.service
    if not service.containers:
        service = replace(service, containers=(reading.container,))
    paths = {place.path for _attribute, place in places_of(service)}
    paths |= {row.place.path for row in reading.loss}
    paths |= {question.place.path for question in reading.questions}
    return paths | {given.place.path for given in (*reading.volumes_from, *reading.requires)}


def unaccounted(reading: RunReading) -> list[str]:
    paths = accounted(reading)
    return [
        path
        for path in reading.words
        if not any(path == known or known.startswith(f"{path}/") for known in paths)
    ]


@pytest.mark.parametrize(("name", "command", "takes"), list(listed()))
def test_every_option_of_both_versions_is_known_and_takes_what_it_takes(
    name: str, command: str, takes: str
) -> None:
    assert OPTIONS[name].takes_value is (takes == "value")


@pytest.mark.parametrize("pod", [False, True], ids=["run", "pod"])
@pytest.mark.parametrize("seed", range(60))
def test_every_word_of_any_command_is_accounted_for(seed: int, *, pod: bool) -> None:
    chance = random.Random(seed)
    words: list[str] = []
    command = "pod" if pod else "run"
    known = [name for name, of, _takes in listed() if of == command]
    for name in chance.choices(known, k=chance.randint(1, 25)):
        option = OPTIONS[name]
        value = chance.choice(SAMPLES.get(name, ("some-value",)))
        if not option.takes_value:
            words.append(chance.choice([f"--{name}", f"--{name}=false"]))
        else:
            words += chance.choice([[f"--{name}={value}"], [f"--{name}", value]])
        if chance.random() < 0.1:
            words.append(chance.choice(["--no-such-option=1", "--memroy", "-Z"]))
    if not pod:
        words += chance.choice([["image"], ["--", "image"], ["image", "cmd", "--flag", "cmd"]])
    line = [Token(w, Place("x.sh", 1, i, "run")) for i, w in enumerate(words, 1)]
    reading = (read_pod_create if pod else read_run)(line, Reach(FILES))
    assert all(reading.words), words
    assert unaccounted(reading) == [], words
    assert [
        row.path for row in reading.loss if row.outcome is not Outcome.KEPT and not str(row.reason)
    ] == []


def test_values_stand_behind_a_blank_an_equals_sign_or_the_letter() -> None:
    for line in (
        "-e A=1 -p 80:81 i",
        "-eA=1 -p80:81 i",
        "-e=A=1 --publish=80:81 i",
        "-itdeA=1 -p=80:81 i",
    ):
        container = run(line).container
        assert container.environment == {"A": "1"}, line
        assert [(p.host_port, p.container_port) for p in container.ports] == [(80, 81)], line


def test_what_stands_behind_the_image_belongs_to_the_container() -> None:
    container = run("--rm -- image:1 -e A=1 --name x").container
    assert (container.image, container.args) == ("image:1", ("-e", "A=1", "--name", "x"))
    assert container.environment == {}


def test_a_command_without_an_image_is_cut_off_with_its_place() -> None:
    [problem] = run("-d --name web -e A=1").problems
    assert (problem.code, problem.place.line, problem.place.column) == ("cut_off", 1, 5)


def test_an_unknown_option_is_named_with_the_nearest_and_reading_goes_on() -> None:
    reading = run("--netwrk front -e A=1 nginx")
    assert reading.container.image == "nginx"
    assert reading.container.environment == {"A": "1"}
    [row] = [row for row in reading.loss if "no option" in str(row.reason)]
    assert "--network" in str(row.reason)
    assert (row.place.column, row.outcome, reading.complete) == (1, Outcome.DROPPED, False)


def test_a_kept_command_is_read_strictly() -> None:
    command = parse_create_command(["podman", "--log-level", "info", "run", "--new", "x", "image"])
    assert command is not None
    assert (command.complete, command.unknown) == (False, "--new")
    assert parse_create_command(["podman", "ps"]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", [(80, "tcp", None, "")]),
        ("8080:80", [(80, "tcp", 8080, "")]),
        ("127.0.0.1::80", [(80, "tcp", None, "127.0.0.1")]),
        ("0.0.0.0:53:53/udp", [(53, "udp", 53, "")]),
        ("[::1]:8080:80/sctp", [(80, "sctp", 8080, "::1")]),
        ("8000-8001:80-81", [(80, "tcp", 8000, ""), (81, "tcp", 8001, "")]),
        ("8000-8009:80", [(80, "tcp", 8000, "")]),
    ],
)
def test_published_ports(text: str, expected: list[tuple[int, str, int | None, str]]) -> None:
    ports = run(f"-p {text} image").container.ports
    found = [(p.container_port, p.protocol, p.host_port, p.host_ip) for p in ports]
    assert found == expected


@pytest.mark.parametrize("text", ["web", "1:2:3:4", "80-82:1-2", "70000", "80/icmp"])
def test_ports_that_podman_refuses_are_told_of(text: str) -> None:
    reading = run(f"-p {text} image")
    assert reading.container.ports == ()
    assert [row.place.path for row in reading.loss] == ["/--publish"]


@pytest.mark.parametrize(
    ("line", "kind", "source", "target", "read_only"),
    [
        ("-v data:/d", MountKind.VOLUME, "data", "/d", False),
        ("-v /srv:/d:ro,Z", MountKind.BIND, "/srv", "/d", True),
        ("-v ./a:/d", MountKind.BIND, "./a", "/d", False),
        ("-v /d", MountKind.ANONYMOUS, "", "/d", False),
        ("--mount type=bind,src=/s,dst=/d,readonly", MountKind.BIND, "/s", "/d", True),
        ("--mount source=v,destination=/d,ro=false", MountKind.VOLUME, "v", "/d", False),
        ("--mount type=volume,target=/d", MountKind.ANONYMOUS, "", "/d", False),
        ("--mount type=tmpfs,dst=/d,tmpfs-size=1m", MountKind.TMPFS, "", "/d", False),
        ("--mount type=ramfs,dst=/d", MountKind.TMPFS, "", "/d", False),
        ("--mount type=image,src=i,dst=/d", MountKind.IMAGE, "i", "/d", True),
        ("--mount type=glob,src=/s/*,dst=/d", MountKind.BIND, "/s/*", "/d", False),
        ("--mount type=devpts,dst=/d", MountKind.DEVPTS, "", "/d", False),
        ("--tmpfs /d:size=1m", MountKind.TMPFS, "", "/d", False),
    ],
)
def test_mounts(line: str, kind: MountKind, source: str, target: str, read_only: bool) -> None:
    [mount] = run(f"{line} image").container.mounts
    assert (mount.kind, mount.source, mount.target, mount.read_only) == (
        kind,
        source,
        target,
        read_only,
    )


def test_variables_of_files_come_before_those_of_the_command() -> None:
    reading = run("-e X=mine --env-file some.env image")
    assert reading.container.environment == {"X": "mine", "Y": "two words"}
    assert [q.id for q in reading.questions] == ["variable:Z"]
    place = reading.container.places["environment/Y"]
    assert (place.file, place.line) == ("some.env", 3)


def test_answers_take_the_place_of_what_is_missing() -> None:
    answers = {"variable:UNKNOWN": "told", "missing-file:no.env": "A=1\nB=2"}
    reading = read_run(tokens("-e UNKNOWN --env-file no.env image"), Reach(FILES, answers=answers))
    assert reading.container.environment == {"UNKNOWN": "told", "A": "1", "B": "2"}
    assert [q.id for q in reading.questions] == ["missing-file:no.env", "variable:UNKNOWN"]


def test_health_checks_have_podmans_own_times_where_none_are_given() -> None:
    reading = run("--health-cmd 'curl -f x' --health-start-period 1m30s image")
    assert reading.container.health == HealthCheck(
        ("CMD-SHELL", "curl -f x"),
        30.0,
        30.0,
        3,
        90.0,
        places={"": reading.given[0].place},
    )
    assert run("--health-cmd none image").container.health is not None
    assert run("--no-healthcheck image").container.health is not None


def test_limits_are_counted_in_bytes_and_cpus() -> None:
    resources = run("-m 1.5g --memory-reservation=512m --cpu-quota 50000 image").container.resources
    assert (resources.memory_limit, resources.memory_request) == (1610612736, 536870912)
    assert resources.cpu_limit == "0.5"


def test_an_entry_point_that_is_taken_away_leaves_the_arguments() -> None:
    container = run("--entrypoint '' image sh -c x").container
    assert (container.command, container.args) == (("sh", "-c", "x"), None)
    container = run('--entrypoint \'["a","b"]\' image c').container
    assert (container.command, container.args) == (("a", "b"), ("c",))


def test_a_pod_keeps_what_belongs_to_all_its_containers() -> None:
    line = "--name shop -p 8080:80 --share pid,net -v data:/d --add-host a:1.2.3.4 -l k=v"
    reading = read_pod_create(tokens(line))
    assert (reading.service.name, reading.service.is_pod) == ("shop", True)
    assert reading.service.share_process_namespace
    assert reading.service.labels == {"k": "v"}
    assert reading.service.extra_hosts == {"a": "1.2.3.4"}
    assert [port.container_port for port in reading.pod_ports] == [80]
    assert [mount.target for mount in reading.pod_mounts] == ["/d"]


def test_whole_commands_and_options_alone() -> None:
    reading = read_command(tokens("podman --log-level=debug container run --restart=no image"))
    assert reading is not None
    assert reading.container.restart is RestartPolicy.NO
    assert read_command(tokens("podman volume create x")) is None
    alone = read_options(tokens("--shm-size 1g --cap-drop all stray"), Reach(prefix="/Args"))
    assert alone.container.shm_size == 2**30
    assert alone.container.security.cap_drop == ("ALL",)
    assert "/Args/REST" in {row.place.path for row in alone.loss}


def test_no_value_of_an_option_stands_in_a_path() -> None:
    reading = run("-e PASSWORD=hunter2 -v /hunter2:/x -p 80 --secret hunter2 image hunter2")
    assert not any("hunter2" in path for path in reading.words)
