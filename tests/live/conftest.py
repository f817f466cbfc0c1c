"""Podman services that tests share; each is started by the first test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import podman_kit
from tests.live.podman_kit import Service


@pytest.fixture(scope="session")
def system_podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The Podman of this machine."""
    program = podman_kit.system_podman()
    with podman_kit.service(program, tmp_path_factory.mktemp("podman")) as made:
        yield made


@pytest.fixture(scope="session")
def podman5(podman5_kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The newer Podman beside it."""
    program = (str(podman5_kit / "podman"),)
    with podman_kit.service(program, tmp_path_factory.mktemp("podman5")) as made:
        yield made


@pytest.fixture(params=["system_podman", "podman5"])
def podman(request: pytest.FixtureRequest) -> Service:
    """Every Podman there is, one after the other."""
    found: Service = request.getfixturevalue(request.param)
    return found
