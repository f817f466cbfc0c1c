"""``python -m tests.live.concern_fixtures``: inspections of real containers, for the domain tests.

Each container asks for many things of which ``podman generate kube`` loses some; what is captured
of it is stored redacted, with neutral names, below ``tests/fixtures/inspect``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.reading.redaction import redact
from tests.live import podman_kit
from tests.live.option_groups.workplace import RICH, Workplace, workplace

FIXTURES = Path(__file__).parents[1] / "fixtures" / "inspect"
BOX = podman_kit.IMAGE
Words = Sequence[str]

CONTAINERS: Mapping[str, Words] = {
    "volumes": (
        *("--volume={mark}-my_data:/data", "--volume={mark}-my-data:/other"),
        *("--volume=/cache", "--tmpfs=/scratch:size=16m,mode=1770", "--shm-size=128m"),
        *("--volume={folder}/site.conf:/etc/site.conf:ro,Z", "--volume={folder}/pages:/pages:z"),
        *("--volume={folder}/tls.key:/etc/tls.key:ro", "--volume=/var/log:/host/log:ro"),
        *("--volume=/etc/localtime:/etc/localtime:ro", "--volume={folder}/pages:/over:O"),
        *("--mount=type=image,source={box},destination=/image",),
        *("--secret={mark}-token,target=api-token,mode=0400",),
        *("--secret={mark}-token,type=env,target=TOKEN", RICH, "sleep 1000"),
    ),
    "hardened": (
        *("--read-only", "--cap-drop=all", "--cap-add=NET_BIND_SERVICE", "--user=1001:1002"),
        *("--security-opt=no-new-privileges", "--security-opt=seccomp=unconfined"),
        *("--security-opt=label=type:spc_t", "--security-opt=unmask=/proc/kcore"),
        *("--group-add=4242", "--sysctl=net.ipv4.ping_group_range=0 100"),
        *("--sysctl=net.core.somaxconn=4096", "--ulimit=nofile=1024:2048"),
        *("--device=/dev/null:/dev/xnull", "--pids-limit=77", BOX, "sleep", "1000"),
    ),
    "host_bound": (
        *("--network=host", "--pid=host", "--ipc=host", "--uts=host", "--privileged"),
        *("--restart=no", "--user=0", BOX, "sleep", "1000"),
    ),
    "names": (
        *("--network={mark}-net", "--network-alias=db", "--ip={address}"),
        *("--publish=18053:53/tcp", "--publish=18053:53/udp", "--expose=9000"),
        *("--add-host=billing:10.1.2.3", "--hostname=inner", "--dns=10.9.8.7"),
        *("--env=API_KEY=abcd1234efgh", "--env=GREETING=hello", "--tz=Asia/Tokyo"),
        *("--memory=64m", "--memory-reservation=32m", "--cpus=0.5", "--cpu-shares=256"),
        *("--restart=unless-stopped", "--stop-timeout=42", "--stop-signal=SIGQUIT"),
        *("--label=team=payments", "--annotation=example.com/foo=bar", "--init"),
        *("--log-driver=k8s-file", "--health-cmd=wget -q -O- http://localhost:9000/healthz"),
        *("--health-start-period=20s", BOX, "sleep", "1000"),
    ),
}
POD: Sequence[tuple[str, Words]] = (
    ("first", ("--init-ctr=always", "--volume={mark}-my_data:/data", BOX, "true")),
    ("once", ("--init-ctr=once", BOX, "true")),
    ("app", ("--tmpfs=/scratch", "--restart=no", BOX, "sleep", "1000")),
    ("web", ("--tmpfs=/scratch", "--restart=always", "--stop-timeout=30", RICH, "sleep 1000")),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        for name, program in (
            ("podman4", ("podman",)),
            ("podman5", (f"{os.environ['WORKBENCH_TEST_PODMAN5']}/podman",)),
        ):
            place = Path(temporary) / name
            (place / "host").mkdir(parents=True)
            with (
                podman_kit.service(program, place) as podman,
                workplace(podman, place / "host") as made,
            ):
                _all(made, FIXTURES / name)


def _all(made: Workplace, target: Path) -> None:
    host = PodmanHost(made.podman.connection)
    for name, words in CONTAINERS.items():
        full = f"{made.mark}-{name}"
        made.podman.run("create", "--name", full, *made.words(tuple(words)))
        _store(host.capture(full).files, made, target / name)
        made.podman.run("rm", "-f", "-v", full)
    pod = f"{made.mark}-stack_pod"
    made.podman.run("pod", "create", "--name", pod, "--publish=18090:7000", "--share=net,pid")
    for name, words in POD:
        more = made.words(tuple(words))
        made.podman.run("create", "--pod", pod, "--name", f"{made.mark}-{name}", *more)
    _store(host.capture(pod).files, made, target / "stack_pod")
    made.podman.run("pod", "rm", "-f", pod)
    full = f"{made.mark}-unpacked"
    (made.folder / "root").mkdir(exist_ok=True)
    words = ("create", "--name", full, "--rootfs", f"{made.folder}/root", "/bin/true")
    made.podman.run(*words)
    _store(host.capture(full).files, made, target / "unpacked")
    made.podman.run("rm", "-f", full)


def _store(files: Mapping[str, bytes], made: Workplace, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, content in _kept(files):
        text = content.decode()
        for old, new in (
            (f"{made.mark}-", ""),
            (made.mark, "kins"),
            (str(made.folder), "/srv/app"),
            (str(Path.home() / ".cache" / "podman5-lab"), "/var/lib/containers"),
        ):
            text = text.replace(old, new)
        kind = SourceKind.KUBERNETES if name.endswith(".yaml") else SourceKind.INSPECT
        (target / name.replace(f"{made.mark}-", "")).write_text(
            redact(text, kind), encoding="utf-8"
        )


def _kept(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for path, content in files.items():
        name = path.rpartition("/")[2]
        if not name.startswith("network-"):
            yield name, content


if __name__ == "__main__":
    main()
