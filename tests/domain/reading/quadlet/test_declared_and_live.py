"""A Quadlet unit and what runs of it are one service."""

from __future__ import annotations

import json

from tests.domain.reading.quadlet.reading_units import read

UNIT = "PODMAN_SYSTEMD_UNIT"


def _container(name: str, unit: str, pod: str = "") -> dict[str, object]:
    return {
        "Id": (name * 64)[:64].encode().hex()[:64],
        "Name": name,
        "ImageName": "quay.io/example/web:1",
        "Pod": pod,
        "State": {"Status": "running"},
        "Config": {"Labels": {UNIT: unit}, "Image": "quay.io/example/web:1"},
        "HostConfig": {},
        "Mounts": [],
    }


def test_a_container_is_known_by_its_service():
    bundle = read(
        {
            "web.container": "[Container]\nImage=quay.io/example/web:1\n",
            "web.json": json.dumps([_container("systemd-web", "web.service")]),
        }
    )
    assert [(spec.name, spec.file) for spec in bundle.specs] == [("web", "web.container")]


def test_a_pod_is_known_by_its_own_service_and_not_by_those_of_its_containers():
    pod = {
        "Id": "a" * 64,
        "Name": "systemd-shop",
        "Labels": {UNIT: "shop-pod.service"},
        "Containers": [{"Id": "b" * 64, "Name": "systemd-web"}],
        "InfraContainerID": "c" * 64,
        "NumContainers": 1,
    }
    bundle = read(
        {
            "shop.pod": "[Pod]\n",
            "web.container": "[Container]\nImage=quay.io/example/web:1\nPod=shop.pod\n",
            "live.json": json.dumps([pod, _container("systemd-web", "web.service", "a" * 64)]),
        }
    )
    assert [(spec.name, spec.file) for spec in bundle.specs] == [("shop", "shop.pod")]
    assert bundle.specs[0].live == "live.json"
