"""Plays that fail half-way: what is said, and that nothing of them is left."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.podman.watching import ExecTimeout
from migrations_app.domain.errors import EngineError
from tests.live.podman_kit import IMAGE, Service

pytestmark = pytest.mark.live

LABEL = "io.kakehashi.fault"


@dataclass(frozen=True)
class Yard:
    """A place to break things, with a network and a mark of its own."""

    host: PodmanHost
    mark: str

    def container(self, name: str, script: str, **more: Any) -> dict[str, Any]:
        basis = {"name": name, "image": IMAGE, "imagePullPolicy": "Never"}
        return {**basis, "command": ["sh", "-c", script], **more}

    def play(self, *containers: dict[str, Any], **spec: Any) -> None:
        metadata = {"name": self.mark, "labels": {LABEL: self.mark}}
        spec = {"restartPolicy": "Never", "containers": list(containers), **spec}
        text = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        self.host.play(text, network=f"{self.mark}-net", aliases={self.mark: []})

    def left(self) -> list[str]:
        """Everything on the host that carries the mark, labelled or only named after it."""
        get = self.host.connection.get
        names = [item["Names"][0] for item in get("containers/json", {"all": "true"}) or []]
        names += [item["Name"] for item in get("pods/json") or []]
        names += [item["Name"] for item in get("volumes/json") or []]
        names += [item["name"] for item in get("networks/json") or []]
        return [name for name in names if self.mark in name]


@pytest.fixture
def yard(podman: Service) -> Iterator[Yard]:
    host = PodmanHost(podman.connection, start_seconds=2)
    made = Yard(host, f"kkf-{uuid.uuid4().hex[:8]}")
    host.create_network(f"{made.mark}-net", labels={LABEL: made.mark}, internal=True)
    yield made
    host.remove_labelled(LABEL, made.mark)
    assert made.left() == []


def test_a_pod_whose_second_image_is_missing(yard: Yard) -> None:
    volume = f"{yard.mark}-data"
    mount = {"volumeMounts": [{"name": volume, "mountPath": "/data"}]}
    missing = {**yard.container("b", "true"), "image": "localhost/kakehashi-test/none:1"}
    with pytest.raises(EngineError) as caught:
        yard.play(
            yard.container("a", "sleep 1000", **mount),
            missing,
            volumes=[{"name": volume, "emptyDir": {}}],
        )
    assert caught.value.code == "refused"
    assert "kakehashi-test/none:1" in str(caught.value)
    assert yard.left() != []


@pytest.mark.parametrize(
    ("command", "words"), [(["/nonesuch"], "/nonesuch"), (["/tmp"], "permission denied")]
)
def test_a_command_that_cannot_be_run(yard: Yard, command: list[str], words: str) -> None:
    with pytest.raises(EngineError) as caught:
        yard.play({**yard.container("a", ""), "command": command})
    assert caught.value.code == "not_started"
    assert f"{yard.mark}-a" in str(caught.value)
    assert words in str(caught.value)


def test_an_init_container_that_does_not_end(yard: Yard) -> None:
    begun = time.monotonic()
    with pytest.raises(EngineError) as caught:
        yard.play(
            yard.container("a", "sleep 1000"),
            initContainers=[yard.container("wait", "sleep 1000")],
        )
    assert time.monotonic() - begun < 10
    assert caught.value.code == "not_started"
    assert not caught.value.transient


def test_removing_while_it_starts(podman: Service, yard: Yard) -> None:
    patient = Yard(PodmanHost(podman.connection, start_seconds=60), yard.mark)
    failed: list[EngineError] = []

    def play() -> None:
        try:
            patient.play(
                yard.container("a", "sleep 1000"),
                initContainers=[yard.container("wait", "sleep 1000")],
            )
        except EngineError as error:
            failed.append(error)

    thread = threading.Thread(target=play)
    thread.start()
    time.sleep(2)
    yard.host.remove_labelled(LABEL, yard.mark)
    thread.join(30)
    assert not thread.is_alive()
    assert len(failed) == 1


def test_a_command_that_does_not_end(yard: Yard) -> None:
    yard.play(yard.container("a", "sleep 1000"))
    (state,) = yard.host.states(yard.mark)
    begun = time.monotonic()
    with pytest.raises(ExecTimeout):
        yard.host.execute(state.id, ["sleep", "1000"], timeout=0.5)
    assert time.monotonic() - begun < 3


def test_a_container_that_dies_is_seen_and_keeps_its_code(yard: Yard) -> None:
    yard.play(yard.container("a", "sleep 1000"), yard.container("b", "sleep 0.3; exit 42"))
    until = time.monotonic() + 15
    codes: dict[str, int | None] = {}
    while time.monotonic() < until and codes.get(f"{yard.mark}-b") is None:
        codes = {state.name: state.exit_code for state in yard.host.states(yard.mark)}
    assert codes == {f"{yard.mark}-a": None, f"{yard.mark}-b": 42}
