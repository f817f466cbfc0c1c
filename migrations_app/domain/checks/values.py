"""Values that the schema lets pass and no server takes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.closed_values import Between, Closed, closed_values
from migrations_app.domain.manifests.resources import get, mapping, sequence
from migrations_app.domain.messages import either, msg
from migrations_app.domain.names import is_port_name, is_subdomain, is_variable
from migrations_app.domain.places import Path
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.server_rules import refused
from migrations_app.domain.server_rules.faults import no_name

SCH_06 = Rule(
    "SCH-06",
    Severity.BLOCKER,
    msg("The type is right and the value is not; a cluster refuses the object."),
    msg("Write one of the values that the API takes."),
    waivable=False,
)
_HIGHEST_PORT = 65_535


def impossible_values(context: CheckContext) -> Iterator[Finding]:
    """SCH-06: a value that the API does not take, though its type is right.

    Words that are none of the few, amounts that are none, requests above their limits, ports
    beyond 1 to 65535, replicas below zero, variables and ports without what makes them one, fields
    that exclude each other, and whatever else a server refuses of an object by itself.
    """
    for item in context.objects:
        yield from _closed(item)
        for path, message in refused(item.body, context.pod(item)):
            yield SCH_06.found(item, path, message, str(message))
        yield from _replicas(item)
    for item, path, container in context.containers:
        if container.get("resources"):
            yield from _beyond_limits(item, path, container)
        yield from _unnamed(item, path, container)


def _closed(item: SourceObject) -> Iterator[Finding]:
    for path, value, rule in closed_values(item.body):
        if rule is Closed.PORT:
            yield from _port(item, path, value)
        elif rule is Closed.AMOUNT:
            if not _is_amount(value):
                wrong = msg(
                    "%(value)s is no amount. Write for example 250m or 1Gi.", value=repr(value)
                )
                yield SCH_06.found(item, path, wrong)
        elif rule is Closed.NAME:
            if isinstance(value, str) and value and not _is_name(path, value):
                yield SCH_06.found(item, *no_name(path, value))
        elif isinstance(rule, Between):
            if isinstance(value, int) and not rule.least <= value <= rule.most:
                wrong = msg(
                    "%(value)s is not between %(least)s and %(most)s.",
                    value=value,
                    least=rule.least,
                    most=rule.most,
                )
                yield SCH_06.found(item, path, wrong)
        elif isinstance(value, str) and value and value not in rule:
            wrong = msg("%(word)s is none of %(known)s.", word=repr(value), known=either(rule))
            yield SCH_06.found(item, path, wrong, value)


def _port(item: SourceObject, path: Path, port: Any) -> Iterator[Finding]:
    if port == 0 and path[-1] in ("hostPort", "targetPort"):
        return  # means "none" there
    is_number = isinstance(port, int) and not isinstance(port, bool)
    if is_number and not 1 <= port <= _HIGHEST_PORT:
        wrong = msg("%(port)s is no port: they go from 1 to 65535.", port=port)
        yield SCH_06.found(item, path, wrong)
    elif isinstance(port, str) and _may_be_a_name(path) and not is_port_name(port):
        yield SCH_06.found(item, path, msg("%(port)s is no name of a port.", port=repr(port)))


def _replicas(item: SourceObject) -> Iterator[Finding]:
    replicas = get(item.body, ("spec", "replicas"))
    if isinstance(replicas, int) and replicas < 0:
        yield SCH_06.found(
            item, ("spec", "replicas"), msg("%(count)s replicas cannot be.", count=replicas)
        )


def _is_name(path: Path, name: str) -> bool:
    """Whether something can be called so; a certificate may be for every host below a name."""
    star = path[-2] == "hosts" and name.startswith("*.")
    return is_subdomain(name[2:] if star else name)


def _may_be_a_name(path: Path) -> bool:
    """Only where a Service or a probe points to a port; elsewhere the schema wants a number."""
    return path[-1] == "targetPort" or path[-2] in ("httpGet", "tcpSocket")


def _is_amount(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return True  # the schema says what is wrong
    amount = _amount(str(value))
    return amount is not None and amount >= 0


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal | None:
    try:
        return Quantity.parse(text).amount
    except InvalidInput:
        return None


def _beyond_limits(item: SourceObject, path: Path, container: dict[str, Any]) -> Iterator[Finding]:
    limits = mapping(get(container, ("resources", "limits")))
    for name, asked in mapping(get(container, ("resources", "requests"))).items():
        least, most = _amount(str(asked)), _amount(str(limits.get(name)))
        if least is not None and most is not None and least > most:
            yield SCH_06.found(
                item,
                (*path, "resources", "requests", name),
                msg(
                    "%(asked)s of %(name)s are asked for, and the limit is %(limit)s.",
                    asked=asked,
                    name=name,
                    limit=limits[name],
                ),
            )


def _unnamed(item: SourceObject, path: Path, container: dict[str, Any]) -> Iterator[Finding]:
    for index, variable in enumerate(sequence(container.get("env"))):
        name = mapping(variable).get("name")
        if isinstance(name, str | None) and not is_variable(name or ""):
            yield SCH_06.found(
                item,
                (*path, "env", index, "name"),
                msg("%(name)s is no name of a variable.", name=repr(name or "")),
            )
    for index, port in enumerate(sequence(container.get("ports"))):
        if isinstance(port, dict) and port.get("containerPort") is None:
            yield SCH_06.found(
                item,
                (*path, "ports", index, "containerPort"),
                msg("The port has no containerPort."),
            )
