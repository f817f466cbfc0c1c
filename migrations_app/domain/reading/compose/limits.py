"""Bounds of a service: those of ``deploy``, else those of version 2."""

from __future__ import annotations

from decimal import Decimal

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.spec import Resources

_LIMITS = ("deploy", "resources", "limits")
_RESERVATIONS = ("deploy", "resources", "reservations")
_PERIOD = 100_000
_SAID_BY_DEPLOY = msg("The bounds of deploy count instead.")


def read_resources(fields: Fields) -> Resources:
    """Limits and requests; CPU shares are a request as Kubernetes converts them: 1024 a CPU."""
    made = Fields(fields.node, fields.account)
    _cpus(made, "cpu_limit", (*_LIMITS, "cpus"), ("cpus",))
    _cpus(made, "cpu_request", (*_RESERVATIONS, "cpus"), ())
    _quota(made)
    _shares(made)
    for attribute, newer, older in (
        ("memory_limit", (*_LIMITS, "memory"), "mem_limit"),
        ("memory_request", (*_RESERVATIONS, "memory"), "mem_reservation"),
    ):
        if made.has(*newer) is not None:
            made.drop(_SAID_BY_DEPLOY, older)
            made.take_number(attribute, made.size, *newer)
        else:
            made.take_number(attribute, made.size, older)
    if made.has(*_LIMITS, "pids") is not None:
        made.drop(_SAID_BY_DEPLOY, "pids_limit")
        made.take_number("pids_limit", made.integer, *_LIMITS, "pids")
    else:
        made.take_number("pids_limit", made.integer, "pids_limit")
    return Resources(**made.values, places=made.places)


def _cpus(made: Fields, attribute: str, newer: tuple[str, ...], older: tuple[str, ...]) -> None:
    keys = newer if made.has(*newer) is not None else older
    if keys == newer and older:
        made.drop(_SAID_BY_DEPLOY, *older)
    if not keys:
        return
    text, node = made.decimal(*keys), made.has(*keys)
    if text is None or node is None:
        return
    _set_cpus(made, attribute, Decimal(text), node)


def _set_cpus(made: Fields, attribute: str, cpus: Decimal, node: Node) -> None:
    """CPUs to a thousandth, the finest a cluster knows, rounded up."""
    if cpus <= 0:
        made.account.keep(node, msg("The same as without it."))
        return
    finest = cpus.quantize(Decimal("0.001"), rounding="ROUND_UP").normalize()
    made.set(attribute, format(finest, "f"), node)


def _quota(made: Fields) -> None:
    quota, node = made.integer("cpu_quota"), made.has("cpu_quota")
    if quota is None or node is None or "cpu_limit" in made.values:
        return
    period = made.integer("cpu_period") or _PERIOD
    _set_cpus(made, "cpu_limit", Decimal(quota) / Decimal(period), node)
    if (given := made.has("cpu_period")) is not None:
        made.account.take(given)
        made.account.drop(given, msg("A part of the limit of CPUs."))


def _shares(made: Fields) -> None:
    shares, node = made.integer("cpu_shares"), made.has("cpu_shares")
    if shares is not None and node is not None and "cpu_request" not in made.values:
        _set_cpus(made, "cpu_request", Decimal(shares) / 1024, node)
