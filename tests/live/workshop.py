"""A data folder with a real worker, reaper and broker, and a real Podman to rehearse on."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

IMAGE = "localhost/khr-box:1"
LIMITS = """\
[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
"""
WEB = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: {IMAGE}
          command: [sh, -c, "trap 'exit 0' TERM; mkdir -p /www; echo ok > /www/healthz;
            echo up; httpd -f -p 8080 -h /www & wait"]
          ports: [{{name: http, containerPort: 8080}}]
          volumeMounts: [{{name: data, mountPath: /data}}]
          readinessProbe: {{httpGet: {{path: /healthz, port: http}}, periodSeconds: 1}}
      volumes: [{{name: data, emptyDir: {{}}}}]
"""
BROKEN = WEB.replace("echo up; httpd -f -p 8080 -h /www & wait", "echo no licence; exit 3")

_SUPERVISE = """\
import os
from pathlib import Path
import django; django.setup()
from django.conf import settings
from workbench import up
from workbench.preparation import migrate_if_needed
from workbench.supervisor import Supervisor
migrate_if_needed()
folder, env = settings.WORKBENCH_DATA_DIR, dict(os.environ)
print(up.choose_broker(folder, env), flush=True)
children = [*up.broker_children(folder, env), *up.workers(folder, env)]
Supervisor(children, is_ready=lambda: True, announce=lambda: None).run()
up.end_podman(folder)
"""
_ACTING = """\
import json, sys
import django; django.setup()
from django.conf import settings
from migrations_app import queue, wiring
from migrations_app.actions import runs
from migrations_app.actions.applications import create_application
from migrations_app.actions.revisions import Wish, make_revision, start_revision
from migrations_app.actions.rehearsals import start_rehearsal
from migrations_app.actions.sources import store_source
from migrations_app.models import *
from migrations_app.queries.actors import Actor
me = Actor.system("cli")
"""
_STORE = """\
app = create_application(actor=me, slug="live")
done = store_source(actor=me, application=app, files={"web.yaml": TEXT.encode()},
                    schemas=wiring.schemas())
web = done.matches[0].service
make_revision(actor=me, service=web, wish=Wish("local", {}, {}), schemas=wiring.schemas())
"""


class Workshop:
    """One installation. ``podman`` is the command line of the Podman behind ``socket``."""

    def __init__(self, folder: Path, podman: Podman, **env: str) -> None:
        self.folder = folder
        self.podman = podman
        self.instance = f"khr{os.getpid() % 100000}"
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "workbench.settings",
            "PYTHONPATH": str(Path.cwd()),
            "WORKBENCH_DATA_DIR": str(folder),
            "WORKBENCH_INSTANCE": self.instance,
            "WORKBENCH_LEASE_SECONDS": "4",
            "WORKBENCH_REHEARSAL_WATCH": "3",
            "PODMAN_URL": f"unix://{podman.socket}",
            **env,
        }
        if "DATABASE_URL" not in env:
            self.env.pop("DATABASE_URL", None)

    def act(self, code: str, **values: object) -> Any:
        """Run code in the installation; what it gives to ``tell(…)`` comes back."""
        named = "".join(f"{name.upper()} = {value!r}\n" for name, value in values.items())
        tell = "\ndef tell(value): print('TOLD', json.dumps(value, default=str))\n"
        done = subprocess.run(
            [sys.executable, "-c", _ACTING + tell + named + textwrap.dedent(code)],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        told = [line[5:] for line in done.stdout.splitlines() if line.startswith("TOLD ")]
        return json.loads(told[-1]) if told else None

    def prepare(self, text: str = WEB) -> None:
        """A database with an application, a service and a revision."""
        self.command("migrate", "--verbosity", "0")
        self.act(_STORE, text=text)

    def command(self, *words: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *words, "--skip-checks"],
            env=self.env,
            check=True,
            capture_output=True,
        )

    def rehearse(self) -> str:
        """Ask for a rehearsal; the run's id."""
        return str(
            self.act(
                """
                web = Service.objects.get(key="web")
                tell(start_rehearsal(actor=me, service=web).pk)
                """
            )
        )

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.act(
            """
            row = Run.objects.get(pk=RUN_ID)
            tell({
                "state": row.state, "attempt": row.attempt, "outcome": row.outcome,
                "error": row.error_code, "owner": row.owner,
                "log": list(row.log_lines.values_list("text", flat=True)),
                "ends": AuditEvent.objects.filter(tag="rehearsal:ended").count(),
                "probes": sum(1 for line in row.log_lines.all() if line.source == "prober"),
            })
            """,
            run_id=run_id,
        )
        return found

    def wait(
        self, run_id: str, wanted: Callable[[dict[str, Any]], object], seconds: float = 90
    ) -> dict[str, Any]:
        """The run as soon as it is as wanted."""
        end = time.monotonic() + seconds
        while True:
            found = self.run(run_id)
            if wanted(found):
                return found
            assert time.monotonic() < end, found
            time.sleep(0.3)

    @contextmanager
    def workers(self) -> Iterator[subprocess.Popen[str]]:
        """Broker, worker and reaper under supervision; nothing of it is left afterwards."""
        with (self.folder / "workers.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", _SUPERVISE],
                env=self.env,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            try:
                assert process.stdout is not None
                assert process.stdout.readline(), (self.folder / "workers.log").read_text()
                yield process
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=40)
                assert process.stdout is not None
                process.stdout.close()

    def worker(self, seconds: float = 30) -> int:
        """The process id of the worker, as its file says."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path in (self.folder / "run").glob("worker-*.pid"):
                return int(path.read_text())
            time.sleep(0.1)
        raise AssertionError((self.folder / "workers.log").read_text()[-3000:])

    def left_in_podman(self) -> list[str]:
        """Everything of this installation that is in Podman."""
        own = f"label=io.kakehashi.instance={self.instance}"
        found: list[str] = []
        for words in (
            ["pod", "ls", "-q", "--filter", own],
            ["ps", "-aq", "--filter", own],
            ["volume", "ls", "-q"],
            ["network", "ls", "-q", "--filter", own],
        ):
            lines = self.podman.run(*words).split()
            if words[0] == "volume":
                lines = [line for line in lines if line.startswith(f"kk-{self.instance}-")]
            found += [f"{words[0]} {line}" for line in lines]
        return found


class Podman:
    """A Podman command, and a service of it on a socket of its own."""

    def __init__(self, folder: Path, command: str = "podman", *words: str) -> None:
        self.socket = folder / "podman.sock"
        self.words = [command, *words]
        conf = folder / "containers.conf"
        conf.write_text(LIMITS, encoding="utf-8")
        self.env = {**os.environ, "CONTAINERS_CONF": str(conf)}

    def run(self, *words: str, data: bytes | None = None) -> str:
        done = subprocess.run(
            [*self.words, *words], env=self.env, input=data, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout.decode()

    @contextmanager
    def service(self) -> Iterator[Podman]:
        process = subprocess.Popen(
            [*self.words, "system", "service", "--time=0", f"unix://{self.socket}"],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            end = time.monotonic() + 15
            while not self.socket.exists():
                assert time.monotonic() < end, "the service did not come up"
                time.sleep(0.05)
            self.make_image()
            yield self
        finally:
            subprocess.run(
                [*self.words, "rmi", "--force", IMAGE],
                env=self.env,
                capture_output=True,
                check=False,
            )
            process.terminate()
            process.wait(timeout=20)

    def make_image(self) -> None:
        """One small image with busybox, pulled from nowhere."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add("/bin/busybox", "bin/busybox")
            for name in ("sh", "sleep", "httpd", "echo", "mkdir"):
                link = tarfile.TarInfo(f"bin/{name}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
        words = ["import", "--change", "ENV PATH=/bin", "--change", 'CMD ["sh"]', "-", IMAGE]
        self.run(*words, data=archive.getvalue())
