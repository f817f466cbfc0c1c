"""Typed access to the fields of one service; each value that is taken says where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.compose import short_forms
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.short_forms import BadForm

_TRUE = frozenset({"true", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "no", "n", "off", "0", ""})
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
T = TypeVar("T")


@dataclass(slots=True)
class Fields:
    """The attributes of a spec in the making, read from one mapping."""

    node: Node
    account: Account
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def has(self, *keys: str) -> Node | None:
        """The node under some keys unless it says nothing."""
        node = self.node.get(*keys)
        return node if node is not None and node.value is not None else None

    def set(self, attribute: str, value: Any, node: Node) -> None:
        """An attribute of the spec, and where it is said."""
        self.values[attribute] = value
        self.places[attribute] = self.account.take(node)

    def switch_on(self, attribute: str, node: Node) -> None:
        """An attribute that is true because a node says so in its own words."""
        self.set(attribute, node.value is not None, node)

    def text(self, *keys: str) -> str:
        """A text, ``""`` without one."""
        node = self.has(*keys)
        if node is None:
            return ""
        if node.is_mapping or node.is_list:
            self.account.trouble(node, _SINGLE)
            return ""
        return scalar_text(node.value)

    def take_text(self, attribute: str, *keys: str) -> None:
        if (text := self.text(*keys)) and (node := self.has(*keys)) is not None:
            self.set(attribute, text, node)

    def take_flag(self, attribute: str, *keys: str) -> None:
        """A truth value; false is Podman's default and only accounted for."""
        node = self.has(*keys)
        if node is None:
            return
        if (value := self.flag(node)) is not None:
            if value:
                self.set(attribute, value, node)
            else:
                self.account.keep(node, _DEFAULT)

    def flag(self, node: Node) -> bool | None:
        """The truth value of a node, None for what is none."""
        text = scalar_text(node.value).lower() if not node.is_mapping and not node.is_list else "?"
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        self.account.trouble(node, msg("This is true or false."))
        return None

    def integer(self, *keys: str) -> int | None:
        return self._parsed(_integer, *keys)

    def size(self, *keys: str) -> int | None:
        return self._parsed(short_forms.size, *keys)

    def seconds(self, *keys: str) -> float | None:
        return self._parsed(short_forms.seconds, *keys)

    def decimal(self, *keys: str) -> str | None:
        return self._parsed(_decimal, *keys)

    def take_number(
        self, attribute: str, parse: Callable[..., int | float | None], *keys: str
    ) -> None:
        """A number above zero; zero and -1 mean that nothing was chosen."""
        number, node = parse(*keys), self.has(*keys)
        if number is None or node is None:
            return
        if number > 0:
            self.set(attribute, number, node)
        else:
            self.account.keep(node, _DEFAULT)

    def _parsed(self, parse: Callable[[Any], T], *keys: str) -> T | None:
        node = self.has(*keys)
        if node is None:
            return None
        if node.is_mapping or node.is_list:
            self.account.trouble(node, _SINGLE)
            return None
        try:
            return parse(scalar_text(node.value))
        except BadForm as error:
            self.account.trouble(node, error.message)
            return None

    def items(self, *keys: str) -> Iterator[Node]:
        """The items of a list that hold text or numbers."""
        node = self.has(*keys)
        if node is None:
            return
        if not node.is_list:
            self.account.trouble(node, msg("This must be a list."))
            return
        for item in node.items:
            if item.value is None:
                self.account.keep(item, _DEFAULT)
            elif item.is_mapping or item.is_list:
                self.account.trouble(item, _SINGLE)
            else:
                yield item

    def mappings(self, *keys: str) -> Iterator[Node]:
        """The items of a list that are mappings."""
        node = self.has(*keys)
        for item in node.items if node is not None else ():
            if item.is_mapping:
                yield item
            else:
                self.account.trouble(item, msg("This must be a mapping."))

    def entries(self, *keys: str) -> Iterator[tuple[str, Node]]:
        """The fields of a mapping."""
        node = self.has(*keys)
        if node is None:
            return
        if not node.is_mapping:
            self.account.trouble(node, msg("This must be a mapping."))
            return
        yield from node.fields.items()

    def take_texts(self, attribute: str, *keys: str) -> None:
        """A list of texts, kept as one attribute at the place of the list."""
        node = self.has(*keys)
        found = tuple(scalar_text(item.value) for item in self.items(*keys))
        if found and node is not None:
            self.set(attribute, found, node)

    def take_pairs(self, attribute: str, *keys: str) -> None:
        """A mapping of texts, each with a place of its own."""
        found: dict[str, str] = {}
        for name, node in self.entries(*keys):
            found[name] = scalar_text(node.value)
            self.places[f"{attribute}/{name}"] = self.account.take(node)
        if found:
            self.values[attribute] = {**self.values.get(attribute, {}), **found}

    def drop(self, reason: Message, *keys: str) -> None:
        if (node := self.has(*keys)) is not None:
            self.account.drop(node, reason)

    def inner(self, node: Node) -> Fields:
        """The fields of a mapping below this one."""
        return Fields(node, self.account)


_SINGLE = msg("A single value must stand here.")
_DEFAULT = msg("The same as without it.")


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise BadForm(msg("%(text)s is no whole number.", text=repr(text)))
    return int(text)


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise BadForm(msg("%(text)s is no number.", text=repr(text)))
    return text
