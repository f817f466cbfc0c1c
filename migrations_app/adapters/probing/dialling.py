"""Opening connections to a pod: from this machine, or from inside the pod's own network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

# Runs inside the pod's network namespace, with this machine's files: it opens one connection and
# hands it over. The interpreter is isolated, so that nothing of the environment gets in.
_HELPER = """
import socket, sys
parent = socket.socket(fileno=int(sys.argv[1]))
try:
    made = socket.create_connection((sys.argv[2], int(sys.argv[3])), timeout=float(sys.argv[4]))
except TimeoutError:
    parent.sendall(b"T")
except OSError as error:
    parent.sendall(b"E" + str(error.errno or 0).encode())
else:
    socket.send_fds(parent, [b"S"], [made.fileno()])
"""
_HELPER_SECONDS = 5.0
"""For entering a namespace and starting up, beside the time of the connection itself."""


class CannotEnter(Exception):
    """The network of the pod cannot be entered from here; the text says why."""


def dial(address: str, port: int, timeout: float) -> socket.socket:
    """A connection from this machine."""
    return socket.create_connection((address, port), timeout=timeout)


def dial_inside(pid: int, address: str, port: int, timeout: float) -> socket.socket:
    """A connection from inside the network of a process.

    Raises:
        OSError: as any connecting does.
        CannotEnter: this account may not enter that network, or ``nsenter`` is not there.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        # A user who is not root enters his own containers by way of their user namespace.
        who = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        words = ["nsenter", *who, "--net", "--target", str(pid), "--", sys.executable, "-I", "-S"]
        words += ["-c", _HELPER, str(theirs.fileno()), address, str(port), str(timeout)]
        try:
            helper = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
            )
        except FileNotFoundError:
            raise CannotEnter("nsenter is not installed") from None
        theirs.close()
        with helper:
            ours.settimeout(timeout + _HELPER_SECONDS)
            try:
                said, handles, _flags, _address = socket.recv_fds(ours, 16, 1)
            except TimeoutError:
                helper.kill()
                raise CannotEnter("the pod's network could not be entered in time") from None
            _out, complaint = helper.communicate()
    if said == b"S" and handles:
        made = socket.socket(fileno=handles[0])
        made.settimeout(timeout)
        return made
    if said == b"T":
        raise TimeoutError("timed out")
    if said.startswith(b"E"):
        number = int(said[1:] or b"0")
        raise OSError(number, os.strerror(number))
    raise CannotEnter(complaint.decode("utf-8", "replace").strip()[:200] or "nsenter failed")
