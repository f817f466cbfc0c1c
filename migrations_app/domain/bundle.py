"""What was read: objects and specs, where each of their fields stands, and what is unclear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow
from migrations_app.domain.provenance import Origin
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ServiceSpec

Object = dict[str, Any]
"""A Kubernetes object as plain data, never changed in place: a change makes a new one."""

Objects = tuple[Object, ...]


class SourceKind(StrEnum):
    """What a member file turned out to be, told by its content."""

    KUBERNETES = "kubernetes"
    INSPECT = "inspect"
    COMPOSE = "compose"
    QUADLET = "quadlet"
    SYSTEMD = "systemd"
    RUN_LINES = "run-lines"
    CONTAINERFILE = "containerfile"
    ENV_FILE = "env-file"
    OTHER = "other"


class Missing(Exception):
    """A file that something refers to is not in reach."""


class SourceFiles(Protocol):
    """The only way the core meets files: a bundle in memory, or a folder that confines paths."""

    def names(self) -> tuple[str, ...]:
        """The member files that are to be read, in order, as relative paths."""
        ...

    def read(self, relative: str) -> bytes:
        """The bytes of a member or of a file it refers to; raises :class:`Missing`."""
        ...


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """Source files held in memory: an upload, a capture, standard input, a test."""

    files: Mapping[str, bytes]

    def names(self) -> tuple[str, ...]:
        return tuple(self.files)

    def read(self, relative: str) -> bytes:
        try:
            return self.files[relative]
        except KeyError:
            raise Missing(relative) from None


@dataclass(frozen=True, slots=True)
class SourceObject:
    """One object, where its fields came from, and the member file and document it was read from.

    Built objects (from a spec) carry the file of their spec and document 0.
    """

    body: Object
    origin: Origin
    file: str = ""
    document: int = 0

    @property
    def label(self) -> str:
        """How people and places call it: ``Deployment/api``."""
        return object_label(self.body)


@dataclass(frozen=True, slots=True)
class Member:
    """One member file after reading; ``problems`` is empty when it could be read.

    ``secret``: all of it is the value of a secret, and none of it may be shown. ``secret_names``
    are variables that a secret is made of, whatever they are called.
    """

    path: str
    kind: SourceKind
    problems: tuple[Problem, ...] = ()
    secret: bool = False
    secret_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that several member files say together, before anything is made of it.

    ``objects`` are the Kubernetes objects as they were read, in source order; ``specs`` are the
    services of Podman-like input, from which rendering builds objects. ``loss`` holds the rows
    that the readers already know; the rows of Kubernetes input are derived from what rendering did.
    ``drawn`` are the files that members referred to and that were read.
    """

    members: tuple[Member, ...] = ()
    objects: tuple[SourceObject, ...] = ()
    specs: tuple[ServiceSpec, ...] = ()
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    loss: tuple[LossRow, ...] = ()
    facts: Facts = field(default_factory=lambda: Facts())
    drawn: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image says of itself: ``linux/arm64``, its user, and whether its format is OCI's.

    ``has_healthcheck`` is always false for an image in the OCI format, which has no place for one.
    """

    platform: str = ""
    user: str = ""
    is_oci: bool = False
    has_healthcheck: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source told us beyond its objects, for checks, presets and rehearsals.

    image_digests: image reference as written → ``sha256:…`` of the repository digest, if known.
    image_ids:     image reference as written → the local image ID it ran with (captures).
    image_ports:   image reference → ports its configuration exposes, as ``8080/tcp``.
    images:        image reference → what the image says of itself, where it was inspected.
    healthchecks:  (object label, container name) → a Podman health check as read: ``test`` (a
                   list), ``interval``, ``timeout``, ``startPeriod`` (seconds) and ``retries``.
    aliases:       object label of a workload → DNS names its peers used for it.
    identities:    object label of a workload → stable identity (systemd unit, compose service …).
    networks:      object label of a workload → the networks its source puts it in.
    published:     object label of a workload → ports its source opens on the host (``8080/tcp``).
    parts:         object label of a workload that was split off → that of the one it belongs to.
    variables:     name of a variable that a source asks for → the value it was read with.
    """

    image_digests: Mapping[str, str] = field(default_factory=dict)
    image_ids: Mapping[str, str] = field(default_factory=dict)
    image_ports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    images: Mapping[str, ImageFacts] = field(default_factory=dict)
    healthchecks: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identities: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


def object_label(body: Mapping[str, Any]) -> str:
    """``Kind/name``, with ``?`` for what is missing."""
    metadata = body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return f"{body.get('kind') or '?'}/{name or '?'}"
