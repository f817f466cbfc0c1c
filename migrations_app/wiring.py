"""Settings to adapters: the only place that knows which adapter stands behind a port."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

from migrations_app.adapters.clock import SystemClock
from migrations_app.adapters.folders import FolderFiles
from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.environment import PodmanCommand
from migrations_app.adapters.podman.environment import podman_command as _podman_command
from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.podman.locating import Places, connect
from migrations_app.adapters.probing.prober import PodProber
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import SourceFiles
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Host
from migrations_app.ports import Clock, PodmanEngine, Prober


@lru_cache(maxsize=1)
def schemas() -> Schemas:
    """The Kubernetes schemas; compiled once per process."""
    return BundledSchemas()


def files_at(paths: Sequence[str]) -> SourceFiles:
    """Files and the sources in folders, with what they refer to in reach."""
    return FolderFiles.of(paths)


def clock() -> Clock:
    return SystemClock()


def podman_engine(host: Host) -> PodmanEngine:
    """The Podman behind a host; a service or a tunnel is started where there is none yet.

    Raises:
        EngineError: the host's address may not be used, or nothing answers there.
    """
    seconds = float(settings.WORKBENCH_REHEARSAL_DEADLINE)
    return PodmanHost(podman_connection(host), start_seconds=seconds)


def prober(host: Host) -> Prober:
    """Probes pods on a host; raises what ``podman_engine`` does."""
    return PodProber(PodmanHost(podman_connection(host)))


def podman_connection(host: Host) -> Connection:
    """The bare API of a host, for what no port offers (the demo's own services)."""
    run = settings.WORKBENCH_DATA_DIR / "run"
    return connect(host.url, Places(run, settings.WORKBENCH_SOCKET_DIRS, settings.PODMAN_URL))


def podman_command() -> PodmanCommand:
    """Podman's command line on this machine, in surroundings in which containers start."""
    run = settings.WORKBENCH_DATA_DIR / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _podman_command(run)
