"""An HTTP probe as a kubelet makes it, over a connection that is already open.

Source: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes": any status
from 200 to 399 is success, certificates are not verified, redirects are followed on the same host
only (to another host counts as success, with a warning).
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from migrations_app.ports import ProbeTarget

MOST_REDIRECTS = 10
MOST_BODY = 10 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)

Dial = Callable[[int, float], socket.socket]
"""Port and seconds to a connection; who is dialled is decided already."""


@dataclass(frozen=True, slots=True)
class Answer:
    ok: bool
    detail: str


def probe(target: ProbeTarget, dial: Dial, left: Callable[[], float]) -> Answer:
    """Raises OSError where there is no connection, TimeoutError where time is over."""
    for _ in range(MOST_REDIRECTS):
        status, reason, location = _request(target, dial(target.port, left()), left)
        if status in _REDIRECTS and location:
            elsewhere = _next(target, location)
            if elsewhere is None:
                return Answer(
                    ok=True, detail=f"status {status}, a redirect to another host: not followed"
                )
            target = elsewhere
            continue
        return Answer(ok=200 <= status < 400, detail=f"status {status} {reason}".rstrip())
    return Answer(ok=False, detail=f"stopped after {MOST_REDIRECTS} redirects")


def _request(
    target: ProbeTarget, plain: socket.socket, left: Callable[[], float]
) -> tuple[int, str, str]:
    """Status, reason and location of the answer to one request."""
    over = threading.Event()

    def stop() -> None:
        over.set()
        # Ends whatever wait there is: a server that drips has no say in how long a probe takes.
        try:
            plain.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    watch = threading.Timer(max(left(), 0.01), stop)
    watch.daemon = True
    watch.start()
    try:
        with plain:
            answer = _exchange(target, plain)
    except (OSError, http.client.HTTPException):
        if over.is_set():
            raise TimeoutError("timed out") from None
        raise
    finally:
        watch.cancel()
    # What was cut off can look like the end of an answer.
    if over.is_set():
        raise TimeoutError("timed out")
    return answer


def _exchange(target: ProbeTarget, plain: socket.socket) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(target.address or "localhost", target.port)
    connection.sock = _secured(plain, target) if target.scheme.upper() == "HTTPS" else plain
    path = target.path if target.path.startswith("/") else f"/{target.path}"
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    headers = {name.lower(): (name, value) for name, value in target.headers}
    host = target.host or _authority(target)
    headers.setdefault("host", ("Host", host))
    headers.setdefault("user-agent", ("User-Agent", "kube-probe/1.0"))
    headers.setdefault("accept", ("Accept", "*/*"))
    headers["connection"] = ("Connection", "close")
    for name, value in headers.values():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    location = response.getheader("Location") or ""
    response.read(MOST_BODY)
    return response.status, response.reason, location


def _authority(target: ProbeTarget) -> str:
    address = f"[{target.address}]" if ":" in target.address else target.address
    return f"{address}:{target.port}"


def _secured(plain: socket.socket, target: ProbeTarget) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=target.host or None)


def _next(target: ProbeTarget, location: str) -> ProbeTarget | None:
    """Where a redirect leads; None: to another host, or to what is no HTTP."""
    here = f"{target.scheme.lower()}://{target.host or _authority(target)}{target.path}"
    try:
        parts = urlsplit(urljoin(here, location))
        ours = urlsplit(here)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        same_port = parts.port == ours.port and parts.scheme == ours.scheme
    except ValueError:
        return None
    if parts.hostname != ours.hostname or parts.scheme not in ("http", "https"):
        return None
    return replace(
        target,
        scheme=parts.scheme.upper(),
        port=target.port if same_port else port,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
