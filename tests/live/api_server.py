"""A real Kubernetes API server, asked what it would make of an object."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

SECONDS = 30
STRICT = {"dryRun": "All", "fieldValidation": "Strict", "fieldManager": "test"}


@dataclass(frozen=True)
class Answer:
    """``accepted``, or why not; ``known`` is false for kinds that the server does not have."""

    accepted: bool
    known: bool = True
    why: str = ""


@dataclass
class ApiServer:
    """Objects are sent over one connection; what a server knows is asked once per group."""

    url: str
    session: requests.Session
    groups: dict[str, Mapping[str, tuple[str, bool]]] = field(default_factory=dict)
    namespaces: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, kubeconfig: Path, folder: Path) -> ApiServer:
        """The server of a kubeconfig whose credentials are a client certificate."""
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]

        def file(owner: dict[str, str], key: str) -> str:
            if key in owner:
                return owner[key]
            path = folder / key
            path.write_bytes(base64.b64decode(owner[f"{key}-data"]))
            return str(path)

        session = requests.Session()
        session.trust_env = False
        session.verify = file(cluster, "certificate-authority")
        session.cert = (file(user, "client-certificate"), file(user, "client-key"))
        return cls(cluster["server"], session)

    def version(self) -> str:
        """``1.NN`` of the server."""
        answer = self.session.get(f"{self.url}/version", timeout=SECONDS).json()
        return f"{answer['major']}.{re.sub('[^0-9]', '', answer['minor'])}"

    def try_out(self, body: Mapping[str, Any]) -> Answer:
        """What the server says to the object, without keeping it."""
        where = self._where(body)
        if where is None:
            return Answer(accepted=False, known=False, why="unknown kind")
        answer = self._send("POST", where, body, "application/json")
        if answer.status_code == 409 and answer.json().get("reason") == "AlreadyExists":
            name = str(body["metadata"]["name"])
            answer = self._send("PATCH", f"{where}/{name}", body, "application/apply-patch+yaml")
        if answer.ok:
            return Answer(accepted=True)
        return Answer(accepted=False, why=answer.json().get("message", answer.text))

    def create(self, body: Mapping[str, Any]) -> None:
        """Keep an object that others need, if it is not there yet and its name is possible."""
        where = self._where(body)
        assert where, body
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self.session.post(f"{self.url}{where}", json=body, timeout=SECONDS)
            leaving = "being terminated" in answer.text or self._is_leaving(body, answer)
            if not leaving and (answer.ok or answer.status_code in (409, 422)):
                break
            if not leaving or time.monotonic() > deadline:
                raise AssertionError(answer.text)
            time.sleep(0.2)
        if answer.ok and body["kind"] == "Namespace":
            self.namespaces.append(body["metadata"]["name"])

    def _is_leaving(self, body: Mapping[str, Any], answer: requests.Response) -> bool:
        """Whether a namespace is there only because an earlier test's clean-up still goes on."""
        if body["kind"] != "Namespace" or answer.status_code != 409:
            return False
        url = f"{self.url}/api/v1/namespaces/{body['metadata']['name']}"
        there = self.session.get(url, timeout=SECONDS)
        return not there.ok or there.json()["status"].get("phase") == "Terminating"

    def clean(self) -> None:
        """Take away what was kept."""
        for name in self.namespaces:
            self.session.delete(f"{self.url}/api/v1/namespaces/{name}", timeout=SECONDS)

    def _send(
        self, verb: str, where: str, body: Mapping[str, Any], content: str
    ) -> requests.Response:
        parameters = dict(STRICT, force="true") if verb == "PATCH" else STRICT
        return self.session.request(
            verb,
            f"{self.url}{where}",
            params=parameters,
            data=json.dumps(body).encode(),
            headers={"Content-Type": content},
            timeout=SECONDS,
        )

    def _where(self, body: Mapping[str, Any]) -> str | None:
        """The path of the object's collection; None for a kind that the server does not know."""
        version = str(body["apiVersion"])
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if root not in self.groups:
            answer = self.session.get(f"{self.url}{root}", timeout=SECONDS)
            listed = answer.json()["resources"] if answer.ok else []
            self.groups[root] = {
                item["kind"]: (item["name"], item["namespaced"])
                for item in listed
                if "/" not in item["name"]
            }
        resource = self.groups[root].get(str(body["kind"]))
        if resource is None:
            return None
        name, namespaced = resource
        if not namespaced:
            return f"{root}/{name}"
        namespace = (body.get("metadata") or {}).get("namespace") or "default"
        return f"{root}/namespaces/{namespace}/{name}"


@contextmanager
def api_server(kit: Path) -> Iterator[ApiServer]:
    """The server of the test cluster; started if it is not running, and then stopped again."""
    kubeconfig = _kubeconfig(kit)
    with tempfile.TemporaryDirectory() as folder:
        was_running = _answers(kubeconfig, Path(folder))
        if not was_running:
            subprocess.run([kit / "up", "control"], check=True, capture_output=True)
        try:
            server = ApiServer.of(kubeconfig, Path(folder))
            yield server
            server.clean()
        finally:
            if not was_running:
                subprocess.run([kit / "down"], check=False, capture_output=True)


def _answers(kubeconfig: Path, folder: Path) -> bool:
    try:
        return bool(ApiServer.of(kubeconfig, folder).version())
    except (OSError, requests.RequestException):
        return False


def _kubeconfig(kit: Path) -> Path:
    done = subprocess.run([kit / "env"], check=True, capture_output=True, text=True)
    match = re.search(r"KUBECONFIG=(\S+)", done.stdout)
    assert match, done.stdout
    return Path(match.group(1))
