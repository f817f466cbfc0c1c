"""A fault, and the few sentences in which all of them are told."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import Message, either, msg
from migrations_app.domain.places import Path

Fault = tuple[Path, Message]

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def required(path: Path, field: str) -> Fault:
    return path, msg("%(field)s is required here.", field=field)


def apart(path: Path, field: str, other: str) -> Fault:
    """Two fields that do not go together."""
    return path, msg("%(field)s does not go with %(other)s.", field=field, other=other)


def exactly_one(path: Path, fields: Iterable[str]) -> Fault:
    return path, msg("Exactly one of %(fields)s is wanted here.", fields=either(list(fields)))


def twice(path: Path, value: Any) -> Fault:
    return path, msg("%(value)s is there twice.", value=value)


def no_name(path: Path, value: Any) -> Fault:
    return path, msg("%(name)s is not a name that Kubernetes accepts.", name=repr(value))


def no_address(path: Path, value: Any) -> Fault:
    return path, msg("%(value)s is no IP address.", value=repr(value))


def no_path(path: Path, value: Any) -> Fault:
    return path, msg("%(value)s is no path that is accepted here.", value=repr(value))


def none_of(path: Path, value: Any, known: Iterable[str]) -> Fault:
    return path, msg("%(word)s is none of %(known)s.", word=repr(value), known=either(list(known)))


def given(holder: Mapping[str, Any], fields: Iterable[str]) -> list[str]:
    """Those of the fields that are set."""
    return [field for field in fields if holder.get(field) is not None]


@lru_cache(maxsize=1024)
def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The block of addresses that a text means, if it has its length."""
    if "/" not in text:
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def of_label_selector(path: Path, selector: Any) -> Iterator[Fault]:
    """Labels and expressions that choose objects."""
    for key, value in mapping(mapping(selector).get("matchLabels")).items():
        if isinstance(value, str) and not names.is_label_value(value):
            yield no_name((*path, "matchLabels", key), value)
    listed = sequence(mapping(selector).get("matchExpressions"))
    yield from of_expressions((*path, "matchExpressions"), listed, _OPERATORS)


def of_expressions(
    path: Path, expressions: list[Any], operators: tuple[str, ...]
) -> Iterator[Fault]:
    for index, expression in enumerate(expressions):
        rule = mapping(expression)
        operator, values = rule.get("operator"), sequence(rule.get("values"))
        at: Path = (*path, index)
        if isinstance(operator, str) and operator not in operators:
            yield none_of((*at, "operator"), operator, operators)
        elif operator in ("In", "NotIn") and not values:
            yield required((*at, "values"), "values")
        elif operator in ("Exists", "DoesNotExist") and values:
            yield apart((*at, "values"), "values", str(operator))
