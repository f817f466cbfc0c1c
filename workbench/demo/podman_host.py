"""What the demo itself asks of Podman: to build, to run, to look, and to remove it all again."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from migrations_app.adapters.podman.connection import Connection, segment
from migrations_app.adapters.podman.errors import NotThere
from migrations_app.domain.errors import EngineError
from migrations_app.domain.messages import msg
from workbench.demo import images
from workbench.demo.scenario import (
    LABEL,
    NETWORK,
    POD,
    SECRET,
    VOLUME,
    Container,
    containers,
    pod_body,
)

BUILD_SECONDS = 120.0
HEALTHY_WITHIN = 60.0
LOOK_EVERY = 0.4
_LABELS = {LABEL: "yes"}
_OURS = {"filters": json.dumps({"label": [f"{LABEL}=yes"]})}
REMOVED_KINDS = ("pods", "containers", "volumes", "secrets", "networks")
"""In this order: what uses comes before what is used."""


class PodmanHost:
    """The Podman of this machine, with the demo's own things on it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def build(self, service: str, program: bytes) -> str:
        """Build one image from nothing that must be pulled; returns its id."""
        tag = images.tag(service)
        before = self._image(tag)
        self.connection.send(
            "build",
            # A fixed time and cached layers: the same files are the same image, whenever built.
            {"t": tag, "timestamp": 0, "layers": "true", "pullpolicy": "never", "q": "true"},
            data=images.context(service, program),
            content_type="application/x-tar",
            seconds=BUILD_SECONDS,
        )
        # The answer is 200 even when the build fails: what counts is whether the image is there.
        built = self._image(tag)
        if not built:
            raise EngineError(
                msg("Podman did not build the image %(tag)s.", tag=tag), code="demo_not_built"
            )
        if before and before != built:
            # Nothing but an older demo can want it; without a name it would stay for ever.
            self.connection.delete(f"images/{before}", {"force": "false"})
        return built

    def _image(self, tag: str) -> str:
        try:
            return str(self.connection.get(f"images/{segment(tag)}/json")["Id"])
        except NotThere:
            return ""

    def prepare(self) -> None:
        """Make network, volume and secret."""
        self.connection.post(
            "networks/create", body={"name": NETWORK, "dns_enabled": True, "labels": _LABELS}
        )
        self.connection.post("volumes/create", body={"Name": VOLUME, "Label": _LABELS})
        self.connection.post(
            f"secrets/create?name={SECRET}&labels={segment(json.dumps(_LABELS))}",
            text=secrets.token_urlsafe(24),
        )

    def start(self) -> None:
        """Make and start the pod and the containers."""
        self.connection.post("pods/create", body=pod_body())
        for container in containers():
            self.connection.post("containers/create", body=container.body())
        self.connection.post(f"pods/{POD}/start", seconds=60)
        for container in containers():
            if not container.pod:
                self.connection.post(f"containers/{container.name}/start", seconds=60)

    def wait_until_healthy(self) -> None:
        """Run every health check until it succeeds: without systemd nobody else runs them.

        Raises:
            EngineError: a container is not healthy in time; its last words are in it.
        """
        end = time.monotonic() + HEALTHY_WITHIN
        waiting = list(containers())
        while waiting:
            waiting = [container for container in waiting if not self._is_healthy(container)]
            if not waiting:
                return
            if time.monotonic() > end:
                raise EngineError(
                    msg(
                        "%(name)s is not healthy after %(seconds)s s. It said: %(log)s",
                        name=waiting[0].name,
                        seconds=round(HEALTHY_WITHIN),
                        log=self._last_words(waiting[0].name),
                    ),
                    code="demo_unhealthy",
                )
            time.sleep(LOOK_EVERY)

    def _is_healthy(self, container: Container) -> bool:
        if not container.has_check:
            state = self.connection.get(f"containers/{container.name}/json")["State"]
            return bool(state["Running"])
        answer = self.connection.get(f"containers/{container.name}/healthcheck")
        return isinstance(answer, dict) and answer.get("Status") == "healthy"

    def _last_words(self, name: str) -> str:
        raw = self.connection.fetch(
            f"containers/{name}/logs", {"stdout": "true", "stderr": "true", "tail": "3"}
        )
        return " ".join(raw.decode(errors="replace").split())[-300:] or "nothing"

    def remove(self) -> list[str]:
        """Remove whatever carries the demo's label; returns what was there, as ``pod NAME``."""
        removed = []
        for kind in REMOVED_KINDS:
            for name in self._labelled(kind):
                path = f"{kind}/{segment(name)}"
                force = {} if kind == "secrets" else {"force": "true"}
                if kind in ("pods", "containers"):
                    force |= {"timeout": "3"}
                self.connection.delete(path, force, seconds=60)
                removed.append(f"{kind[:-1]} {name}")
        return removed

    def _labelled(self, kind: str) -> list[str]:
        if kind == "secrets":
            return self._own_secret()
        query: dict[str, Any] = dict(_OURS)
        if kind == "containers":
            query["all"] = "true"
        listed = self.connection.get(f"{kind}/json", query) or []
        names = [item.get("Name") or item.get("name") or item["Names"][0] for item in listed]
        return [str(name) for name in names]

    def _own_secret(self) -> list[str]:
        """Podman 4.3 lists secrets without their labels, and shows them for one at a time."""
        try:
            spec = self.connection.get(f"secrets/{SECRET}/json")["Spec"]
        except NotThere:
            return []
        return [SECRET] if (spec.get("Labels") or {}).get(LABEL) == "yes" else []
