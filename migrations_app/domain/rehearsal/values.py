"""The values a rehearsal is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from migrations_app.domain.messages import Message, Told


class RehearsalOutcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class Peers(StrEnum):
    """Beside what a service is rehearsed: the real services that it needs, or nothing."""

    REAL = "real"
    NONE = "none"


class ProbeKind(StrEnum):
    STARTUP = "startup"
    READINESS = "readiness"
    LIVENESS = "liveness"


class ProbeAction(StrEnum):
    HTTP = "http"
    TCP = "tcp"
    EXEC = "exec"
    GRPC = "grpc"


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """One probe of one container with the kubelet's defaults filled in; times in seconds.

    Source of the defaults: Kubernetes API reference, Probe v1 core.
    """

    container: str
    kind: ProbeKind
    action: ProbeAction
    port: int = 0
    path: str = "/"
    scheme: str = "HTTP"
    host: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()
    initial_delay: float = 0
    period: float = 10
    timeout: float = 1
    success_threshold: int = 1
    failure_threshold: int = 3


@dataclass(frozen=True, slots=True)
class Deviation:
    """What was played otherwise than it is written, with both sides."""

    what: Message
    manifest: Told
    played: Told


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of a ConfigMap or Secret volume, put into a container before it starts."""

    container: str
    path: str
    content: bytes
    mode: int


@dataclass(frozen=True, slots=True)
class PodCopy:
    """One workload as it is played.

    ``name`` is the pod's name in Podman, ``workload`` the object it stands for
    (``Deployment/api``). ``containers`` are the names of the long-running ones. ``to_the_end``: a
    Job, which passes when every container exits with 0. ``grace`` is the time to stop, in seconds.
    ``images`` maps each image as written to what is played.
    """

    name: str
    workload: str
    text: str
    aliases: tuple[str, ...]
    containers: tuple[str, ...]
    probes: tuple[ProbePlan, ...]
    files: tuple[CopiedFile, ...]
    to_the_end: bool
    images: Mapping[str, str]
    grace: int = 30


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence the verdict stands for, how we know it, and where the evidence is.

    ``evidence`` is ``log``, ``probes``, ``usage``, ``deviation:N`` or ``gate:CODE``.
    """

    what: Message
    how: Message
    evidence: str = ""
