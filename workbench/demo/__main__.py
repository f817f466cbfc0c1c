"""``bin/demo``: prepares, tells the story, tidies up. 0 only if all of it worked."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from migrations_app.domain.messages import msg
from workbench.demo.screen import Screen
from workbench.language import say

NEGATIVE, INTERRUPTED = 1, 130
LONGEST_WAIT = 600.0
"""Seconds to wait for another demo on this machine."""


def main(arguments: Sequence[str]) -> int:
    """Run the demo and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Three services go from Podman to Kubernetes manifests that were rehearsed, "
        "gated and audited. Nothing is pulled; what is started is removed again.",
    )
    parser.parse_args(arguments)
    try:
        alone = only_one() or _in_turn()
    except KeyboardInterrupt:
        return INTERRUPTED
    if alone is None:
        print(say(msg("The other demo does not end. Try again later.")), file=sys.stderr)
        return NEGATIVE
    with alone:
        _prepare()
        from workbench.demo.telling import tell

        screen = Screen.of(sys.stdout)
        began = time.monotonic()
        try:
            return tell(screen, began)
        except KeyboardInterrupt:
            screen.line(msg("Interrupted. What was started has been removed."), "bad")
            return INTERRUPTED


def only_one() -> socket.socket | None:
    """Hold a name that only one process of the machine can hold, and that dies with it.

    Two demos would stand in each other's way, whatever their data folders: names in Podman are
    the machine's.
    """
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        held.bind(f"\0kakehashi-demo-{os.getuid()}")
    except OSError:
        held.close()
        return None
    return held


def _in_turn() -> socket.socket | None:
    """Wait until the other demo has ended; None if it takes too long."""
    print(say(msg("Another demo is running on this machine. Waiting for it …")), file=sys.stderr)
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        time.sleep(0.5)
        alone = only_one()
        if alone is not None:
            return alone
    return None


def _prepare() -> None:
    """Django, with workers that poll: the demo needs no broker, and disturbs none."""
    os.umask(0o077)
    os.environ["WORKBENCH_BROKER"] = "none"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    os.environ.setdefault("WORKBENCH_LOG_LEVEL", "ERROR")
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    import django

    django.setup()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
