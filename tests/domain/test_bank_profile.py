"""The seccomp profile of the bank: its shape, and what it must never allow."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from migrations_app.domain.presets.schema import Preset

BANK = Path(__file__).parents[2] / "docs" / "examples" / "bank"
VERSIONS = {
    "banking-v1.json": "2f3c1e43da1c38b19a0d71a3ea3e8b46bf752f88a501efc6c8af203bb72a990c",
}
"""A version never changes: pods that name it were approved with what it says."""

ACTIONS = {"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"}
DANGEROUS = frozenset(
    {
        "acct",
        "add_key",
        "adjtimex",
        "bpf",
        "chroot",
        "clock_settime",
        "delete_module",
        "finit_module",
        "fsmount",
        "fsopen",
        "init_module",
        "io_uring_enter",
        "io_uring_setup",
        "ioperm",
        "iopl",
        "kexec_file_load",
        "kexec_load",
        "keyctl",
        "mknod",
        "mknodat",
        "mount",
        "move_mount",
        "name_to_handle_at",
        "open_by_handle_at",
        "open_tree",
        "perf_event_open",
        "personality",
        "pivot_root",
        "process_vm_readv",
        "process_vm_writev",
        "ptrace",
        "quotactl",
        "reboot",
        "request_key",
        "setns",
        "settimeofday",
        "swapoff",
        "swapon",
        "syslog",
        "umount2",
        "unshare",
        "userfaultfd",
    }
)


def profile(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((BANK / name).read_text(encoding="utf-8"))
    return found


def test_a_version_never_changes() -> None:
    present = {path.name for path in BANK.glob("*.json")}
    assert present == set(VERSIONS)
    for name, expected in VERSIONS.items():
        assert hashlib.sha256((BANK / name).read_bytes()).hexdigest() == expected, name


def test_it_is_what_runtimes_read() -> None:
    for name in VERSIONS:
        found = profile(name)
        assert found["defaultAction"] == "SCMP_ACT_ERRNO"
        assert all(item.startswith("SCMP_ARCH_") for item in found["architectures"])
        names = [name for rule in found["syscalls"] for name in rule["names"]]
        assert len(names) == len(set(names))
        for rule in found["syscalls"]:
            assert rule["action"] in ACTIONS
            assert rule["names"] == sorted(rule["names"])
            assert rule.keys() <= {"names", "action", "args", "errnoRet"}


def test_nothing_that_leads_out_of_a_container_is_allowed() -> None:
    for name in VERSIONS:
        rules = profile(name)["syscalls"]
        allowed = {n for r in rules if r["action"] == "SCMP_ACT_ALLOW" for n in r["names"]}
        assert not allowed & DANGEROUS
        (clone,) = [rule for rule in rules if rule["names"] == ["clone"]]
        assert clone["args"][0]["op"] == "SCMP_CMP_MASKED_EQ"


def test_the_preset_names_a_profile_that_is_there() -> None:
    preset = Preset.from_text((BANK / "preset.yaml").read_bytes(), "preset.yaml")
    path = preset.sections["security"]["seccomp"]["localhostProfile"]
    assert path == "profiles/banking-v1.json"
    assert path.rpartition("/")[2] in VERSIONS
