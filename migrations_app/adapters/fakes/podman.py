"""A Podman host in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import yaml

from migrations_app.adapters.fakes import inspections
from migrations_app.adapters.fakes.behaviour import Behaviour
from migrations_app.adapters.fakes.clock import FakeClock
from migrations_app.adapters.fakes.containers import (
    KILLED,
    FakeContainer,
    FakePod,
    FakeThing,
)
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import msg
from migrations_app.ports import (
    CapturedFiles,
    Clock,
    ContainerState,
    EngineInfo,
    ExecResult,
    FileDrop,
    HostWorkload,
    LogLine,
    Played,
    Usage,
)

TERMINATED = 143


@dataclass(slots=True)
class FakePodman:
    """Implements ``ports.PodmanEngine``.

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

    # --- Setting the scene ---------------------------------------------------------------------

    def fail(self, method: str, *errors: Exception) -> None:
        """Let the next calls of a method end with these errors, one each."""
        self.failures.setdefault(method, []).extend(errors)

    def run(self, name: str, image: str, **details: Any) -> FakeContainer:
        """Start a container outside any pod; ``details`` are fields of ``FakeContainer``."""
        made = self._container(name, image, self.behaviours.get(name, Behaviour()))
        made = replace(made, started=self.clock.monotonic(), **details)
        for volume in made.volumes:
            self.volumes.setdefault(volume, FakeThing())
        self.containers[made.id] = made
        return made

    # --- Looking -------------------------------------------------------------------------------

    def info(self) -> EngineInfo:
        self._called("info")
        return EngineInfo(self.version, rootless=False, runtime="runc", cgroup_version="v2")

    def workloads(self) -> Sequence[HostWorkload]:
        self._called("workloads")
        now = self.clock.monotonic()
        pods = [
            HostWorkload(
                pod.id,
                pod.name,
                "pod",
                pod.word(now).lower(),
                self.clock.now(),
                tuple(c.name for c in pod.containers),
                labels=dict(pod.labels),
            )
            for pod in self.pods.values()
        ]
        free = [
            HostWorkload(
                item.id,
                item.name,
                "container",
                item.word(now),
                self.clock.now() - timedelta(seconds=item.age(now)),
                (item.name,),
                item.image,
                end[1] if (end := item.end(now)) else None,
                dict(item.labels),
            )
            for item in self.containers.values()
            if not item.pod
        ]
        return sorted([*pods, *free], key=lambda found: found.name)

    def capture(self, name: str) -> CapturedFiles:
        self._called("capture", name)
        if name in self.captures:
            return self.captures[name]
        item = None if self._pod(name) else self._find(name)
        pod = self._pod(item.pod if item else name)
        members = pod.containers if pod else [item] if item else []
        owner = pod.name if pod else members[0].name
        now = self.clock.monotonic()
        files: dict[str, dict[str, Any]] = {}
        for one in members:
            network = pod.network if pod else ""
            files[f"container-{one.name}"] = inspections.container(one, now, network)
            image = one.image.rpartition("/")[2].partition(":")[0]
            files[f"image-{image}"] = inspections.image(one.image, one.image_id)
            for volume in one.volumes:
                labels = self.volumes[volume].labels
                files[f"volume-{volume}"] = inspections.volume(volume, labels)
        if pod:
            files["pod"] = inspections.pod(pod, now)
            if pod.network in self.networks:
                labels = self.networks[pod.network].labels
                files[f"network-{pod.network}"] = inspections.network(pod.network, labels)
        named = {f"{owner}/{key}.json": inspections.member(v) for key, v in files.items()}
        return CapturedFiles(owner, named)

    def image_id(self, reference: str) -> str | None:
        self._called("image_id", reference)
        bare = reference.removeprefix("sha256:")
        if bare in self.images.values():
            return bare
        return self.images.get(reference) or self.images.get(f"{reference}:latest")

    def states(self, pod: str) -> Sequence[ContainerState]:
        self._called("states", pod)
        found, now = self._existing(pod), self.clock.monotonic()
        return [c.state(now, found.address) for c in found.containers]

    def logs(self, container: str, *, since: int) -> Iterator[LogLine]:
        self._called("logs", container)
        item, now = self._find(container), self.clock.monotonic()
        if item.started is None:
            return
        age = item.age(now)
        said = [line for line in sorted(item.behaviour.logs, key=lambda x: x[0]) if line[0] <= age]
        for _when, stream, text in said[since:]:
            yield LogLine(item.name, stream, text, self.clock.now())

    def usage(self, containers: Sequence[str]) -> Sequence[Usage]:
        self._called("usage", *containers)
        now = self.clock.monotonic()
        running = [(name, self._find(name)) for name in containers]
        return [
            Usage(
                self.clock.now(),
                name,
                item.behaviour.memory,
                int(item.age(now) * item.behaviour.cpu_share * 1e9),
            )
            for name, item in running
            if item.runs(now)
        ]

    def execute(self, container: str, command: Sequence[str], *, timeout: float) -> ExecResult:
        self._called("execute", container, *command)
        item = self._find(container)
        if not item.runs(self.clock.monotonic()):
            raise _refused(f"container {item.name} is not running")
        if command and command[0].endswith("nslookup"):
            return self._resolve(item, command[1])
        return item.answer(command)

    def running_user(self, container: str) -> str:
        self._called("running_user", container)
        item = self._find(container)
        return item.behaviour.user if item.runs(self.clock.monotonic()) else ""

    # --- Changing ------------------------------------------------------------------------------

    def create_network(self, name: str, *, labels: Mapping[str, str], internal: bool) -> None:
        self._called("create_network", name)
        if name in self.networks:
            raise _refused(f"network name {name} already used")
        self.networks[name] = FakeThing(dict(labels), {"internal": internal})

    def create_secret(self, name: str, value: bytes, *, labels: Mapping[str, str]) -> None:
        self._called("create_secret", name)
        if name in self.secrets:
            raise _refused(f"{name}: secret name in use")
        self.secrets[name] = FakeThing(dict(labels), {"value": value})

    def play(
        self,
        text: str,
        *,
        network: str,
        aliases: Mapping[str, Sequence[str]],
        files: Sequence[FileDrop] = (),
    ) -> Played:
        self._called("play")
        body = yaml.safe_load(text)
        name, spec = str(body["metadata"]["name"]), body["spec"]
        if network not in self.networks:
            raise _refused(f"unable to find network with name or ID {network}: network not found")
        if name in self.pods:
            raise _refused(f'adding pod to state: name "{name}" is in use: pod already exists')
        labels = {str(k): str(v) for k, v in (body["metadata"].get("labels") or {}).items()}
        address = f"10.89.0.{len(self.pods) + 2}"
        pod = FakePod(_id(name), name, labels, network, tuple(aliases.get(name, ())), address)
        self.pods[name] = pod
        for volume in spec.get("volumes") or ():
            self.volumes[str(volume["name"])] = FakeThing()
        for kind in ("initContainers", "containers"):
            for written in spec.get(kind) or ():
                pod.containers.append(self._played(pod, written, init=kind == "initContainers"))
        for drop in files:
            self._find(f"{name}-{drop.container}").files[drop.path] = drop.content
        self._start(pod)
        running = tuple(c.id for c in pod.containers if not c.init)
        return Played((name,), running)

    def stop(self, pod: str, *, timeout: int) -> None:
        self._called("stop", pod)
        found = self._existing(pod)
        running = [c for c in found.containers if c.runs(self.clock.monotonic())]
        if any(not c.behaviour.heeds_sigterm for c in running):
            self.clock.sleep(timeout)
        for item in running:
            code = TERMINATED if item.behaviour.heeds_sigterm else KILLED
            item.stopped = (self.clock.monotonic(), code)

    def remove_labelled(self, label: str, value: str) -> Sequence[str]:
        self._called("remove_labelled", label, value)
        removed: list[str] = []
        for name in [n for n, pod in self.pods.items() if pod.labels.get(label) == value]:
            for item in self.pods.pop(name).containers:
                self.containers.pop(item.id, None)
                for volume in item.volumes:
                    self.volumes.pop(volume, None)
            removed.append(f"pod/{name}")
        for item in [c for c in self.containers.values() if c.labels.get(label) == value]:
            del self.containers[item.id]
            removed.append(f"container/{item.name}")
        for kind, things in self._things():
            for name in [n for n, thing in things.items() if thing.labels.get(label) == value]:
                del things[name]
                removed.append(f"{kind}/{name}")
        return removed

    def labelled(self, label: str) -> Mapping[str, Mapping[str, str]]:
        self._called("labelled", label)
        found: dict[str, Mapping[str, str]] = {
            f"pod/{name}": pod.labels for name, pod in self.pods.items() if label in pod.labels
        }
        for kind, things in self._things():
            found |= {f"{kind}/{n}": t.labels for n, t in things.items() if label in t.labels}
        return found

    # --- Inside --------------------------------------------------------------------------------

    def _called(self, method: str, *words: str) -> None:
        self.calls.append(" ".join((method, *words)))
        waiting = self.failures.get(method)
        if waiting:
            raise waiting.pop(0)

    def _things(self) -> tuple[tuple[str, dict[str, FakeThing]], ...]:
        return ("volume", self.volumes), ("secret", self.secrets), ("network", self.networks)

    def _played(self, pod: FakePod, written: Mapping[str, Any], *, init: bool) -> FakeContainer:
        short = str(written["name"])
        behaviour = self.behaviours.get(short, Behaviour(exits=(0.0, 0) if init else None))
        made = self._container(f"{pod.name}-{short}", str(written["image"]), behaviour)
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

    def _container(self, name: str, image: str, behaviour: Behaviour) -> FakeContainer:
        found = self.images.get(image) or next((i for i in self.images.values() if i == image), "")
        if not found:
            raise _refused(f"{image}: image not known")
        return FakeContainer(_id(name), name, image, found, behaviour)

    def _start(self, pod: FakePod) -> None:
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

    def _pod(self, name: str) -> FakePod | None:
        return self.pods.get(name) or next((p for p in self.pods.values() if p.id == name), None)

    def _existing(self, name: str) -> FakePod:
        found = self._pod(name)
        if found is None:
            raise _not_there(f"pod {name}")
        return found

    def _find(self, name: str) -> FakeContainer:
        for item in self.containers.values():
            if name in (item.id, item.name):
                return item
        raise _not_there(f"container {name}")

    def _resolve(self, asking: FakeContainer, name: str) -> ExecResult:
        """What a name server on the pod's network answers."""
        here = next((p.network for p in self.pods.values() if p.id == asking.pod), "")
        for pod in self.pods.values():
            if pod.network == here and name in (pod.name, *pod.aliases):
                return ExecResult(0, f"Name:\t{name}\nAddress: {pod.address}\n")
        return ExecResult(1, f"** server can't find {name}: NXDOMAIN\n")


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _refused(said: str) -> EngineError:
    return EngineError(msg("Podman refused it: %(said)s", said=said), code="refused")


def _not_there(what: str) -> EngineError:
    return EngineError(msg("Podman has no %(what)s.", what=what), code="not_found")
