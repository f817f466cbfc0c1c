"""From a host's address to a socket that answers, however far that is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migrations_app.adapters.podman.beside import is_beside
from migrations_app.adapters.podman.connection import Connection
from migrations_app.adapters.podman.service import answers, ensure_service
from migrations_app.adapters.podman.tunnel import ensure_tunnel
from migrations_app.domain.errors import EngineError, InvalidInput
from migrations_app.domain.hosts import HostScheme, is_below, parse_host_url
from migrations_app.domain.messages import msg


@dataclass(frozen=True, slots=True)
class Places:
    """``folder`` is where our own sockets go; ``preferred`` the URL the operator has set."""

    folder: Path
    socket_folders: Sequence[str]
    preferred: str = ""


def connect(url: str, places: Places) -> Connection:
    """A connection to the host with this address; ``""`` is this machine's own Podman.

    Raises:
        EngineError: the address may not be used, or nothing can be made to answer there.
    """
    if not url:
        return _local(places)
    try:
        address = parse_host_url(url, places.socket_folders)
    except InvalidInput as error:
        raise EngineError(error.message, code="host_address") from error
    if address.scheme is HostScheme.SSH:
        socket = ensure_tunnel(address, places.folder)
        return Connection(str(socket), is_local=False, address=str(address))
    real = os.path.realpath(address.path)
    if not is_below(real, [os.path.realpath(folder) for folder in places.socket_folders]):
        raise EngineError(
            msg("%(path)s leads out of the folders that sockets may lie in.", path=address.path),
            code="host_address",
        )
    return _on_socket(real, str(address))


def _local(places: Places) -> Connection:
    """What the operator has set, else a socket that answers, else a service of our own."""
    if places.preferred:
        return _on_socket(places.preferred.partition("://")[2])
    for path in _usual_sockets():
        if answers(path):
            return _on_socket(str(path))
    return Connection(str(ensure_service(places.folder)))  # runs beside us, in a container too


def _on_socket(path: str, address: str = "") -> Connection:
    return Connection(path, is_local=is_beside(path), address=address)


def _usual_sockets() -> list[Path]:
    """The user's own first, then the system's."""
    system = Path("/run/podman/podman.sock")
    if os.geteuid() == 0:
        return [system]
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}"
    return [Path(runtime) / "podman" / "podman.sock", system]
