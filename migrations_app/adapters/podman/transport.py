"""podman-py's unix socket transport, with one deadline for a whole call.

A timeout of ``requests`` bounds each single wait: a host that sends a byte now and then can hold
its caller for ever. Here every wait of a connection counts against the same clock.
"""

from __future__ import annotations

import time
from typing import Any

from podman.api.client import APIClient
from podman.api.uds import (
    UDSAdapter,
    UDSConnection,
    UDSConnectionPool,
    UDSPoolManager,
    UDSSocket,
)


class DeadlineSocket(UDSSocket):
    """A unix socket that answers nothing any more once its time is over."""

    def __init__(self, uds: str, seconds: float) -> None:
        super().__init__(uds)
        self._end = time.monotonic() + seconds
        self._count_down()

    def _count_down(self) -> None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the whole call has passed")
        self.settimeout(left)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._count_down()
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._count_down()
        super().sendall(*args, **kwargs)


class DeadlineConnection(UDSConnection):
    """Opens deadline sockets; the connect timeout it is given is the time for the whole call."""

    def connect(self) -> None:
        sock = DeadlineSocket(self.uds, seconds=float(self.timeout or 0))
        try:
            sock.connect()  # type: ignore[no-untyped-call]
        except BaseException:
            sock.close()
            raise
        self.sock = sock


class DeadlinePool(UDSConnectionPool):
    ConnectionCls = DeadlineConnection


class DeadlineAdapter(UDSAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
        if isinstance(self.poolmanager, UDSPoolManager):
            self.poolmanager.pool_classes_by_scheme = {"http": DeadlinePool}


class BoundedClient(APIClient):
    """podman-py's client for one call: own transport, and redirects are never followed."""

    def __init__(self, socket_path: str, seconds: float) -> None:
        super().__init__(base_url=f"unix://{socket_path}", timeout=seconds)
        self.mount("http://", DeadlineAdapter(self.base_url.geturl()))
        self.headers.update({"Accept-Encoding": "identity", "Connection": "close"})

    def request(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["allow_redirects"] = False
        return super().request(*args, **kwargs)
