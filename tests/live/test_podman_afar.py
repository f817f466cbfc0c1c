"""Probes through a container that joins the pod: for engines elsewhere, and workers in containers.

The engine is a real one on this machine; only the connection says that it is far away.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrations_app.adapters.clock import SystemClock
from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.probing.joined import is_static
from migrations_app.adapters.probing.prober import PodProber
from tests.live.podman_kit import Service
from tests.live.test_podman_contract import World, clean

pytestmark = pytest.mark.live


@pytest.fixture(params=["system_podman", "podman5"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    service: Service = request.getfixturevalue(request.param)
    far = Connection(service.connection.socket_path, is_local=False)
    host = PodmanHost(far, start_seconds=20)
    made = World(host, PodProber(host), SystemClock())
    made.engine.create_network(made.network, labels=made.labels, internal=True)
    yield made
    clean(made)


def test_probes_see_what_a_kubelet_would(world: World) -> None:
    web = world.play(world.pod("web"))["web"]
    world.until(lambda: world.probe(web, "tcp", port=8080, timeout=5.0).ok is True)
    found = world.probe(web, "http", port=8080, path="/bin/busybox", timeout=10.0)
    assert found.ok is True
    assert "200" in str(found.detail)
    missed = world.probe(web, "http", port=8080, path="/nothing", timeout=10.0)
    assert missed.ok is False
    assert "404" in str(missed.detail)
    assert world.probe(web, "tcp", port=8081, timeout=5.0).ok is False


def test_a_port_on_the_loopback_is_told_apart(world: World) -> None:
    loop = world.play(world.pod("loop"))["loop"]
    world.until(lambda: world.probe(loop, "tcp", port=8080, timeout=5.0).loopback_only)


def test_the_container_that_dialled_goes_with_the_pod(world: World) -> None:
    web = world.play(world.pod("web"))["web"]
    world.until(lambda: world.probe(web, "tcp", port=8080, timeout=5.0).ok is True)
    assert any(name.endswith("-prober") for name in world.engine.labelled("io.kakehashi.test"))
    assert set(world.states()) == {"web"}
    clean(world)


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh", b"\x7fELF\x01\x01" + bytes(60)])
def test_what_is_no_static_program_is_not_sent(data: bytes) -> None:
    assert not is_static(data)
