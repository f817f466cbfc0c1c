"""What the kernel says about a process, where Podman's statistics cannot be had."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrations_app.adapters.podman import processes


def test_a_process_is_measured() -> None:
    assert processes.memory(os.getpid()) > 0
    first = processes.cpu_nanoseconds(os.getpid())
    assert first > 0
    sum(range(2_000_000))
    assert processes.cpu_nanoseconds(os.getpid()) >= first


def test_its_user_is_known() -> None:
    assert processes.user(os.getpid()) == str(os.geteuid())


def test_what_is_gone_is_unknown() -> None:
    assert processes.memory(2**30) == 0
    assert processes.cpu_nanoseconds(2**30) == 0
    assert processes.user(2**30) == ""


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(processes, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(processes, "_CGROUPS", tmp_path / "cgroup")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_groups_of_the_first_version_are_read(kernel: Path) -> None:
    write(kernel / "proc/7/cgroup", "5:cpu,cpuacct:/pod/x\n4:memory:/pod/x\n0::/other\n")
    write(kernel / "cgroup/memory/pod/x/memory.usage_in_bytes", "4096\n")
    write(kernel / "cgroup/cpuacct/pod/x/cpuacct.usage", "123456\n")
    assert (processes.memory(7), processes.cpu_nanoseconds(7)) == (4096, 123456)


@pytest.mark.parametrize("mounted", ["cgroup", "cgroup/unified"])
def test_groups_of_the_second_version_are_read(kernel: Path, mounted: str) -> None:
    write(kernel / "proc/7/cgroup", "0::/pod/x\n")
    write(kernel / f"{mounted}/pod/x/memory.current", "8192\n")
    write(kernel / f"{mounted}/pod/x/cpu.stat", "usage_usec 55\nuser_usec 5\n")
    assert (processes.memory(7), processes.cpu_nanoseconds(7)) == (8192, 55_000)


def test_users_are_numbered_as_inside_their_namespace(kernel: Path) -> None:
    write(kernel / "proc/7/status", "Name:\tx\nUid:\t100999\t100999\t100999\t100999\n")
    write(
        kernel / "proc/7/uid_map",
        "         0       1000          1\n         1     100000      65536\n",
    )
    assert processes.user(7) == "1000"


def test_the_kernels_log_tells_who_was_killed_for_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "kmsg"
    log.write_text("6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/pod/libpod-abc\n")
    monkeypatch.setattr(processes, "_KERNEL_LOG", log)
    assert processes.killed_for_memory("abc")
    assert not processes.killed_for_memory("def")
    monkeypatch.setattr(processes, "_KERNEL_LOG", tmp_path / "gone")
    assert not processes.killed_for_memory("abc")
