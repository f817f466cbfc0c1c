"""In what surroundings a Podman that we start can start containers.

Podman raises the limits of open files and processes for containers to more than a root user
without ``CAP_SYS_RESOURCE`` (as in many sandboxes and CI runners) may set, and then no container
starts. There it is told, by a configuration file, to keep within the limits that hold anyway.
Where crun would refuse the host's cgroups, the same file names runc.
"""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_CAP_SYS_RESOURCE = 24
_CONTROLLERS = Path("/sys/fs/cgroup/unified/cgroup.controllers")
_CONFIGURATIONS = ("/etc/containers/containers.conf", "/etc/containers/containers.conf.d")


@dataclass(frozen=True, slots=True)
class PodmanCommand:
    """How to call Podman's command line: the words it begins with, and the whole environment."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]


def podman_command(folder: Path) -> PodmanCommand:
    """Podman's command line on this machine; ``folder`` may get a configuration file."""
    environment = dict(os.environ)
    if "CONTAINERS_CONF" not in environment and "CONTAINERS_CONF_OVERRIDE" not in environment:
        text = _needed()
        if text:
            configured = any(Path(path).exists() for path in _CONFIGURATIONS)
            # What an administrator has set stays in force; Podman before 4.6 knows no override.
            variable = "CONTAINERS_CONF_OVERRIDE" if configured else "CONTAINERS_CONF"
            environment[variable] = str(_configuration(folder, text))
    return PodmanCommand(("podman",), environment)


def _needed() -> str:
    """The configuration without which containers would not start here; empty if they do."""
    parts = []
    if crun_refuses(_CONTROLLERS):
        parts.append('[engine]\nruntime = "runc"\n')
    if os.geteuid() == 0 and not _may_raise_limits():
        parts.append(f"[containers]\ndefault_ulimits = {_limits()}\n")
    return "".join(parts)


def crun_refuses(controllers: Path) -> bool:
    """Whether Podman would choose crun, which "cgroups in hybrid mode not supported" stops.

    It looks for controllers in the second hierarchy of a hybrid setup (crun's sources, cgroup.c).
    """
    if not (shutil.which("crun") and shutil.which("runc")):
        return False
    try:
        return bool(controllers.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError):
        return False


def _may_raise_limits() -> bool:
    for line in (
        Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    ):
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> _CAP_SYS_RESOURCE & 1)
    return True


def _limits() -> str:
    files = _hard_limit(resource.RLIMIT_NOFILE)
    # Podman lowers its own limit of processes to the kernel's highest process number first.
    processes = min(_hard_limit(resource.RLIMIT_NPROC), _highest_pid())
    return f'["nofile={files}:{files}", "nproc={processes}:{processes}"]'


def _configuration(folder: Path, text: str) -> Path:
    path = folder / "containers.conf"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        draft = path.with_name(f".containers.conf-{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def _hard_limit(kind: int) -> int:
    _soft, hard = resource.getrlimit(kind)
    return 1_048_576 if hard == resource.RLIM_INFINITY else hard


def _highest_pid() -> int:
    return int(Path("/proc/sys/kernel/pid_max").read_text(encoding="ascii"))
