"""What works on this machine: each look gives a result, and what to do where something does not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

from migrations_app import wiring
from migrations_app.actions.hosts import local_host
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.messages import Message, counted, msg
from migrations_app.domain.rehearsal.host_rules import host_deviations
from migrations_app.models import Host, SecretVersion, SourceMember
from migrations_app.models.encryption import keyring
from migrations_app.models.hosts import LOCAL
from migrations_app.ports import EngineInfo
from migrations_app.queries.status import work_status

OK, WARNING, FAILED = "ok", "warning", "failed"
CAP_SYS_RESOURCE = 24
OLDEST_PODMAN = (4, 3)


@dataclass(frozen=True, slots=True)
class Result:
    """``state`` is ok, warning (something will not work) or failed (the workbench does not)."""

    subject: str
    state: str
    detail: Message
    remedy: Message | None = None


def examine() -> Iterator[Result]:
    """Every look, one after the other; one that breaks does not hide the others."""
    looks = {
        "data folder": _data_folder,
        "database": _database,
        "keys": _keys,
        "broker": _broker,
        "workers": _workers,
        "podman": _podman,
        "containers": _containers,
        "cluster": _cluster,
    }
    for subject, look in looks.items():
        yield from _guarded(subject, look)


def _guarded(subject: str, look: Callable[[str], Iterator[Result]]) -> Iterator[Result]:
    try:
        yield from look(subject)
    except WorkbenchError as error:
        yield Result(subject, FAILED, error.message)
    except (DatabaseError, OSError, ValueError) as error:
        yield Result(subject, FAILED, _said(error))


def _said(error: Exception) -> Message:
    first = str(error).strip().partition("\n")[0]
    return msg("It says: %(said)s", said=first or type(error).__name__)


def _data_folder(subject: str) -> Iterator[Result]:
    folder: Path = settings.WORKBENCH_DATA_DIR
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Result(
            subject,
            FAILED,
            msg("%(folder)s cannot be written.", folder=folder),
            msg("Give it to this account, or set WORKBENCH_DATA_DIR."),
        )
    elif folder.stat().st_mode & 0o077:
        yield Result(subject, WARNING, *_open_to_others(folder, "700"))
    else:
        yield Result(subject, OK, msg("%(folder)s is ours alone.", folder=folder))


def _open_to_others(path: Path, mode: str) -> tuple[Message, Message]:
    return (
        msg("%(path)s is open to other accounts.", path=path),
        msg("Run: chmod %(mode)s %(path)s", mode=mode, path=path),
    )


def _database(subject: str) -> Iterator[Result]:
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        remedy = msg("Look at DATABASE_URL, and whether the server runs.")
        yield Result(subject, FAILED, _said(error), remedy)
        return
    version = ".".join(map(str, connection.get_database_version()))
    name = f"{connection.display_name} {version}"
    if waiting:
        yield Result(
            subject,
            FAILED,
            msg("%(name)s, but its schema is older than the workbench.", name=name),
            msg("Run: bin/workbench migrate"),
        )
    else:
        yield Result(subject, OK, msg("%(name)s, schema of today.", name=name))


def _keys(subject: str) -> Iterator[Result]:
    """The keys open what was sealed last: reading raises where none does."""
    keyring()
    SecretVersion.objects.order_by("-created").first()
    SourceMember.objects.order_by("-source__created").first()
    yield Result(
        subject,
        OK,
        counted(
            "%(count)s encryption key, which opens what is stored.",
            "%(count)s encryption keys, which open what is stored.",
            count=len(settings.WORKBENCH_ENCRYPTION_KEYS),
        ),
    )
    for name in ("secret-key", "encryption-key"):
        path = settings.WORKBENCH_DATA_DIR / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield Result(subject, WARNING, *_open_to_others(path, "600"))


def _broker(subject: str) -> Iterator[Result]:
    if settings.WORKBENCH_BROKER == "none":
        server = shutil.which("redis-server") or shutil.which("valkey-server")
        if server:
            yield Result(subject, OK, msg("bin/up uses a private %(server)s.", server=server))
        else:
            yield Result(subject, OK, msg("None: workers look for work themselves."))
        return
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError):
        remedy = msg("Look at REDIS_URL, and whether Redis runs.")
        yield Result(subject, FAILED, msg("Redis does not answer."), remedy)
        return
    yield Result(subject, OK, msg("Redis answers."))


def _workers(subject: str) -> Iterator[Result]:
    status = work_status()
    if status.alive:
        told = counted(
            "%(count)s worker takes work.", "%(count)s workers take work.", count=status.workers
        )
        yield Result(subject, OK, told)
    else:
        told = counted(
            "No worker reports itself; %(count)s run is waiting.",
            "No worker reports itself; %(count)s runs are waiting.",
            count=status.waiting,
        )
        yield Result(subject, WARNING, told, msg("Start bin/up, or a worker."))


def _podman(subject: str) -> Iterator[Result]:
    local_host()
    for host in Host.objects.order_by("name"):
        name = f"{subject} {host.name}"
        try:
            info = wiring.podman_engine(host).info()
        except WorkbenchError as error:
            yield Result(name, FAILED if host.name == LOCAL else WARNING, error.message)
            continue
        yield from _engine(name, host, info)


def _engine(subject: str, host: Host, info: EngineInfo) -> Iterator[Result]:
    detail = msg(
        "Podman %(version)s with %(runtime)s and cgroups %(cgroups)s.",
        version=info.version,
        runtime=info.runtime,
        cgroups=info.cgroup_version,
    )
    if info.version_tuple < OLDEST_PODMAN:
        yield Result(subject, FAILED, detail, msg("Podman 4.3 or later is needed."))
        return
    yield Result(subject, OK, detail)
    if info.runtime == "crun" and info.cgroup_version == "v1":
        yield Result(
            subject,
            WARNING,
            msg("crun often refuses to start containers with cgroups v1."),
            msg(
                "Install runc, and write into containers.conf: %(lines)s",
                lines='[engine] runtime = "runc"',
            ),
        )
    if not host.allow_rehearsal:
        remedy = msg("An administrator can allow them on the host's page.")
        yield Result(subject, WARNING, msg("Not open for rehearsals."), remedy)
        return
    for deviation in host_deviations(info.version_tuple, rootless=info.rootless):
        better = msg("Better: %(what)s", what=deviation.manifest)
        yield Result(subject, WARNING, deviation.what, better)


def _containers(subject: str) -> Iterator[Result]:
    """What keeps containers from starting in machines that are containers themselves."""
    if os.geteuid() != 0 or _has_capability(CAP_SYS_RESOURCE):
        yield Result(subject, OK, msg("Nothing stands in the way of starting them."))
    elif "default_ulimits" in _containers_conf():
        yield Result(subject, OK, msg("Their limits are kept within what this account may set."))
    else:
        yield Result(
            subject,
            WARNING,
            msg("CAP_SYS_RESOURCE is missing: Podman cannot raise the limits it wants to."),
            msg(
                "Write into containers.conf: %(lines)s",
                lines='[containers] default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
            ),
        )


def _containers_conf() -> str:
    """The configuration of a Podman that we would start, without comments."""
    environment = wiring.podman_command().environment
    named = [environment.get(f"CONTAINERS_CONF{end}") for end in ("", "_OVERRIDE")]
    paths = [Path(name) for name in named if name] or [
        Path.home() / ".config/containers/containers.conf",
        Path("/etc/containers/containers.conf"),
    ]
    lines = (line for path in paths if path.is_file() for line in path.read_text().splitlines())
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _has_capability(number: int) -> bool:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return True


def _cluster(subject: str) -> Iterator[Result]:
    named = os.environ.get("KUBECONFIG", "")
    paths = [Path(part) for part in named.split(os.pathsep) if part]
    found = [path for path in paths or [Path.home() / ".kube/config"] if path.is_file()]
    if found:
        yield Result(subject, OK, msg("There is a kubeconfig: %(path)s", path=found[0]))
        return
    remedy = msg("A cluster is needed from staging on: set KUBECONFIG.")
    if paths:
        missing = msg("The kubeconfig %(path)s is not there.", path=paths[0])
        yield Result(subject, WARNING, missing, remedy)
    else:
        yield Result(subject, WARNING, msg("There is no kubeconfig."), remedy)
