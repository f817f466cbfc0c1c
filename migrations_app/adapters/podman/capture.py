"""Everything about one pod or container, as files."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import NotThere
from migrations_app.adapters.podman.mounted_files import read_mounted
from migrations_app.adapters.podman.watching import one
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.messages import Message, msg
from migrations_app.ports import CapturedFiles

SECONDS = 90.0
"""For one capture, however many calls it takes."""
MOST_CONTAINERS = 50
MOST_KUBE = 1024 * 1024
KUBE_SECONDS = 10.0
_TAG = re.compile(r":[^/:]*$|@.*$")

Inspection = Mapping[str, Any]


def capture(connection: Connection, name: str) -> CapturedFiles:
    """Inspections of a pod with its containers, or of a container, and of all they use."""
    return _Capture(connection).of(name)


class _Capture:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.address = connection.address
        self.files: dict[str, bytes] = {}
        self.notes: list[str] = []
        self.end = time.monotonic() + SECONDS

    def of(self, name: str) -> CapturedFiles:
        pod = self._find_pod(name)
        if pod is None:
            alone = self._find_container(name)
            pod = self._find_pod(str(alone["Pod"])) if alone.get("Pod") else None
            containers = [alone]
        if pod is not None:
            self._keep("pod", pod)
            members = pod.get("Containers") or []
            if len(members) > MOST_CONTAINERS:
                raise EngineError(
                    msg(
                        "Pod %(name)s has %(count)s containers; more than %(most)s are not "
                        "captured.",
                        name=pod["Name"],
                        count=len(members),
                        most=MOST_CONTAINERS,
                    )
                )
            containers = [one(self._get(f"containers/{segment(m['Id'])}/json")) for m in members]
        infra = str(pod.get("InfraContainerID") or "") if pod else ""
        owner = str((pod or containers[0])["Name"])
        for container in containers:
            word = "infra" if container["Id"] == infra else container["Name"]
            self._keep(f"container-{word}", container)
        self._images(container for container in containers if container["Id"] != infra)
        self._volumes(containers)
        self._networks(containers)
        self._generated(owner)
        self._mounted(containers)
        folder = _file_name(owner)
        files = {f"{folder}/{key}": content for key, content in sorted(self.files.items())}
        return CapturedFiles(owner, files, tuple(self.notes))

    def _find_pod(self, name: str) -> Inspection | None:
        try:
            found = self._get(f"pods/{segment(name)}/json")
        except NotThere:
            return None
        return one(found)

    def _find_container(self, name: str) -> Inspection:
        try:
            return one(self._get(f"containers/{segment(name)}/json"))
        except NotThere:
            raise NotThere(str(msg("pod or container %(name)s", name=name)), self.address) from None

    def _images(self, containers: Iterable[Inspection]) -> None:
        """Each image once; a container that runs from a folder of the host has none."""
        images = [container for container in containers if container["Image"]]
        names = {str(c["Image"]): str(c.get("ImageName") or c["Image"]) for c in images}
        for identity, reference in names.items():
            what = msg("The image %(name)s", name=reference)
            with self._optional(what):
                found = self._get(f"images/{segment(identity)}/json")
                self._keep(f"image-{_image_name(reference)}", found)

    def _volumes(self, containers: Iterable[Inspection]) -> None:
        mounts = [m for c in containers for m in c.get("Mounts") or [] if m["Type"] == "volume"]
        for name in dict.fromkeys(str(mount["Name"]) for mount in mounts):
            with self._optional(msg("The volume %(name)s", name=name)):
                self._keep(f"volume-{name}", self._get(f"volumes/{segment(name)}/json"))

    def _networks(self, containers: Iterable[Inspection]) -> None:
        joined = [c["NetworkSettings"].get("Networks") or {} for c in containers]
        for name in dict.fromkeys(str(name) for networks in joined for name in networks):
            with self._optional(msg("The network %(name)s", name=name)):
                self._keep(f"network-{name}", self._get(f"networks/{segment(name)}/json"))

    def _generated(self, name: str) -> None:
        """What ``podman generate kube`` makes of it, as a cross-check.

        It takes locks that others on the host may hold for long; all that matters more is here
        already, so that it is not waited for to the end.
        """
        params = {"names": name, "service": "false"}
        seconds = min(KUBE_SECONDS, self._left())
        what = msg("What podman generate kube makes of %(name)s", name=name)
        with self._optional(what, even_unreachable=True):
            self.files["generate-kube.yaml"] = self.connection.fetch(
                "generate/kube", params, seconds=seconds, limit=MOST_KUBE
            )

    def _mounted(self, containers: Iterable[Inspection]) -> None:
        mounts = [m for c in containers for m in c.get("Mounts") or [] if m["Type"] == "bind"]
        sources = [str(mount["Source"]) for mount in mounts]
        if not sources:
            return
        if not self.connection.is_local:
            self.notes.append(
                str(msg("Bind-mounted files were not read: they lie on another machine."))
            )
            return
        owner = Path(self.connection.socket_path).stat().st_uid
        value, notes = read_mounted(sources, owner=owner)
        self.notes += [str(note) for note in notes]
        self.files["mounts.json"] = _json(value)

    def _keep(self, name: str, value: Any) -> None:
        """Keep an inspection; things whose names look alike as files are told apart by number."""
        found = one(value)
        plain = _file_name(name)
        numbered = (f"{plain}-{number}.json" for number in count(2))
        file = f"{plain}.json"
        while file in self.files:
            file = next(numbered)
        self.files[file] = _json([dict(found)])

    @contextmanager
    def _optional(self, what: Message, *, even_unreachable: bool = False) -> Iterator[None]:
        """A capture is of use without this part: that it is not there is a note."""
        try:
            yield
        except EngineError as error:
            if isinstance(error, EngineUnreachable) and not even_unreachable:
                raise
            self.notes.append(str(msg("%(what)s is not in it: %(why)s", what=what, why=error)))

    def _get(self, path: str) -> Any:
        return self.connection.get(path, seconds=self._left())

    def _left(self) -> float:
        return max(min(self.connection.seconds, self.end - time.monotonic()), 0.1)


def _json(value: Any) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace")


def _file_name(name: str) -> str:
    """A name as one part of a path, whatever a host calls its things."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).lstrip(".")[:200] or "unnamed"


def _image_name(reference: str) -> str:
    """``localhost/shop/web:1.4`` as ``shop-web``."""
    bare = _TAG.sub("", reference)
    first, _, rest = bare.partition("/")
    is_registry = rest and ("." in first or ":" in first or first == "localhost")
    return (rest if is_registry else bare).replace("/", "-")
