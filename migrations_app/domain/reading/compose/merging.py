"""One compose model on top of another, by the rules of compose.

Mappings merge, scalars and commands are replaced, lists grow; of two ports, mounts or the like
that mean the same thing the later one counts. ``!reset`` takes a value back and ``!override`` puts
another in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.nodes import Node, plain, scalar_text
from migrations_app.domain.reading.dialects import OVERRIDE, RESET

Keys = tuple[str, ...]

_REPLACED = frozenset({("command",), ("entrypoint",), ("healthcheck", "test")})
"""Below a service: what is one value, and replaced as one, also by nothing."""

_PAIRS = frozenset(
    {("environment",), ("labels",), ("annotations",), ("sysctls",), ("deploy", "labels")}
    | {("build", "args"), ("build", "labels"), ("build", "additional_contexts")}
)
"""Mappings of names to texts: a name alone wins over a name with a text."""


def merge(base: Node, over: Node, account: Account, keys: Keys = ()) -> Node:
    """``over`` on top of ``base``; ``keys`` lead to both in their models."""
    if over.tag == OVERRIDE:
        account.put_aside(base, over)
        return replace(over, tag="")
    if keys[2:] in _REPLACED:
        account.put_aside(base, over)
        return over
    if over.value is None:
        return base
    if base.is_mapping and over.is_mapping:
        if _other_driver(base, over, keys):
            account.put_aside(base, over)
            return over
        return _mappings(base, over, account, keys)
    if base.is_list and over.is_list:
        return _lists(base, over, account, keys)
    account.put_aside(base, over)
    return over


def _mappings(base: Node, over: Node, account: Account, keys: Keys) -> Node:
    fields = dict(base.fields)
    for key, value in over.fields.items():
        known = fields.get(key)
        if value.tag == RESET:
            if known is not None:
                account.take_back(known, value)
                del fields[key]
        elif known is None or known.value is None:
            fields[key] = value
        elif keys[2:] in _PAIRS:
            account.put_aside(known, value)
            fields[key] = value
        else:
            fields[key] = merge(known, value, account, (*keys, key))
    return replace(base, value=fields)


def _other_driver(base: Node, over: Node, keys: Keys) -> bool:
    """Logging of another driver has other options: nothing of the base is left."""
    if keys[2:] != ("logging",):
        return False
    drivers = [plain(node.get("driver")) for node in (base, over)]
    return None not in drivers and drivers[0] != drivers[1]


def _lists(base: Node, over: Node, account: Account, keys: Keys) -> Node:
    items = [*base.items]
    known = [plain(item) for item in items]
    for item in over.items:
        if item.tag == RESET:
            continue
        value = plain(item)
        if value in known:
            account.put_aside(items[known.index(value)], item)
            items[known.index(value)] = item
        else:
            items.append(item)
            known.append(value)
    return replace(base, value=unique(items, account, keys))


def unique(items: list[Node], account: Account, keys: Keys) -> list[Node]:
    """The items of a list without those that a later one means as well."""
    mark = _MARKS.get(keys[2:])
    if mark is None or keys[:1] not in (("services",), ("jobs",)):
        return items
    found: dict[str, Node] = {}
    for item in items:
        key = mark(item)
        if key in found:
            account.put_aside(found[key], item)
        found[key] = item
    return list(found.values())


def _text(item: Node) -> str:
    return scalar_text(item.value).partition("=")[0]


def _field(*names: str) -> Callable[[Node], str]:
    def mark(item: Node) -> str:
        return next((scalar_text(plain(item.get(name))) for name in names if item.get(name)), "")

    return mark


def _port(item: Node) -> str:
    parts = (("host_ip", "0.0.0.0"), ("published", ""), ("target", ""), ("protocol", "tcp"))  # noqa: S104
    return ":".join(scalar_text(plain(item.get(key))) or default for key, default in parts)


def _secret(item: Node) -> str:
    target = scalar_text(plain(item.get("target")))
    return target or f"/run/secrets/{scalar_text(plain(item.get('source')))}"


def _config(item: Node) -> str:
    target = scalar_text(plain(item.get("target")))
    return target or f"/{scalar_text(plain(item.get('source')))}"


_MARKS: dict[Keys, Callable[[Node], str]] = {
    **{
        (name,): _text
        for name in ("cap_add", "cap_drop", "dns", "dns_opt", "dns_search", "links", "profiles")
    },
    ("tmpfs",): _text,
    ("expose",): _text,
    ("devices",): _field("target"),
    ("volumes",): _field("target"),
    ("env_file",): _field("path"),
    ("ports",): _port,
    ("secrets",): _secret,
    ("configs",): _config,
}


def without_tags(node: Node, account: Account, keys: Keys = ()) -> Node:
    """The model in itself: nothing is left to take back, and no list says a thing twice."""
    if node.is_mapping:
        return replace(
            node,
            tag="",
            value={
                key: without_tags(item, account, (*keys, key))
                for key, item in node.fields.items()
                if not _taken_back(item, account)
            },
        )
    if node.is_list:
        items = [
            without_tags(item, account, (*keys, "[]"))
            for item in node.items
            if not _taken_back(item, account)
        ]
        return replace(node, tag="", value=unique(items, account, keys))
    return replace(node, tag="")


def _taken_back(item: Node, account: Account) -> bool:
    if item.tag != RESET:
        return False
    account.take_back(item, item)
    return True
