"""One Podman service as a place to send calls to: bounded in time and in size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

from migrations_app.adapters.podman.errors import (
    NotThere,
    garbled,
    refused,
    too_large,
    translated,
)
from migrations_app.adapters.podman.transport import BoundedClient

LIMIT = 10 * 2**20
"""Bytes of an answer."""
CALL_SECONDS = 20.0
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}")
_CHUNK = 2**16

Params = Mapping[str, str | int | list[str]]


def segment(name: str) -> str:
    """A name as one segment of a path, whatever is in it."""
    return quote(name, safe="")


class Connection:
    """A libpod API on a local unix socket.

    Every call opens its own connection, so that instances may be shared by threads and a host that
    was restarted is no special case. The path is relative to the API of the host's own version:
    only then does each inspection have the shape that the host's ``podman inspect`` prints.
    """

    def __init__(
        self,
        socket_path: str,
        *,
        seconds: float = CALL_SECONDS,
        is_local: bool = True,
        address: str = "",
    ) -> None:
        """``address`` is how people know it; ``is_local``: its containers run on this machine."""
        self.socket_path = socket_path
        self.address = address or f"unix://{socket_path}"
        self.is_local = is_local
        self.seconds = seconds
        self._version = ""

    @property
    def version(self) -> str:
        """The version of the API, which is Podman's own."""
        if not self._version:
            with self._answer("GET", "_ping", self.seconds, version="4.0.0") as response:
                said = str(response.headers.get("Libpod-Api-Version", ""))
            if not _VERSION.fullmatch(said):
                raise garbled(self.address, "GET _ping", "it does not name a Podman version")
            self._version = said
        return self._version

    def get(self, path: str, params: Params | None = None, *, seconds: float | None = None) -> Any:
        """The JSON answer of a GET."""
        return self._json("GET", path, seconds, params=params)

    def post(
        self,
        path: str,
        params: Params | None = None,
        *,
        body: Any = None,
        text: str | None = None,
        seconds: float | None = None,
    ) -> Any:
        """The JSON answer of a POST of a JSON value or of plain text; None for an empty answer."""
        if text is not None:
            data, kind = text.encode(), "text/plain"
        else:
            data, kind = json.dumps(body).encode() if body is not None else b"", "application/json"
        headers = {"Content-Type": kind}
        return self._json("POST", path, seconds, params=params, data=data, headers=headers)

    def delete(
        self, path: str, params: Params | None = None, *, seconds: float | None = None
    ) -> Any:
        return self._json("DELETE", path, seconds, params=params)

    def head(
        self, path: str, params: Params | None = None, *, seconds: float | None = None
    ) -> Mapping[str, str]:
        """The headers of an answer."""
        limit = seconds or self.seconds
        with self._answer("HEAD", path, limit, params=params) as response:
            return dict(response.headers)

    def put(
        self,
        path: str,
        params: Params | None = None,
        *,
        data: bytes,
        content_type: str,
        seconds: float | None = None,
    ) -> None:
        headers = {"Content-Type": content_type}
        self._bytes("PUT", path, seconds, params=params, data=data, headers=headers)

    def send(
        self,
        path: str,
        params: Params | None = None,
        *,
        data: bytes,
        content_type: str,
        seconds: float | None = None,
    ) -> None:
        """POST bytes."""
        headers = {"Content-Type": content_type}
        self._bytes("POST", path, seconds, params=params, data=data, headers=headers)

    def load(self, path: str, *, data: bytes, seconds: float | None = None) -> None:
        """POST a tar archive."""
        self.send(path, data=data, content_type="application/x-tar", seconds=seconds)

    def fetch(
        self,
        path: str,
        params: Params | None = None,
        *,
        seconds: float | None = None,
        limit: int = LIMIT,
    ) -> bytes:
        """The bytes of an answer."""
        return self._bytes("GET", path, seconds, params=params, limit=limit)

    def stream(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Any = None,
        seconds: float | None = None,
    ) -> Iterator[bytes]:
        """The chunks of an answer as they come; what lies beyond the size limit is left unread."""
        kwargs: dict[str, Any] = {"params": params}
        if body is not None:
            kwargs["data"] = json.dumps(body).encode()
            kwargs["headers"] = {"Content-Type": "application/json"}
        with self._answer(method, path, seconds or self.seconds, **kwargs) as response:
            got = 0
            for chunk in response.iter_content(_CHUNK):
                got += len(chunk)
                yield chunk
                if got > LIMIT:
                    return

    def _json(self, method: str, path: str, seconds: float | None, **kwargs: Any) -> Any:
        content = self._bytes(method, path, seconds, **kwargs)
        if not content.strip():
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise garbled(self.address, _doing(method, path), "it is not JSON") from error

    def _bytes(
        self, method: str, path: str, seconds: float | None, *, limit: int = LIMIT, **kwargs: Any
    ) -> bytes:
        with self._answer(method, path, seconds or self.seconds, **kwargs) as response:
            return self._read(response, _doing(method, path), limit)

    def _read(self, response: Any, doing: str, limit: int) -> bytes:
        parts, got = [], 0
        for chunk in response.iter_content(_CHUNK):
            got += len(chunk)
            if got > limit:
                raise too_large(self.address, doing, limit)
            parts.append(chunk)
        return b"".join(parts)

    @contextmanager
    def _answer(
        self, method: str, path: str, seconds: float, *, version: str = "", **kwargs: Any
    ) -> Iterator[Any]:
        """An answer with status 2xx or 304 (already so); everything else is raised."""
        doing = _doing(method, path)
        with translated(self.address, doing):
            prefix = f"/v{version or self.version}/libpod/"
            with BoundedClient(self.socket_path, seconds) as client:
                client.path_prefix = prefix
                send: Callable[..., Any] = getattr(client, method.lower())
                response = send(path, stream=True, **kwargs)
                with closing(response):
                    if response.status_code == 404 and method != "POST":
                        raise NotThere(path, self.address)
                    if not (200 <= response.status_code < 300 or response.status_code == 304):
                        said = self._read(response, doing, LIMIT)
                        raise refused(self.address, doing, response.status_code, said)
                    yield response


def _doing(method: str, path: str) -> str:
    return f"{method} {path}"
