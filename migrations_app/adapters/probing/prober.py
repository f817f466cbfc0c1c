"""Probes of played pods: HTTP, TCP and exec; gRPC is told apart as not proven."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from migrations_app.adapters.podman.host import PodmanHost
from migrations_app.adapters.podman.measuring import Process
from migrations_app.adapters.podman.processes import is_of, shares_network_of_machine
from migrations_app.adapters.podman.watching import ExecTimeout
from migrations_app.adapters.probing import http_probe
from migrations_app.adapters.probing.dialling import CannotEnter, dial, dial_inside
from migrations_app.adapters.probing.joined import JoinedDialler
from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.messages import Message, Told, msg
from migrations_app.ports import ProbeResult, ProbeTarget

LOOPBACK = "127.0.0.1"
_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EPERM, errno.EACCES)


@dataclass(frozen=True, slots=True)
class _Found:
    ok: bool | None
    detail: Told
    loopback_only: bool = False


def _met(detail: str) -> _Found:
    return _Found(ok=True, detail=detail)


def _missed(detail: str, *, loopback_only: bool = False) -> _Found:
    return _Found(ok=False, detail=detail, loopback_only=loopback_only)


def _unproven(detail: Message) -> _Found:
    return _Found(ok=None, detail=detail)


class PodProber:
    """Implements ``ports.Prober`` for the pods of one Podman host.

    Pods of a Podman that runs as root on this machine are dialled as a kubelet does, from outside;
    those of a user's own Podman from inside their network, which nothing else reaches. Where
    neither can be, since the engine is on another machine or we are in a container ourselves, a
    small container that joins the pod's network dials for us.
    """

    def __init__(self, host: PodmanHost) -> None:
        self.host = host
        self._rootless: bool | None = None
        self._here = False
        self._joined = JoinedDialler(host.connection)

    def probe(self, target: ProbeTarget) -> ProbeResult:
        begun = time.monotonic()
        try:
            # Asked once, and not at the cost of the probe's own time.
            rootless = self._is_rootless() if target.action in ("http", "tcp") else False
            begun = time.monotonic()
            end = begun + target.timeout
            found = self._found(
                target, lambda: max(end - time.monotonic(), 0.001), rootless=rootless
            )
        except EngineError as error:
            found = _unproven(error.message)
        took = time.monotonic() - begun
        return ProbeResult(found.ok, found.detail, took, loopback_only=found.loopback_only)

    def _found(self, target: ProbeTarget, left: Callable[[], float], *, rootless: bool) -> _Found:
        if target.action == "exec":
            return self._execute(target)
        if target.action not in ("http", "tcp"):
            return _unproven(msg("a gRPC probe cannot be made here"))
        try:
            return self._dialled(target, left, rootless=rootless)
        except CannotEnter as error:
            return _unproven(msg("the pod's network cannot be entered: %(why)s", why=error))

    def _execute(self, target: ProbeTarget) -> _Found:
        try:
            result = self.host.execute(target.container, target.command, timeout=target.timeout)
        except ExecTimeout:
            return _missed(f"no end after {target.timeout:g} s")
        except EngineUnreachable:
            raise
        except EngineError as error:
            # Podman says so of a container that has ended meanwhile: a failed probe, no riddle.
            return _missed(str(error.message))
        said = " ".join(result.output.split())[:200]
        detail = f"exit code {result.exit_code} {said}".rstrip()
        return _met(detail) if result.exit_code == 0 else _missed(detail)

    def _dialled(self, target: ProbeTarget, left: Callable[[], float], *, rootless: bool) -> _Found:
        from_outside = bool(target.address) and not rootless and shares_network_of_machine()
        address = target.address or LOOPBACK

        spent = 0.0

        def way(port: int, seconds: float) -> socket.socket:
            nonlocal spent
            here = self._is_here(target)
            if from_outside and here:
                return dial(address, port, seconds)
            begun = time.monotonic()
            try:
                return self._dial_inside(target, address, port, seconds)
            finally:
                # Making a container and starting commands in it is our trouble, not the pod's.
                spent += 0.0 if here else time.monotonic() - begun

        def ask() -> _Found:
            return _asked(replace(target, address=address), way, lambda: left() + spent)

        try:
            return self._twice_if_refused(target, ask)
        except TimeoutError:
            return _missed(f"no answer within {target.timeout:g} s")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return self._failed(error)

    def _twice_if_refused(self, target: ProbeTarget, ask: Callable[[], _Found]) -> _Found:
        """A port that is open on the loopback alone is a finding.

        It is asked once more before that is said: a program may have begun to listen between the
        two questions.
        """
        try:
            return ask()
        except ConnectionRefusedError:
            if not target.address or not self._listens_inside(target):
                raise
        try:
            return ask()
        except ConnectionRefusedError:
            detail = f"port {target.port} listens on {LOOPBACK} only: no kubelet reaches it"
            return _missed(detail, loopback_only=True)

    def _failed(self, error: Exception) -> _Found:
        """Why there was no connection."""
        number = error.errno if isinstance(error, OSError) else None
        if isinstance(error, ssl.SSLError):
            return _missed(f"TLS: {error.reason or error}")
        if number == errno.ECONNREFUSED:
            return _missed("connection refused")
        if number in _UNREACHABLE:
            return _unproven(msg("the pod cannot be reached from here: %(why)s", why=error))
        return _missed(str(error) or type(error).__name__)

    def _listens_inside(self, target: ProbeTarget) -> bool:
        try:
            with self._dial_inside(target, LOOPBACK, target.port, 1.0):
                return True
        except (OSError, CannotEnter, EngineError):
            return False

    def _dial_inside(
        self, target: ProbeTarget, address: str, port: int, seconds: float
    ) -> socket.socket:
        if self._is_here(target):
            return dial_inside(self._running(target).pid, address, port, seconds)
        return self._joined.dial(target.container, address, port, seconds)

    def _is_here(self, target: ProbeTarget) -> bool:
        """Whether the container's process is one of this machine's, as we see them."""
        if not self.host.connection.is_local:
            return False
        if not self._here:
            # What is not here may be on its way: it has ended, or just not begun.
            found = self._running(target)
            self._here = is_of(found.pid, found.id)
        return self._here

    def _is_rootless(self) -> bool:
        if self._rootless is None:
            self._rootless = self.host.info().rootless
        return self._rootless

    def _running(self, target: ProbeTarget) -> Process:
        found = self.host.process(target.container)
        if not found.pid:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "the container does not run")
        return found


def _asked(target: ProbeTarget, way: http_probe.Dial, left: Callable[[], float]) -> _Found:
    if target.action == "tcp":
        way(target.port, left()).close()
        return _met("connected")
    answer = http_probe.probe(target, way, left)
    return _met(answer.detail) if answer.ok else _missed(answer.detail)
