"""Work with a real Podman, beside the same calls of its API made bare and believed blindly."""

from __future__ import annotations

import http.client
import itertools
import json
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bench.measure import NotHere, Result, measured
from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.environment import podman_command
from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.podman.service import ensure_service
from migrations_app.adapters.probing.prober import PodProber
from migrations_app.domain.errors import EngineError
from migrations_app.ports import ProbeTarget

IMAGE = "localhost/kakehashi-bench/box:1"
LABEL = "io.kakehashi.bench"
CONTAINERS = 3
PORT = 8080


def capture(folder: Path) -> Result:
    """A pod of three containers, as files; beside the bare inspections."""
    with _podman(folder) as work:
        name = work.play()
        seconds = measured(lambda: work.host.capture(name), lambda: work.inspect(name), rounds=10)
    what = f"a pod of {CONTAINERS} containers; the same inspections by bare calls"
    return Result("capture", what, *seconds, aim=2)


def rehearsal(folder: Path) -> Result:
    """Play, probe until it answers, look at it, stop; beside bare calls and a bare connection."""
    with _podman(folder) as work:
        seconds = measured(work.rehearse, work.play_bare, rounds=5)
    what = "play, ready, stop; play, connect, stop by bare calls"
    return Result("rehearsal", what, *seconds, aim=1.5)


@dataclass
class _Work:
    """One host, and names for all that is made on it."""

    host: PodmanHost
    prober: PodProber
    mark: str
    cleaning: ThreadPoolExecutor
    numbers: Iterator[int]

    @property
    def network(self) -> str:
        return f"{self.mark}-net"

    def play(self) -> str:
        name = self.name()
        self.host.play(self.text(name), network=self.network, aliases={name: ["shop"]})
        return name

    def rehearse(self) -> None:
        name = self.play()
        first = self.host.states(name)[0]
        target = ProbeTarget(name, first.id, first.address, "tcp", PORT)
        _until(lambda: self.prober.probe(target).ok is True)
        self.host.usage([state.id for state in self.host.states(name)])
        list(self.host.logs(first.id, since=0))
        self.host.stop(name, timeout=10)
        self.cleaning.submit(self.host.remove_labelled, LABEL, name)

    def play_bare(self) -> None:
        name = self.name()
        query = urlencode({"start": "true", "network": self.network})
        self.call("POST", f"play/kube?{query}", self.text(name).encode())
        infra = self.call("GET", f"pods/{name}/json")["InfraContainerID"]
        networks = self.call("GET", f"containers/{infra}/json")["NetworkSettings"]["Networks"]
        address = networks[self.network]["IPAddress"]
        _until(lambda: _connects(address))
        self.call("POST", f"pods/{name}/stop?t=10")
        self.cleaning.submit(self.host.remove_labelled, LABEL, name)

    def inspect(self, name: str) -> None:
        pod = self.call("GET", f"pods/{name}/json")
        for member in pod["Containers"]:
            self.call("GET", f"containers/{member['Id']}/json")
        self.call("GET", f"images/{quote(IMAGE, safe='')}/json")
        self.call("GET", f"networks/{self.network}/json")
        self.call("GET", f"generate/kube?names={name}&service=false")

    def call(self, method: str, path: str, body: bytes = b"") -> Any:
        """One bare call: no deadline, no limit, nothing checked."""
        connection = http.client.HTTPConnection("podman")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.host.connection.socket_path)
        connection.request(method, f"/v{self.host.connection.version}/libpod/{path}", body)
        answer = connection.getresponse().read()
        connection.close()
        return json.loads(answer) if answer.startswith(b"{") else answer

    def name(self) -> str:
        return f"{self.mark}-{next(self.numbers)}"

    def text(self, name: str) -> str:
        serve = f"trap 'exit 0' TERM; httpd -f -p {PORT} -h /bin & wait"
        wait = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
        containers = [
            {
                "name": f"c{number}",
                "image": IMAGE,
                "imagePullPolicy": "Never",
                "command": ["sh", "-c", wait if number else serve],
            }
            for number in range(CONTAINERS)
        ]
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "labels": {LABEL: name}},
                "spec": {"restartPolicy": "Never", "containers": containers},
            }
        )


@contextmanager
def _podman(folder: Path) -> Iterator[_Work]:
    busybox = shutil.which("busybox")
    if shutil.which("podman") is None or busybox is None:
        raise NotHere("Podman or busybox is not installed")
    try:
        host = PodmanHost(Connection(str(ensure_service(folder))))
        _build(folder, busybox)
        mark = f"kk-bench-{uuid.uuid4().hex[:6]}"
        host.create_network(f"{mark}-net", labels={LABEL: mark}, internal=True)
    except EngineError as error:
        raise NotHere(str(error)) from error
    with ThreadPoolExecutor(max_workers=1) as cleaning:
        work = _Work(host, PodProber(host), mark, cleaning, itertools.count())
        try:
            yield work
        finally:
            cleaning.shutdown(wait=True)
            for labels in host.labelled(LABEL).values():
                if labels[LABEL].startswith(mark):
                    host.remove_labelled(LABEL, labels[LABEL])


def _build(folder: Path, busybox: str) -> None:
    """One image from scratch, with a name of its own."""
    context = folder / "image"
    context.mkdir()
    shutil.copy(busybox, context / "busybox")
    lines = ["FROM scratch", "COPY busybox /bin/busybox"]
    for name in ("sh", "httpd", "sleep"):
        (context / name).symlink_to("busybox")
        lines.append(f"COPY {name} /bin/{name}")
    (context / "Containerfile").write_text("\n".join([*lines, "ENV PATH=/bin", ""]))
    command = podman_command(folder)
    subprocess.run(
        [*command.argv, "build", "-q", "-t", IMAGE, str(context)],
        env=dict(command.environment),
        check=True,
        capture_output=True,
    )


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError("the pod did not answer within half a minute")
        time.sleep(0.01)


def _connects(address: str) -> bool:
    try:
        socket.create_connection((address, PORT), timeout=1).close()
    except OSError:
        return False
    return True
