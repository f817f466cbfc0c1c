"""What the kernel of this machine says about a container's main process.

It stands in where Podman's own statistics cannot be had: with a host's unusual control groups.
"""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")
_KERNEL_LOG = Path("/dev/kmsg")
_MOST_RECORDS = 100_000
_LONGEST_RECORD = 8192
_MEMORY = (
    ("memory", "memory/{0}/memory.usage_in_bytes"),
    ("", "{0}/memory.current"),
    ("", "unified/{0}/memory.current"),
)


def memory(pid: int) -> int:
    """Bytes that the process's control group uses, else the process itself; 0: unknown."""
    for path in _files(pid, _MEMORY):
        if (found := _number(path)) is not None:
            return found
    return _status(pid, "VmRSS") * 1024


def cpu_nanoseconds(pid: int) -> int:
    """CPU time that the process's control group has used, else the process itself; 0: unknown."""
    groups = (("cpuacct", "cpuacct/{0}/cpuacct.usage"),)
    for path in _files(pid, groups):
        if (found := _number(path)) is not None:
            return found
    for path in _files(pid, (("", "{0}/cpu.stat"), ("", "unified/{0}/cpu.stat"))):
        for line in _text(path).splitlines():
            if line.startswith("usage_usec "):
                return int(line.split()[1]) * 1000
    fields = _text(_PROC / str(pid) / "stat").rpartition(") ")[2].split()
    if len(fields) < 13:
        return 0
    ticks = int(fields[11]) + int(fields[12])
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def user(pid: int) -> str:
    """The user that the process runs as, by its number inside its own user namespace."""
    for line in _text(_PROC / str(pid) / "status").splitlines():
        if line.startswith("Uid:"):
            outside = int(line.split()[2])
            break
    else:
        return ""
    for line in _text(_PROC / str(pid) / "uid_map").splitlines():
        first, mapped, count = (int(word) for word in line.split())
        if mapped <= outside < mapped + count:
            return str(first + outside - mapped)
    return str(outside)


def is_of(pid: int, container: str) -> bool:
    """Whether this process, as this machine numbers it, is one of the container with this id.

    False inside a container that was handed the host's socket: there the same number is another
    process, or none. Its control group or one of its mounts carries the id.
    """
    about = _text(_PROC / str(pid) / "cgroup") + _text(_PROC / str(pid) / "mountinfo")
    return bool(container) and container in about


def shares_network_of_machine() -> bool:
    """Whether this process is in the network of the first process, as far as that can be seen."""
    try:
        return (_PROC / "1/ns/net").readlink() == (_PROC / "self/ns/net").readlink()
    except OSError:
        return True


def killed_for_memory(container: str) -> bool:
    """The kernel's own log says that it killed something of a container for want of memory.

    Podman does not notice on every host. False also where this account may not read the log.
    """
    try:
        handle = os.open(_KERNEL_LOG, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    wanted = container.encode()
    try:
        for _ in range(_MOST_RECORDS):
            try:
                record = os.read(handle, _LONGEST_RECORD)
            except BrokenPipeError:
                continue  # overwritten while we were reading: the next one is there
            except OSError:
                return False
            if not record:
                return False
            if b"oom-kill:" in record and wanted in record:
                return True
    finally:
        os.close(handle)
    return False


def _files(pid: int, wanted: tuple[tuple[str, str], ...]) -> list[Path]:
    """Paths of control files, by controller: ``12:memory:/a/b`` is one line of the process's."""
    groups: dict[str, str] = {}
    for line in _text(_PROC / str(pid) / "cgroup").splitlines():
        _number_of, controllers, path = line.split(":", 2)
        groups |= {name: path.lstrip("/") for name in controllers.split(",")}
    return [_CGROUPS / form.format(groups[name]) for name, form in wanted if groups.get(name)]


def _status(pid: int, key: str) -> int:
    for line in _text(_PROC / str(pid) / "status").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    return 0


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
