"""A way to the Podman socket of another machine: ssh, kept on a leash.

Keys are the account's own and the machine's key must be known already: nothing is asked, nothing
is trusted at first sight.
"""

from __future__ import annotations

import hashlib
import subprocess
import time
from pathlib import Path

from migrations_app.adapters.podman.service import (
    alone,
    answers,
    checked_socket,
    last_line,
)
from migrations_app.domain.errors import EngineUnreachable
from migrations_app.domain.hosts import HostAddress
from migrations_app.domain.messages import msg

_CONNECT_SECONDS = 5
_START_SECONDS = 12.0
_REFUSED = "open failed"
_LONGEST_SECONDS = 4 * 3600


def ensure_tunnel(address: HostAddress, folder: Path) -> Path:
    """A local socket that leads to the remote one; a tunnel that still works is used again.

    Raises:
        EngineUnreachable: ssh is not there, or does not get through.
    """
    name = hashlib.sha256(str(address).encode()).hexdigest()[:12]
    socket = checked_socket(folder / f"podman-{name}.sock")
    if answers(socket):
        return socket
    with alone(folder / f"podman-{name}.lock"):
        if not answers(socket):
            socket.unlink(missing_ok=True)
            _start(address, socket, folder / f"podman-{name}.log")
    return socket


def arguments(address: HostAddress, socket: Path) -> list[str]:
    """The command of a tunnel.

    It ends when the other side has been silent for 45 seconds, and after some hours in any case, so
    that none is left behind for ever; the next call then makes a new one.
    """
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": str(_CONNECT_SECONDS),
        "StrictHostKeyChecking": "yes",
        "ExitOnForwardFailure": "yes",
        "StreamLocalBindMask": "0177",
        "StreamLocalBindUnlink": "yes",
        "ServerAliveInterval": "15",
        "ServerAliveCountMax": "3",
        "ControlMaster": "no",
        "ControlPath": "none",
        "PermitLocalCommand": "no",
        "ForwardAgent": "no",
        "ForwardX11": "no",
    }
    words = ["timeout", str(_LONGEST_SECONDS), "ssh", "-N", "-T"]
    for key, value in options.items():
        words += ["-o", f"{key}={value}"]
    if address.port:
        words += ["-p", str(address.port)]
    if address.user:
        words += ["-l", address.user]
    return [*words, "-L", f"{socket}:{address.path}", "--", address.machine]


def _start(address: HostAddress, socket: Path, log: Path) -> None:
    try:
        with log.open("wb") as said:
            started = subprocess.Popen(
                arguments(address, socket),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                cwd="/",
            )
    except FileNotFoundError:
        raise EngineUnreachable(
            msg(
                "ssh is not installed on this machine, so %(host)s cannot be reached.",
                host=str(address),
            )
        ) from None
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and started.poll() is None:
        if answers(socket):
            return
        if _REFUSED in last_line(log):
            break  # ssh is through, and there is no socket on the other side
        time.sleep(0.1)
    started.terminate()
    raise EngineUnreachable(
        msg(
            "ssh does not reach the Podman socket of %(host)s: %(said)s",
            host=str(address),
            said=last_line(log) or msg("nothing answers at its end"),
        )
    )
