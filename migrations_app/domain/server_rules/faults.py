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


def of_labels(path: Path, labels: Any) -> Iterator[Fault]:
    """Labels that something must have."""
    for key, value in mapping(labels).items():
        if not names.is_key(str(key)):
            yield no_name((*path, key), key)
        if isinstance(value, str) and not names.is_label_value(value):
            yield no_name((*path, key), value)


def of_key(path: Path, key: Any) -> Iterator[Fault]:
    """The key of a label, where one is named."""
    if isinstance(key, str) and key and not names.is_key(key):
        yield no_name(path, key)


def of_label_selector(path: Path, selector: Any) -> Iterator[Fault]:
    """Labels and expressions that choose objects."""
    yield from of_labels((*path, "matchLabels"), mapping(selector).get("matchLabels"))
    listed = sequence(mapping(selector).get("matchExpressions"))
    yield from of_expressions((*path, "matchExpressions"), listed, _OPERATORS)
    for index, expression in enumerate(listed):
        for number, value in enumerate(sequence(mapping(expression).get("values"))):
            if isinstance(value, str) and not names.is_label_value(value):
                yield no_name((*path, "matchExpressions", index, "values", number), value)


def of_expressions(
    path: Path, expressions: list[Any], operators: tuple[str, ...]
) -> Iterator[Fault]:
    for index, expression in enumerate(expressions):
        rule = mapping(expression)
        operator, values = rule.get("operator"), sequence(rule.get("values"))
        at: Path = (*path, index)
        yield from of_key((*at, "key"), rule.get("key"))
        if isinstance(operator, str) and operator not in operators:
            yield none_of((*at, "operator"), operator, operators)
        elif operator in ("In", "NotIn") and not values:
            yield required((*at, "values"), "values")
        elif operator in ("Exists", "DoesNotExist") and values:
            yield apart((*at, "values"), "values", str(operator))
