"""Pods, containers, networks, volumes and secrets of a host in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.adapters.fakes.behaviour import Behaviour
from migrations_app.adapters.fakes.clock import FakeClock
from migrations_app.adapters.fakes.containers import FakeContainer, FakePod, FakeThing
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import msg
from migrations_app.ports import CapturedFiles, Clock


@dataclass(slots=True)
class FakeStore:
    """What a host in memory has, and how its containers behave.

    ``images`` maps what the host has, reference → ID. ``behaviours`` says how containers behave, by
    their name within the pod (or their whole name); without an entry one simply runs. ``calls``
    are the calls so far, ``failures`` the errors that coming calls end with, by method.
    """

    images: dict[str, str] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    version: str = "5.8.0"
    clock: Clock = field(default_factory=FakeClock)
    pods: dict[str, FakePod] = field(default_factory=dict)
    containers: dict[str, FakeContainer] = field(default_factory=dict)
    networks: dict[str, FakeThing] = field(default_factory=dict)
    volumes: dict[str, FakeThing] = field(default_factory=dict)
    secrets: dict[str, FakeThing] = field(default_factory=dict)
    captures: dict[str, CapturedFiles] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)

    def fail(self, method: str, *errors: Exception) -> None:
        """Let the next calls of a method end with these errors, one each."""
        self.failures.setdefault(method, []).extend(errors)

    def run(self, name: str, image: str, **details: Any) -> FakeContainer:
        """Start a container outside any pod; ``details`` are fields of ``FakeContainer``."""
        made = self.container(name, image, self.behaviours.get(name, Behaviour()))
        made = replace(made, started=self.clock.monotonic(), **details)
        for volume in made.volumes:
            self.volumes.setdefault(volume, FakeThing())
        self.containers[made.id] = made
        return made

    def called(self, method: str, *words: str) -> None:
        self.calls.append(" ".join((method, *words)))
        waiting = self.failures.get(method)
        if waiting:
            raise waiting.pop(0)

    def things(self) -> tuple[tuple[str, dict[str, FakeThing]], ...]:
        return ("volume", self.volumes), ("secret", self.secrets), ("network", self.networks)

    def played(self, pod: FakePod, written: Mapping[str, Any], *, init: bool) -> FakeContainer:
        short = str(written["name"])
        behaviour = self.behaviours.get(short, Behaviour(exits=(0.0, 0) if init else None))
        made = self.container(f"{pod.name}-{short}", str(written["image"]), behaviour)
        mounts = written.get("volumeMounts") or ()
        made = replace(
            made,
            pod=pod.id,
            init=init,
            labels=pod.labels,
            command=tuple(written.get("command") or ()) + tuple(written.get("args") or ()),
            environment={str(e["name"]): str(e["value"]) for e in written.get("env") or ()},
            volumes={str(m["name"]): str(m["mountPath"]) for m in mounts},
        )
        self.containers[made.id] = made
        return made

    def container(self, name: str, image: str, behaviour: Behaviour) -> FakeContainer:
        found = self.images.get(image) or next((i for i in self.images.values() if i == image), "")
        if not found:
            raise refused(f"{image}: image not known")
        return FakeContainer(identity(name), name, image, found, behaviour)

    def start(self, pod: FakePod) -> None:
        now = self.clock.monotonic()
        for item in pod.containers:
            item.started = now
            if item.init:
                code = item.behaviour.exits[1] if item.behaviour.exits else 0
                item.stopped = (now, code)
                if code:
                    raise EngineError(
                        msg(
                            "Init container %(name)s ended with exit code %(code)s.",
                            name=item.name,
                            code=code,
                        ),
                        code="not_started",
                    )

    def pod(self, name: str) -> FakePod | None:
        return self.pods.get(name) or next((p for p in self.pods.values() if p.id == name), None)

    def existing(self, name: str) -> FakePod:
        found = self.pod(name)
        if found is None:
            raise not_there(f"pod {name}")
        return found

    def find(self, name: str) -> FakeContainer:
        for item in self.containers.values():
            if name in (item.id, item.name):
                return item
        raise not_there(f"container {name}")


def identity(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def refused(said: str) -> EngineError:
    return EngineError(msg("Podman refused it: %(said)s", said=said), code="refused")


def not_there(what: str) -> EngineError:
    return EngineError(msg("Podman has no %(what)s.", what=what), code="not_found")
