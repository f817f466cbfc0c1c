"""The concerns of ``podman generate kube``, each with the test that proves it recovered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[2] / "domain" / "reading" / "test_inspect_concerns.py"

TITLES = (
    "Names of pods and containers",
    "Names of volumes",
    "Two volumes whose names differ in a character",
    "`--tmpfs`",
    "`--read-only`",
    "Volumes of the image, and others without a name",
    "Named volumes",
    "Paths of the host",
    "`:z` and `:Z`",
    "Overlays, and images as folders",
    "Init containers",
    "Init containers that run once",
    "Devices",
    "Health checks",
    "Images that cannot carry a health check",
    "Restart policies",
    "Variables",
    "Podman secrets",
    "Image references",
    "Ports",
    "Services",
    "Several containers that stand alone",
    "Networks, aliases, fixed addresses",
    "`--add-host`",
    "Resources",
    "Shared memory, ulimits, sysctls, groups, time zone, init, labels, logs, signals",
    "Time to stop",
    "Users",
    "Capabilities",
    "seccomp, and the namespaces of the host",
    "SELinux, hidden paths, user namespaces",
    "Annotations",
    "Noise",
    "Containers without an image",
)


def concerns() -> Iterator[tuple[int, str, str]]:
    """Number, title and test of each."""
    tests = {
        int(match[2]): match[1]
        for match in re.finditer(r"^def (test_(\d+)_\w+)", TESTS.read_text("utf-8"), re.M)
    }
    for number, title in enumerate(TITLES, 1):
        yield number, title, tests[number]
