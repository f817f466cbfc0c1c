"""What we read in a command line is what Podman makes of it: both are read, and compared."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.podman_argv import Reach, Token, read_pod_create, read_run
from migrations_app.domain.reading.podman_argv.services import in_a_pod
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.spec import HealthCheck, Mount, ServiceSpec
from tests.live.podman_kit import IMAGE, Service

pytestmark = pytest.mark.live

OPTIONS = (
    "-e A=1 -e 'B=two words' --env C=a=b",
    "--env-file {folder}/some.env -e X=mine",
    "-w /srv --hostname front",
    "--entrypoint /bin/echo",
    '--entrypoint \'["/bin/sh","-c"]\'',
    "-it",
    "-p 8080:80 -p 127.0.0.1:8053:53/udp -p 9000-9002:9000-9002",
    "--expose 7000 --expose 7001-7002/udp",
    "-v {name}-data:/data -v {name}-more:/more:ro",
    "-v {folder}:/host:ro",
    "-v /anonymous",
    "--mount type=bind,source={folder},target=/a,ro",
    "--mount type=volume,source={name}-data,destination=/b",
    "--mount type=tmpfs,destination=/c,tmpfs-size=1m,tmpfs-mode=1777",
    "--tmpfs /d:size=2m,mode=700",
    "--read-only",
    "--read-only --read-only-tmpfs=false",
    "-m 64m --memory-reservation 32m",
    "--cpus 1.5",
    "--cpu-quota 50000 --cpu-period 200000",
    "--cpu-shares 512",
    "--pids-limit 77",
    "--shm-size 128m",
    "--ulimit nofile=1024:2048 --ulimit nproc=512",
    "--sysctl net.ipv4.ip_unprivileged_port_start=80",
    "--user 1001:1002",
    "--group-add 2000 --group-add 2001",
    "--cap-add NET_ADMIN --cap-drop SETUID,CHOWN",
    "--cap-drop all --cap-add CAP_NET_BIND_SERVICE",
    "--privileged",
    "--security-opt no-new-privileges",
    "--security-opt seccomp=unconfined",
    "--device /dev/null:/dev/nothing:r",
    "--health-cmd 'true || false' --health-interval 10s --health-retries 2 --health-timeout 5s",
    '--health-cmd \'["/bin/true","x"]\' --health-start-period 1m30s',
    "--health-cmd none",
    "--restart always",
    "--restart on-failure:4",
    "--restart unless-stopped",
    "--restart no",
    "--stop-timeout 44 --stop-signal SIGQUIT",
    "--stop-signal 10",
    "--label a=b --label empty= --label c=d=e",
    "--annotation example.com/owner=team",
    "--add-host db.local:10.0.0.5",
    "--dns 10.0.0.53 --dns-search example.com --dns-option ndots:2",
    "--network host",
    "--network none",
    "--pid host --ipc host",
    "--tz Europe/Berlin",
    "--secret {name}-secret --secret {name}-secret,type=env,target=TOKEN",
    "--secret {name}-secret,target=/etc/token,mode=0400,uid=5",
    "--init",
    "--rm --log-driver none",
    "--timeout 60",
)
"""Groups of options that Podman creates a container with here; ``{name}`` and ``{folder}``."""

UNTOLD = frozenset(
    {
        # Of the image or of the run, and not of the command.
        *("image", "image_id", "image_digest", "exit_code", "used_caps", "build", "file"),
        # Kept with the reading, or told of by a row, for what has no field.
        *("unmapped", "places", "volumes", "identity", "live", "init_process", "log_driver"),
        *("pull_policy", "networks", "userns", "aliases", "options", "is_directory", "content"),
        *("entries", "deadline", "containers"),
    }
)
"""Attributes in which the two may differ."""


@contextmanager
def made(podman: Service, options: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A container with these options, gone afterwards: its name, and the words of its command."""
    name = f"karg-{uuid.uuid4().hex[:8]}"
    (folder / "some.env").write_text("# some\nX=1\nY=two words\n")
    words = shlex.split(options.replace("{name}", name).replace("{folder}", str(folder)))
    argv = ["--name", name, *words, IMAGE, "sleep", "1000"]
    (folder / "secret").write_text("swordfish")
    podman.run("secret", "create", f"{name}-secret", str(folder / "secret"))
    try:
        podman.run("create", *argv)
        yield name, argv
    finally:
        podman.run("rm", "-f", "-v", "-i", name)
        podman.run("secret", "rm", f"{name}-secret")
        podman.run("volume", "rm", "-f", *_volumes(podman, name))


def _volumes(podman: Service, name: str) -> list[str]:
    found = podman.run("volume", "ls", "-q", "--filter", f"name={name}").split()
    return found or [f"{name}-none"]


def inspected(podman: Service, name: str) -> ServiceSpec:
    """What the container's inspection says, beside that of its image."""
    members = {
        "container.json": podman.run("container", "inspect", name).encode(),
        "image.json": podman.run("image", "inspect", IMAGE).encode(),
    }
    specs = read_bundle(MemoryFiles(members), STRICT).specs
    return next(spec for spec in specs if spec.containers)


def plain(value: Any) -> Any:
    """A spec without places, and without what the two may differ in."""
    if isinstance(value, Mount):
        return (value.kind, value.target.rstrip("/"), value.read_only, value.size, value.mode)
    if isinstance(value, HealthCheck) and value.test == ("NONE",):
        return value.test
    if is_dataclass(value):
        found = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        # Podman 4.3 does not keep the rights to a device.
        found |= {
            k: [re.sub(":r?w?m?$", "", d) for d in v] for k, v in found.items() if k == "devices"
        }
        return {key: item for key, item in found.items() if key not in UNTOLD}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return sorted((plain(item) for item in value), key=repr)
    return value


def differences(mine: Any, theirs: Any) -> dict[str, tuple[Any, Any]]:
    return {
        key: (mine[key], theirs[key])
        for key in mine
        if mine[key] != theirs[key] and not (_is_nothing(mine[key]) and _is_nothing(theirs[key]))
    }


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {}, False)


@pytest.mark.parametrize("options", OPTIONS)
def test_a_command_is_read_as_podman_takes_it(
    podman: Service, options: str, tmp_path: Path
) -> None:
    with made(podman, options, tmp_path) as (name, argv):
        theirs = inspected(podman, name)
    reading = read_run([Token(word) for word in argv])
    files = [given.value for given in reading.given if given.option == "env-file"]
    if files:
        # a whole path leads out of a bundle; here the same file stands beside the command
        words = [Path(word).name if word in files else word for word in argv]
        reading = read_run([Token(w) for w in words], _reach(tmp_path))
    assert reading.complete
    assert reading.problems == ()
    found = differences(plain(reading.container), plain(theirs.containers[0]))
    found |= differences(plain(reading.service), plain(theirs))
    assert found == {}


def _reach(folder: Path) -> Reach:
    return Reach(MemoryFiles({path.name: path.read_bytes() for path in folder.iterdir()}))


def test_a_pod_is_read_as_podman_makes_it(podman: Service) -> None:
    pod = f"karg-{uuid.uuid4().hex[:8]}"
    creating = shlex.split(
        f"--name {pod} -p 8080:80 --add-host db:10.0.0.5 --dns 10.0.0.53 --hostname front "
        "--label a=b --share net,ipc,pid"
    )
    inside = [f"--pod={pod}", "--name", f"{pod}-web", "--expose", "80", "-e", "A=1"]
    inside += [IMAGE, "sleep", "1000"]
    podman.run("pod", "create", *creating)
    try:
        podman.run("create", *inside)
        told = json.loads(podman.run("pod", "inspect", pod))
        members = {
            "pod.json": json.dumps(told).encode(),
            "container.json": podman.run("container", "inspect", f"{pod}-web").encode(),
            "image.json": podman.run("image", "inspect", IMAGE).encode(),
        }
    finally:
        podman.run("pod", "rm", "-f", pod)
    [theirs] = [s for s in read_bundle(MemoryFiles(members), STRICT).specs if s.containers]
    pod_reading = read_pod_create([Token(word) for word in creating])
    member = read_run([Token(word) for word in inside])
    mine, _rows = in_a_pod(pod, pod_reading, [member], {})
    found = differences(plain(mine), plain(theirs))
    found |= differences(plain(mine.containers[0]), plain(theirs.containers[0]))
    assert found == {}
