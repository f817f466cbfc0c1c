"""Paths of the host that a container sees: each is a question, with an answer that fits it."""

from __future__ import annotations

import posixpath
from enum import StrEnum

from migrations_app.domain.manifests.build_draft import NOWHERE, Ledger, choices
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Question
from migrations_app.domain.secrets import looks_secret
from migrations_app.domain.spec import ContainerSpec, Mount, ServiceSpec


class BindAnswer(StrEnum):
    CONFIGMAP = "configmap"
    SECRET = "secret"  # noqa: S105 - a word, not a secret
    PVC = "pvc"
    EMPTYDIR = "emptydir"
    HOSTPATH = "hostpath"
    DROP = "drop"


MOST_CONTENT = 1_000_000
"""A ConfigMap holds at most one MiB (Kubernetes documentation, "ConfigMaps")."""

_CLOCK = frozenset({"/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo"})
_OF_THE_HOST = (
    "/dev",
    "/proc",
    "/sys",
    "/run",
    "/var/run",
    "/var/log",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/lib/kubelet",
    "/lib/modules",
)
_KEY_FILES = (
    ".key",
    ".pem",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".htpasswd",
    "id_rsa",
)
_CHOICES = choices(
    ("configmap", msg("A ConfigMap: a small file that is not secret")),
    ("secret", msg("A Secret: a key, a certificate, a password file")),
    ("pvc", msg("A claim: data that must outlive the pod")),
    ("emptydir", msg("An empty folder for each new pod")),
    ("hostpath", msg("The path of the node: only where every node has it")),
    ("drop", msg("Nothing: the container does without")),
)


def bind_answer(
    service: ServiceSpec,
    container: ContainerSpec,
    mount: Mount,
    ledger: Ledger,
    *,
    written: bool = False,
) -> BindAnswer:
    """What becomes of a bind mount: the answer given, else the one we recommend.

    ``written``: some container writes to the same folder of the host.
    """
    question = Question(
        id=f"bind-mount:{service.name}:{container.name}:{mount.target}",
        code="bind-mount",
        text=msg(
            "Container %(container)s sees %(source)s of the host at %(target)s. "
            "What should it see on a cluster?",
            container=container.name,
            source=mount.source,
            target=mount.target,
        ),
        why=msg("A pod may run on any node, and none has the files of this host."),
        choices=_CHOICES,
        recommended=recommended(mount, written=written),
        place=mount.places.get("", NOWHERE),
    )
    return BindAnswer(ledger.ask(question))


def recommended(mount: Mount, *, written: bool = False) -> BindAnswer:
    """The answer that fits what is known of the path."""
    if mount.source in _CLOCK or mount.target in _CLOCK:
        return BindAnswer.DROP
    if mount.source == "/" or _is_under(mount.source.rstrip("/"), _OF_THE_HOST):
        return BindAnswer.HOSTPATH
    if mount.content is not None and len(mount.content.encode()) <= MOST_CONTENT:
        return BindAnswer.SECRET if _is_secret(mount) else BindAnswer.CONFIGMAP
    if is_file(mount):
        return BindAnswer.SECRET if _is_secret(mount) else BindAnswer.CONFIGMAP
    return BindAnswer.CONFIGMAP if mount.read_only and not written else BindAnswer.PVC


def _is_under(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _is_secret(mount: Mount) -> bool:
    if mount.source.endswith(_KEY_FILES) or mount.target.endswith(_KEY_FILES):
        return True
    content = mount.content or ""
    return "PRIVATE KEY-----" in content or any(
        looks_secret(name.strip(), value.strip().strip("\"'"))
        for name, separator, value in (line.partition("=") for line in content.splitlines())
        if separator
    )


def is_file(mount: Mount) -> bool:
    """Whether a path is a file; where nobody looked, ``site.conf`` is one and ``data`` is not."""
    if mount.content is not None or mount.is_directory is not None:
        return mount.is_directory is not True
    return "." in posixpath.basename(mount.source.rstrip("/"))[1:]
