"""A service with a revision, and a Podman host in memory to rehearse it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest

from migrations_app import wiring
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.adapters.fakes import Behaviour, FakeClock, FakePodman, FakeProber
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import EngineError
from migrations_app.models import Application, Run, Service
from migrations_app.ports import Played
from migrations_app.queries.actors import Actor
from migrations_app.tasks.execute import execute
from migrations_app.tasks.handlers import HANDLERS

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: localhost/web:1
          env: [{name: API_URL, value: "http://api:8000"}]
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 1}
          livenessProbe: {tcpSocket: {port: http}, periodSeconds: 2}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080}]}
"""
API = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: localhost/api:1
          env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: api, key: password}}}]
          readinessProbe: {exec: {command: [check, --ready]}, periodSeconds: 1}
---
apiVersion: v1
kind: Secret
metadata: {name: api}
stringData: {password: correct-horse-battery}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 8000}]}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: load}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: load, image: "localhost/load:1", command: [load]}]
"""
IMAGES = {f"localhost/{name}:1": name[0] * 64 for name in ("web", "api", "load")}


class WatchedPodman(FakePodman):
    """Remembers what was played and what was there when a pod started; can fail half-way."""

    def __init__(self, **details: Any) -> None:
        super().__init__(**details)
        self.texts: list[str] = []
        self.labels_seen: list[Mapping[str, str]] = []
        self.breaks_at_start: EngineError | None = None

    def play(self, text: str, **details: Any) -> Played:
        self.texts.append(text)
        return super().play(text, **details)

    def start(self, pod: Any) -> None:
        self.labels_seen += [pod.labels, *(n.labels for n in self.networks.values())]
        if self.breaks_at_start is not None:
            raise self.breaks_at_start
        super().start(pod)


Store = Callable[[Mapping[str, str]], dict[str, Service]]
Work = Callable[[Run], Run]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> WatchedPodman:
    """The Podman of this machine: web and api come up, the job ends well."""
    clock = FakeClock()
    engine = WatchedPodman(
        images=dict(IMAGES),
        clock=clock,
        behaviours={
            "web": Behaviour(listens={8080: 200}, listens_after=2, logs=[(0, "stdout", "up")]),
            "load": Behaviour(exits=(1.5, 0)),
        },
    )
    monkeypatch.setattr(wiring, "podman_engine", lambda host: engine, raising=False)
    monkeypatch.setattr(wiring, "prober", lambda host: FakeProber(engine), raising=False)
    monkeypatch.setattr(wiring, "clock", lambda: clock, raising=False)
    return engine


@pytest.fixture
def store(operator: Actor, application: Application, schemas: BundledSchemas) -> Store:
    """Stores files, and makes a revision of every service they tell of."""

    def stored(files: Mapping[str, str]) -> dict[str, Service]:
        result = store_source(
            actor=operator,
            application=application,
            files={name: text.encode() for name, text in files.items()},
            schemas=schemas,
        )
        found = {match.service.key: match.service for match in result.matches}
        for service in found.values():
            make_revision(
                actor=operator, service=service, wish=Wish("local", {}, {}), schemas=schemas
            )
        return found

    return stored


@pytest.fixture
def work() -> Work:
    """Does a run as a worker does, and gives the row as it is afterwards."""

    def worked(run: Run) -> Run:
        assert execute(UUID(str(run.pk)), HANDLERS)
        run.refresh_from_db()
        return run

    return worked


def nothing_left(host: FakePodman) -> bool:
    return not (host.pods or host.networks or host.volumes or host.secrets or host.containers)
