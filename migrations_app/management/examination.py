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
    detail: str
    remedy: str = ""


def examine() -> Iterator[Result]:
    """Every look, one after the other; one that breaks does not hide the others."""
    for look in (_data_folder, _database, _keys, _broker, _workers, _podman, _containers, _cluster):
        yield from _guarded(look)


def _guarded(look: Callable[[], Iterator[Result]]) -> Iterator[Result]:
    subject = look.__name__.strip("_").replace("_", " ")
    try:
        yield from look()
    except (WorkbenchError, DatabaseError, OSError, ValueError) as error:
        yield Result(subject, FAILED, str(error).strip().partition("\n")[0])


def _data_folder() -> Iterator[Result]:
    folder: Path = settings.WORKBENCH_DATA_DIR
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Result(
            "data folder",
            FAILED,
            f"{folder} cannot be written",
            "chown it, or set WORKBENCH_DATA_DIR",
        )
    elif folder.stat().st_mode & 0o077:
        yield Result("data folder", WARNING, f"{folder} is open to others", f"chmod 700 {folder}")
    else:
        yield Result("data folder", OK, str(folder))


def _database() -> Iterator[Result]:
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        said = str(error).strip().partition("\n")[0]
        yield Result("database", FAILED, said, "look at DATABASE_URL, and whether the server runs")
        return
    version = ".".join(map(str, connection.get_database_version()))
    detail = f"{connection.display_name} {version}"
    if waiting:
        yield Result(
            "database", FAILED, f"{detail}, {waiting} schema steps behind", "bin/workbench migrate"
        )
    else:
        yield Result("database", OK, detail)


def _keys() -> Iterator[Result]:
    """The keys open what was sealed last: reading raises where none does."""
    keyring()
    for rows in (
        SecretVersion.objects.order_by("-created"),
        SourceMember.objects.order_by("-source__created"),
    ):
        rows.first()
    count = len(settings.WORKBENCH_ENCRYPTION_KEYS)
    yield Result(
        "keys", OK, f"{count} encryption key{'s' if count > 1 else ''}; stored values open"
    )
    for name in ("secret-key", "encryption-key"):
        path = settings.WORKBENCH_DATA_DIR / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield Result("keys", WARNING, f"{path} is open to others", f"chmod 600 {path}")


def _broker() -> Iterator[Result]:
    if settings.WORKBENCH_BROKER == "none":
        server = shutil.which("redis-server") or shutil.which("valkey-server")
        detail = (
            f"bin/up uses a private {server}"
            if server
            else "none: workers look for work themselves"
        )
        yield Result("broker", OK, detail)
        return
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError) as error:
        yield Result(
            "broker",
            FAILED,
            f"Redis does not answer ({error})",
            "look at REDIS_URL, and whether it runs",
        )
        return
    yield Result("broker", OK, "Redis answers")


def _workers() -> Iterator[Result]:
    status = work_status()
    waiting = f", {status.waiting} runs waiting" if status.waiting else ""
    if status.alive:
        yield Result("workers", OK, f"{status.workers} at work{waiting}")
    else:
        yield Result(
            "workers", WARNING, f"none reports itself{waiting}", "bin/up, or start a worker"
        )


def _podman() -> Iterator[Result]:
    local_host()
    for host in Host.objects.order_by("name"):
        subject = f"podman {host.name}"
        try:
            info = wiring.podman_engine(host).info()
        except WorkbenchError as error:
            bad = FAILED if host.name == LOCAL else WARNING
            yield Result(subject, bad, str(error.message))
            continue
        yield from _engine(subject, host, info)


def _engine(subject: str, host: Host, info: EngineInfo) -> Iterator[Result]:
    kind = "rootless" if info.rootless else "rootful"
    detail = f"Podman {info.version}, {kind}, {info.runtime}, cgroups {info.cgroup_version}"
    if info.version_tuple < OLDEST_PODMAN:
        yield Result(subject, FAILED, detail, "Podman 4.3 or later is needed")
        return
    yield Result(subject, OK, detail)
    if info.runtime == "crun" and info.cgroup_version == "v1":
        yield Result(
            subject,
            WARNING,
            "crun often refuses to start containers with cgroups v1",
            'install runc, and in containers.conf: [engine] runtime = "runc"',
        )
    if host.allow_rehearsal:
        for deviation in host_deviations(info.version_tuple, rootless=info.rootless):
            yield Result(subject, WARNING, str(deviation.what), f"better: {deviation.manifest}")
    else:
        yield Result(subject, WARNING, "not open for rehearsals", "allow them on the host's page")


def _containers() -> Iterator[Result]:
    """What keeps containers from starting in machines that are containers themselves."""
    if os.geteuid() != 0 or _has_capability(CAP_SYS_RESOURCE):
        yield Result("containers", OK, "nothing stands in the way of starting them")
    elif "default_ulimits" in _containers_conf():
        yield Result("containers", OK, "limits are kept within what this account may set")
    else:
        yield Result(
            "containers",
            WARNING,
            "CAP_SYS_RESOURCE is missing: Podman cannot raise the limits it wants to",
            "containers.conf: [containers] default_ulimits = "
            '["nofile=4096:4096", "nproc=4096:4096"]',
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


def _cluster() -> Iterator[Result]:
    named = os.environ.get("KUBECONFIG", "")
    paths = [Path(part) for part in named.split(os.pathsep) if part]
    found = [path for path in paths or [Path.home() / ".kube/config"] if path.is_file()]
    if found:
        yield Result("cluster", OK, f"kubeconfig {found[0]}")
    elif paths:
        yield Result("cluster", WARNING, f"{paths[0]} is not there", "look at KUBECONFIG")
    else:
        yield Result("cluster", WARNING, "no kubeconfig", "needed from staging on: set KUBECONFIG")
