"""Both Podmans run a container with the bank's seccomp profile, and it holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.live.podman_kit import IMAGE, Service

pytestmark = pytest.mark.live

PROFILE = Path(__file__).parents[2] / "docs" / "examples" / "bank" / "banking-v1.json"
TRIES = "echo started; sleep 0.1; echo written >/tmp/x; cat /tmp/x"


def _run(podman: Service, profile: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *podman.command,
            *("run", "--rm", "--network=none", "--cap-add=SYS_ADMIN"),
            *(f"--security-opt=seccomp={profile}", "--tmpfs=/tmp", IMAGE, *words),
        ],
        env=podman.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_service_works_under_it(podman: Service) -> None:
    done = _run(podman, str(PROFILE), "sh", "-c", TRIES)
    assert done.stdout.split() == ["started", "written"], done.stderr


def test_what_leads_out_of_a_container_fails(podman: Service) -> None:
    """With the power to mount, and without the profile, mounting works."""
    mounting = ("/bin/busybox", "mount", "-t", "tmpfs", "none", "/tmp")
    without = _run(podman, "unconfined", *mounting)
    assert without.returncode == 0, without.stderr
    held = _run(podman, str(PROFILE), *mounting)
    assert held.returncode != 0
    assert "not permitted" in held.stderr or "denied" in held.stderr
