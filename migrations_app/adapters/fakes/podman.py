"""A Podman host in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import yaml

from migrations_app.adapters.fakes import inspections
from migrations_app.adapters.fakes.containers import KILLED, FakeContainer, FakePod, FakeThing
from migrations_app.adapters.fakes.store import FakeStore, identity, refused
from migrations_app.ports import (
    CapturedFiles,
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
class FakePodman(FakeStore):
    """Implements ``ports.PodmanEngine`` by what a store holds and how containers behave."""

    # --- Looking -------------------------------------------------------------------------------

    def info(self) -> EngineInfo:
        self.called("info")
        return EngineInfo(self.version, rootless=False, runtime="runc", cgroup_version="v2")

    def workloads(self) -> Sequence[HostWorkload]:
        self.called("workloads")
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
        self.called("capture", name)
        if name in self.captures:
            return self.captures[name]
        item = None if self.pod(name) else self.find(name)
        pod = self.pod(item.pod if item else name)
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
        self.called("image_id", reference)
        bare = reference.removeprefix("sha256:")
        if bare in self.images.values():
            return bare
        return self.images.get(reference) or self.images.get(f"{reference}:latest")

    def states(self, pod: str) -> Sequence[ContainerState]:
        self.called("states", pod)
        found, now = self.existing(pod), self.clock.monotonic()
        return [c.state(now, found.address) for c in found.containers]

    def logs(self, container: str, *, since: int) -> Iterator[LogLine]:
        self.called("logs", container)
        item, now = self.find(container), self.clock.monotonic()
        if item.started is None:
            return
        age = item.age(now)
        said = [line for line in sorted(item.behaviour.logs, key=lambda x: x[0]) if line[0] <= age]
        for _when, stream, text in said[since:]:
            yield LogLine(item.name, stream, text, self.clock.now())

    def usage(self, containers: Sequence[str]) -> Sequence[Usage]:
        self.called("usage", *containers)
        now = self.clock.monotonic()
        running = [(name, self.find(name)) for name in containers]
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
        self.called("execute", container, *command)
        item = self.find(container)
        if not item.runs(self.clock.monotonic()):
            raise refused(f"container {item.name} is not running")
        if command and command[0].endswith("nslookup"):
            return self._resolve(item, command[1])
        return item.answer(command)

    def running_user(self, container: str) -> str:
        self.called("running_user", container)
        item = self.find(container)
        return item.behaviour.user if item.runs(self.clock.monotonic()) else ""

    # --- Changing ------------------------------------------------------------------------------

    def create_network(self, name: str, *, labels: Mapping[str, str], internal: bool) -> None:
        self.called("create_network", name)
        if name in self.networks:
            raise refused(f"network name {name} already used")
        self.networks[name] = FakeThing(dict(labels), {"internal": internal})

    def create_secret(self, name: str, value: bytes, *, labels: Mapping[str, str]) -> None:
        self.called("create_secret", name)
        if name in self.secrets:
            raise refused(f"{name}: secret name in use")
        self.secrets[name] = FakeThing(dict(labels), {"value": value})

    def play(
        self,
        text: str,
        *,
        network: str,
        aliases: Mapping[str, Sequence[str]],
        files: Sequence[FileDrop] = (),
    ) -> Played:
        self.called("play")
        body = yaml.safe_load(text)
        name, spec = str(body["metadata"]["name"]), body["spec"]
        if network not in self.networks:
            raise refused(f"unable to find network with name or ID {network}: network not found")
        if name in self.pods:
            raise refused(f'adding pod to state: name "{name}" is in use: pod already exists')
        labels = {str(k): str(v) for k, v in (body["metadata"].get("labels") or {}).items()}
        address = f"10.89.0.{len(self.pods) + 2}"
        pod = FakePod(identity(name), name, labels, network, tuple(aliases.get(name, ())), address)
        self.pods[name] = pod
        for volume in spec.get("volumes") or ():
            self.volumes[str(volume["name"])] = FakeThing()
        for kind in ("initContainers", "containers"):
            for written in spec.get(kind) or ():
                pod.containers.append(self.played(pod, written, init=kind == "initContainers"))
        for drop in files:
            self.find(f"{name}-{drop.container}").files[drop.path] = drop.content
        self.start(pod)
        running = tuple(c.id for c in pod.containers if not c.init)
        return Played((name,), running)

    def stop(self, pod: str, *, timeout: int) -> None:
        self.called("stop", pod)
        found = self.existing(pod)
        running = [c for c in found.containers if c.runs(self.clock.monotonic())]
        if any(not c.behaviour.heeds_sigterm for c in running):
            self.clock.sleep(timeout)
        for item in running:
            code = TERMINATED if item.behaviour.heeds_sigterm else KILLED
            item.stopped = (self.clock.monotonic(), code)

    def remove_labelled(self, label: str, value: str) -> Sequence[str]:
        self.called("remove_labelled", label, value)
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
        for kind, things in self.things():
            for name in [n for n, thing in things.items() if thing.labels.get(label) == value]:
                del things[name]
                removed.append(f"{kind}/{name}")
        return removed

    def labelled(self, label: str) -> Mapping[str, Mapping[str, str]]:
        self.called("labelled", label)
        found: dict[str, Mapping[str, str]] = {
            f"pod/{name}": pod.labels for name, pod in self.pods.items() if label in pod.labels
        }
        for kind, things in self.things():
            found |= {f"{kind}/{n}": t.labels for n, t in things.items() if label in t.labels}
        return found

    def _resolve(self, asking: FakeContainer, name: str) -> ExecResult:
        """What a name server on the pod's network answers."""
        here = next((p.network for p in self.pods.values() if p.id == asking.pod), "")
        for pod in self.pods.values():
            if pod.network == here and name in (pod.name, *pod.aliases):
                return ExecResult(0, f"Name:\t{name}\nAddress: {pod.address}\n")
        return ExecResult(1, f"** server can't find {name}: NXDOMAIN\n")
