"""Making things on a host: networks, secrets, and pods from YAML."""

from __future__ import annotations

import io
import json
import re
import tarfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import yaml

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import Refused
from migrations_app.adapters.podman.starting import start
from migrations_app.adapters.podman.watching import one
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import msg
from migrations_app.ports import FileDrop, Played

LOG_SIZE = "10mb"
"""Of each container's log on the host; older lines are lost beyond it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def create_network(
    connection: Connection, name: str, *, labels: Mapping[str, str], internal: bool
) -> None:
    body = {
        "name": name,
        "driver": "bridge",
        "internal": internal,
        "dns_enabled": True,
        "labels": dict(labels),
    }
    connection.post("networks/create", body=body)


def create_secret(
    connection: Connection, name: str, value: bytes, *, labels: Mapping[str, str]
) -> None:
    params = {"name": name, "labels": json.dumps(dict(labels))}
    connection.send("secrets/create", params, data=value, content_type="application/octet-stream")


def play(
    connection: Connection,
    text: str,
    *,
    network: str,
    aliases: Mapping[str, Sequence[str]],
    files: Sequence[FileDrop],
    start_seconds: float,
) -> Played:
    """Make the pod of a YAML text, put files into its containers, and start it."""
    name = str(yaml.safe_load(text)["metadata"]["name"])
    own = aliases.get(name, ())
    for word in (network, *own):
        if not _NAME.fullmatch(word):
            raise EngineError(msg("%(name)s is no name on a Podman network.", name=word))
    params = {
        "start": "false",
        "network": ":".join([network, ",".join(f"alias={alias}" for alias in own)]).strip(":"),
        "logDriver": "k8s-file",
        "logOptions": f"max-size={LOG_SIZE}",
    }
    report = connection.post("play/kube", params, text=text, seconds=max(connection.seconds, 60.0))
    (made,) = report["Pods"]
    _put_files(connection, name, files)
    start(connection, made, seconds=start_seconds)
    return Played((name,), tuple(str(identity) for identity in made["Containers"] or []))


def stop(connection: Connection, pod: str, *, timeout: int) -> None:
    """Stop the containers of a pod all at once, as a kubelet does.

    Each is asked by itself: stopping a pod as a whole ends the container that holds it together at
    some moment of its own, and with it, where processes are shared, all others.
    """
    found = one(connection.get(f"pods/{segment(pod)}/json"))
    infra = found.get("InfraContainerID")
    running = [str(item["Id"]) for item in found.get("Containers") or [] if item["Id"] != infra]
    if not running:
        return
    seconds = connection.seconds + timeout

    def ask(container: str) -> None:
        path = f"containers/{segment(container)}/stop"
        try:
            connection.post(path, {"timeout": timeout}, seconds=seconds)
        except Refused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    with ThreadPoolExecutor(max_workers=len(running)) as pool:
        for done in [pool.submit(ask, container) for container in running]:
            done.result()


def _put_files(connection: Connection, pod: str, files: Sequence[FileDrop]) -> None:
    """Each file goes into what is mounted where it belongs, else into the container's own root."""
    by_container: dict[str, list[FileDrop]] = {}
    for drop in files:
        by_container.setdefault(drop.container, []).append(drop)
    for short, drops in by_container.items():
        path = f"containers/{segment(f'{pod}-{short}')}"
        mounts = connection.get(f"{path}/json").get("Mounts") or []
        targets = sorted((str(mount["Destination"]) for mount in mounts), key=len, reverse=True)
        by_target: dict[str, list[FileDrop]] = {}
        for drop in drops:
            under = (t for t in targets if drop.path.startswith(f"{t.rstrip('/')}/"))
            by_target.setdefault(next(under, "/"), []).append(drop)
        for target, together in by_target.items():
            connection.put(
                f"{path}/archive",
                {"path": target},
                data=_archive(target, together),
                content_type="application/x-tar",
            )


def _archive(target: str, files: Iterable[FileDrop]) -> bytes:
    """A tar of files, relative to the folder they go to."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for drop in files:
            entry = tarfile.TarInfo(drop.path.removeprefix(target).lstrip("/"))
            entry.size, entry.mode, entry.mtime = len(drop.content), drop.mode, int(time.time())
            archive.addfile(entry, io.BytesIO(drop.content))
    return packed.getvalue()
