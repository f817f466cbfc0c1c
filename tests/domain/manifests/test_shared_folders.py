"""A folder of the host that several services see is one claim: what one writes, the others read."""

from __future__ import annotations

from typing import Any

from tests.domain.manifests.composed import composed

SHARED = """
services:
  web:
    image: example.com/web:1
    volumes: ["./media:/media", "./own:/own"]
  worker:
    image: example.com/worker:1
    volumes: ["./media/:/var/media"]
  proxy:
    image: example.com/proxy:1
    volumes: ["./media:/srv:ro", "./pages:/pages:ro"]
  agent:
    image: example.com/agent:1
    volumes: ["/var/lib/docker/:/docker:ro"]
"""


def _volumes(name: str) -> list[Any]:
    (workload,) = (
        item.body
        for item in composed(SHARED).objects
        if item.body["metadata"]["name"] == name and item.body["kind"] == "Deployment"
    )
    volumes: list[Any] = workload["spec"]["template"]["spec"]["volumes"]
    return volumes


def test_all_who_see_a_folder_mount_the_same_claim() -> None:
    claims = {
        item.body["metadata"]["name"]: item.body["spec"]["accessModes"]
        for item in composed(SHARED).objects
        if item.body["kind"] == "PersistentVolumeClaim"
    }
    assert claims == {"web-media": ["ReadWriteMany"], "web-own": ["ReadWriteOnce"]}
    for name in ("web", "worker", "proxy"):
        assert _volumes(name)[0]["persistentVolumeClaim"] == {"claimName": "web-media"}


def test_a_folder_that_is_only_read_stays_configuration() -> None:
    assert "configMap" in _volumes("proxy")[1]


def test_the_engines_store_stays_on_the_node() -> None:
    assert _volumes("agent")[0]["hostPath"]["path"] == "/var/lib/docker"
