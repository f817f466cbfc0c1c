"""What the app needs from outside, as protocols and the frozen values they speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from migrations_app.domain.messages import Told


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """A Podman engine as it describes itself. ``version`` is ``4.3.1``-like."""

    version: str
    rootless: bool
    runtime: str
    cgroup_version: str
    os: str = ""
    architecture: str = ""

    @property
    def version_tuple(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split("-")[0].split(".") if part.isdigit())


@dataclass(frozen=True, slots=True)
class HostWorkload:
    """A pod, or a container outside a pod, as a host lists it now.

    ``kind`` is ``pod`` or ``container``; ``state`` Podman's word (``running``, ``exited`` …).
    """

    id: str
    name: str
    kind: str
    state: str
    since: datetime | None
    containers: tuple[str, ...]
    image: str = ""
    exit_code: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CapturedFiles:
    """What a capture brings home, as member files: relative path → bytes (UTF-8 JSON or YAML).

    ``NAME/container-X.json``, ``NAME/pod.json``, ``NAME/image-X.json``, ``NAME/volume-X.json``,
    ``NAME/network-X.json`` hold the inspections, one JSON array each; ``NAME/generate-kube.yaml``
    the cross-check; ``NAME/mounts.json`` small bind-mounted text files. ``notes`` say what could
    not be had and why.
    """

    name: str
    files: Mapping[str, bytes]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; ``source`` is a container's name, ``stream`` ``stdout`` or ``stderr``."""

    source: str
    stream: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContainerState:
    """How a played container is doing. ``address`` is where the worker may dial it, if it can."""

    name: str
    id: str
    running: bool
    exit_code: int | None
    restarts: int
    pid: int
    address: str = ""
    oom_killed: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """One sample: memory in bytes, CPU as total nanoseconds since the start."""

    at: datetime
    container: str
    memory: int
    cpu_nanoseconds: int


@dataclass(frozen=True, slots=True)
class ExecResult:
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Played:
    """What a play created: pod names and container ids."""

    pods: tuple[str, ...]
    containers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileDrop:
    """A file to put into a container of a pod before it starts (instead of a mounted ConfigMap).

    ``container`` is the name within the pod; directories on the way are made.
    """

    container: str
    path: str
    content: bytes
    mode: int = 0o644


class PodmanEngine(Protocol):
    """A Podman host. Every call has a deadline; every failure is an ``EngineError``."""

    def info(self) -> EngineInfo: ...

    def workloads(self) -> Sequence[HostWorkload]: ...

    def capture(self, name: str) -> CapturedFiles:
        """Everything about one pod or free-standing container, by name or id."""
        ...

    def image_id(self, reference: str) -> str | None:
        """The local ID of an image (by reference or ID), None if the host does not have it."""
        ...

    def create_network(self, name: str, *, labels: Mapping[str, str], internal: bool) -> None: ...

    def create_secret(self, name: str, value: bytes, *, labels: Mapping[str, str]) -> None: ...

    def play(
        self,
        text: str,
        *,
        network: str,
        aliases: Mapping[str, Sequence[str]],
        files: Sequence[FileDrop] = (),
    ) -> Played:
        """Play the YAML of one pod on a network of its own; never builds, never pulls.

        ``aliases`` maps the pod's name to the names its peers call it by. The pod is created,
        given its aliases and ``files``, and only then started, init containers first and to their
        end. Code ``not_started``: the pod itself is at fault. A play that fails half-way may leave
        parts behind: the caller removes by label.
        """
        ...

    def states(self, pod: str) -> Sequence[ContainerState]:
        """The containers of a pod, init containers among them, as they are now."""
        ...

    def logs(self, container: str, *, since: int) -> Iterator[LogLine]:
        """The container's log so far, from line number ``since`` (0: all), without following."""
        ...

    def usage(self, containers: Sequence[str]) -> Sequence[Usage]: ...

    def execute(self, container: str, command: Sequence[str], *, timeout: float) -> ExecResult:
        """Run a command in a container; past its time an ``EngineError``, code ``exec_timeout``."""
        ...

    def running_user(self, container: str) -> str:
        """The numeric user that the container's main process runs as, ``""`` if unknown."""
        ...

    def stop(self, pod: str, *, timeout: int) -> None: ...

    def remove_labelled(self, label: str, value: str) -> Sequence[str]:
        """Remove whole what carries the label: pods, containers, volumes, secrets, networks."""
        ...

    def labelled(self, label: str) -> Mapping[str, Mapping[str, str]]:
        """Pods, volumes, networks and secrets that carry a label: ``kind/name`` → their labels."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """What to probe: a container of a played pod, and how.

    ``action`` is ``http``, ``tcp``, ``exec`` or ``grpc``; ``address`` the pod's address as
    ``ContainerState`` gave it; ``host`` a Host header's value, which never changes who is dialled.
    """

    pod: str
    container: str
    address: str
    action: str
    port: int = 0
    path: str = "/"
    scheme: str = "HTTP"
    host: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()
    timeout: float = 1.0


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """``ok`` is None where nothing could be proven; ``took`` is in seconds.

    ``loopback_only``: the port answers inside the pod on 127.0.0.1, and nowhere else.
    """

    ok: bool | None
    detail: Told
    took: float
    loopback_only: bool = False


class Prober(Protocol):
    """Probes as a kubelet would. Never raises: what fails is a result."""

    def probe(self, target: ProbeTarget) -> ProbeResult: ...


class Clock(Protocol):
    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...
