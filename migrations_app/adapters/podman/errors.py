"""The one place where what goes wrong with a Podman host becomes a sentence to act on.

``code`` tells programs what happened: ``not_found``, ``refused`` (Podman said no),
``upstream_redirect``, ``upstream_too_large``, ``upstream_garbled`` or ``engine_unreachable``.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import urllib3
from podman.errors import PodmanError

from migrations_app.domain.errors import EngineError, EngineUnreachable
from migrations_app.domain.messages import msg

MOST_SHOWN = 600
"""Characters of a host's own words that are repeated to people."""


class NotThere(EngineError):
    """Podman knows no such object (404)."""

    def __init__(self, what: str, address: str) -> None:
        """``what`` is a path of the API, or the name of the thing."""
        what = what.removesuffix("/json").removesuffix("/archive")
        super().__init__(
            msg("Podman at %(address)s has no %(what)s.", address=address, what=what),
            code="not_found",
        )


class Refused(EngineError):
    """Podman said no: ``said`` are its own words."""

    def __init__(self, address: str, doing: str, status: int, said: str) -> None:
        super().__init__(
            msg(
                "Podman at %(address)s refused %(doing)s: %(said)s",
                address=address,
                doing=doing,
                said=said,
            ),
            code="not_found" if status == 404 else "refused",
        )
        self.status = status
        self.said = said


@contextmanager
def understood(address: str, doing: str) -> Iterator[None]:
    """What is no answer of Podman's, however well formed, becomes an engine error as well."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise garbled(address, doing, "it does not have the shape of Podman's answers") from error


@contextmanager
def translated(address: str, doing: str) -> Iterator[None]:
    """Let only engine errors out. ``doing`` names the call, as in ``GET pods/json``."""
    try:
        yield
    except EngineError:
        raise
    except (OSError, PodmanError, urllib3.exceptions.HTTPError, ValueError) as error:
        raise _translate(error, address, doing) from error


def _translate(error: BaseException, address: str, doing: str) -> EngineError:
    chain = list(_causes(error))
    if any(isinstance(e, TimeoutError | requests.Timeout) for e in chain):
        return EngineUnreachable(
            msg(
                "Podman at %(address)s did not finish %(doing)s in time. Look at the host's load, "
                "and whether its Podman service hangs.",
                address=address,
                doing=doing,
            )
        )
    numbers = {e.errno for e in chain if isinstance(e, OSError)}
    if numbers & {errno.ENOENT, errno.ECONNREFUSED}:
        return EngineUnreachable(
            msg(
                "No Podman service listens at %(address)s. Start it with "
                "'systemctl --user start podman.socket' (or without --user for the system's own), "
                "or set PODMAN_URL.",
                address=address,
            )
        )
    if numbers & {errno.EACCES, errno.EPERM}:
        return EngineUnreachable(
            msg(
                "This account may not use the Podman socket at %(address)s. Use the socket of the "
                "same user, or let its owner grant access.",
                address=address,
            )
        )
    return garbled(address, doing, "it ended in the middle, or is no HTTP")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what caused it, and the errors that client libraries hide in ``args``."""
    waiting, seen = [error], set()
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__, getattr(current, "reason", None)]
        waiting += [a for a in current.args if isinstance(a, BaseException)]


def garbled(address: str, doing: str, why: str) -> EngineError:
    """An answer that Podman would not give."""
    return EngineError(
        msg(
            "The answer of %(address)s to %(doing)s cannot be used: %(why)s. Make sure that a "
            "Podman service of version 4.3 or later listens there.",
            address=address,
            doing=doing,
            why=why,
        ),
        code="upstream_garbled",
        transient=True,
    )


def too_large(address: str, doing: str, limit: int) -> EngineError:
    return EngineError(
        msg(
            "The answer of %(address)s to %(doing)s is larger than %(limit)s MiB and was not read.",
            address=address,
            doing=doing,
            limit=limit // 2**20,
        ),
        code="upstream_too_large",
    )


def refused(address: str, doing: str, status: int, body: bytes) -> EngineError:
    """What an answer with a status other than 2xx says."""
    if 300 <= status < 400:
        return EngineError(
            msg(
                "%(address)s answered %(doing)s with a redirect, which is not followed. Podman "
                "never redirects: something else listens there.",
                address=address,
                doing=doing,
            ),
            code="upstream_redirect",
        )
    said = _said(body)
    if not said:
        return garbled(address, doing, f"status {status} without a reason")
    return Refused(address, doing, status, said)


def _said(body: bytes) -> str:
    """Podman's own reason; ``""`` when the body is not what Podman writes."""
    try:
        value: Any = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(value, dict):
        return ""
    listed = value.get("Errs") or value.get("errors")
    said = value.get("message") or value.get("cause") or (listed and "; ".join(map(str, listed)))
    return " ".join(str(said or "").split())[:MOST_SHOWN]
