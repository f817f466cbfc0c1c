"""What the fake engine prints about its containers: the keys of ``podman inspect`` that matter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from migrations_app.adapters.fakes.containers import FakeContainer, FakePod

_CREATED = "2026-01-01T00:00:00Z"


def container(item: FakeContainer, now: float, network: str) -> dict[str, Any]:
    end = item.end(now)
    return {
        "Id": item.id,
        "Created": _CREATED,
        "State": {
            "Status": item.word(now),
            "Running": item.runs(now),
            "ExitCode": end[1] if end else 0,
            "StartedAt": _CREATED,
        },
        "Image": item.image_id,
        "ImageName": item.image,
        "Pod": item.pod,
        "Name": item.name,
        "IsInfra": False,
        "Mounts": [
            {"Type": "volume", "Name": name, "Destination": path, "RW": True}
            for name, path in item.volumes.items()
        ],
        "NetworkSettings": {"Networks": {network: {}} if network else {}},
        "Config": {
            "Hostname": item.id[:12],
            "Env": [f"{key}={value}" for key, value in item.environment.items()],
            "Cmd": list(item.command),
            "Image": item.image,
            "Labels": dict(item.labels),
        },
        "HostConfig": {"RestartPolicy": {"Name": "", "MaximumRetryCount": 0}},
    }


def pod(item: FakePod, now: float) -> dict[str, Any]:
    return {
        "Id": item.id,
        "Name": item.name,
        "Created": _CREATED,
        "State": item.word(now),
        "Labels": dict(item.labels),
        "CreateInfra": False,
        "InfraContainerID": "",
        "NumContainers": len(item.containers),
        "Containers": [{"Id": c.id, "Name": c.name, "State": c.word(now)} for c in item.containers],
    }


def image(reference: str, identity: str) -> dict[str, Any]:
    return {"Id": identity, "RepoTags": [reference], "RootFS": {"Layers": []}, "Config": {}}


def volume(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Name": name,
        "Driver": "local",
        "Mountpoint": f"/var/lib/containers/storage/volumes/{name}/_data",
        "Labels": dict(labels),
        "Options": {},
    }


def network(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    identity = hashlib.sha256(name.encode()).hexdigest()
    kind = {"driver": "bridge", "internal": True}
    return {"name": name, "id": identity, **kind, "labels": dict(labels)}


def member(value: dict[str, Any]) -> bytes:
    """The bytes of a member file: a JSON array of one inspection."""
    return json.dumps([value], indent=2).encode()
