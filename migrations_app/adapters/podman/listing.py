"""What a host is, and what it has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import NotThere
from migrations_app.ports import EngineInfo, HostWorkload

RAN = ("exited", "stopped")


def filters(**wanted: str) -> dict[str, str]:
    """The ``filters`` parameter of the API."""
    return {"filters": json.dumps({key: [value] for key, value in wanted.items()})}


def info(connection: Connection) -> EngineInfo:
    found = connection.get("info")
    host = found["host"]
    return EngineInfo(
        version=str(found["version"]["Version"]),
        rootless=bool(host["security"]["rootless"]),
        runtime=str(host["ociRuntime"]["name"]),
        cgroup_version=str(host["cgroupVersion"]),
        os=str(host.get("os", "")),
        architecture=str(host.get("arch", "")),
    )


def workloads(connection: Connection) -> list[HostWorkload]:
    """Pods, and containers outside pods, by name."""
    containers = connection.get("containers/json", {"all": "true"}) or []
    by_pod: dict[str, list[Mapping[str, Any]]] = {}
    for item in containers:
        by_pod.setdefault(item.get("Pod") or "", []).append(item)
    found = [_free(item) for item in by_pod.pop("", [])]
    found += [_pod(pod, by_pod.get(pod["Id"], [])) for pod in connection.get("pods/json") or []]
    return sorted(found, key=lambda item: item.name)


def image_id(connection: Connection, reference: str) -> str | None:
    try:
        found = connection.get(f"images/{segment(reference)}/json")
    except NotThere:
        return None
    return str(found["Id"]).removeprefix("sha256:")


def _free(item: Mapping[str, Any]) -> HostWorkload:
    name, state = str(item["Names"][0]), str(item["State"])
    return HostWorkload(
        id=str(item["Id"]),
        name=name,
        kind="container",
        state=state,
        since=_since(item),
        containers=(name,),
        image=str(item.get("Image") or ""),
        exit_code=int(item["ExitCode"]) if state in RAN else None,
        labels=_labels(item),
    )


def _pod(pod: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> HostWorkload:
    regular = [item for item in members if not item.get("IsInfra")]
    moments = [moment for item in regular if (moment := _since(item)) is not None]
    return HostWorkload(
        id=str(pod["Id"]),
        name=str(pod["Name"]),
        kind="pod",
        state=str(pod["Status"]).lower(),
        since=max(moments, default=_written(pod.get("Created"))),
        containers=tuple(str(item["Names"][0]) for item in regular),
        labels=_labels(pod),
    )


def _since(item: Mapping[str, Any]) -> datetime | None:
    """When it came into its present state, as far as a list tells."""
    key = "ExitedAt" if str(item["State"]) in RAN else "StartedAt"
    seconds = item.get(key)
    if isinstance(seconds, int) and seconds > 0:
        return datetime.fromtimestamp(seconds, UTC)
    return _written(item.get("Created"))


def _written(moment: Any) -> datetime | None:
    if isinstance(moment, str) and moment and not moment.startswith("0001"):
        return datetime.fromisoformat(moment)
    return None


def _labels(item: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in (item.get("Labels") or {}).items()}
