"""Values of compose files that keep their place, also when files are put on top of each other.

A merged model holds nodes of several files, so a tree of places beside the values, as elsewhere,
would not do: each node knows for itself where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.provenance import Origin
from migrations_app.domain.reading.dialects import Tagged

Scalar = str | int | float | bool | None
Spot = tuple[str, Path]
"""A file and a path in it: what tells one node of a source from all others."""


@dataclass(slots=True)
class Node:
    """One value: a scalar, a mapping or a list of nodes.

    ``path`` leads to it in its own ``file``; what compose adds by itself has the place of that
    which made it add it. ``tag`` is ``!reset`` or ``!override`` where the file says so. ``secret``:
    the value of a secret variable was put in, whatever key it stands under.
    """

    value: Any
    file: str
    line: int
    column: int
    path: Path
    tag: str = ""
    secret: bool = False

    @property
    def spot(self) -> Spot:
        return self.file, self.path

    @property
    def place(self) -> Place:
        return Place(self.file, self.line, self.column, self.file, pointer(self.path))

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def fields(self) -> dict[str, Node]:
        """The fields of a mapping, nothing for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list, nothing for anything else."""
        return self.value if isinstance(self.value, list) else []

    def get(self, *keys: str) -> Node | None:
        """What stands under some keys, one below the other."""
        here: Node | None = self
        for key in keys:
            here = here.fields.get(key) if here is not None else None
        return here

    def made(self, value: Any) -> Node:
        """Another value that stands where this one does."""
        return replace(self, value=value, tag="")

    def mapping(self, **values: Any) -> Node:
        """A mapping at this place, of plain values and nodes; None is left out."""
        return self.made(
            {
                key: value if isinstance(value, Node) else self.made(value)
                for key, value in values.items()
                if value is not None
            }
        )

    def clone(self) -> Node:
        """A copy that shares no collection with this one."""
        if isinstance(self.value, dict):
            return replace(self, value={key: item.clone() for key, item in self.value.items()})
        if isinstance(self.value, list):
            return replace(self, value=[item.clone() for item in self.value])
        return replace(self)


def node_of(value: Any, origin: Origin, file: str, path: Path = ()) -> Node:
    """The nodes of what a YAML reader read."""
    tag = ""
    if isinstance(value, Tagged):
        tag, value = value.tag, value.value
    children = origin.children
    if isinstance(value, dict):
        known = children if isinstance(children, dict) else {}
        value = {
            key: node_of(item, known.get(key, origin), file, (*path, key))
            for key, item in value.items()
        }
    elif isinstance(value, list):
        listed = children if isinstance(children, list) else []
        value = [
            node_of(item, listed[n] if n < len(listed) else origin, file, (*path, n))
            for n, item in enumerate(value)
        ]
    return Node(value, origin.file or file, origin.line, origin.column, path, tag)


def plain(node: Node | None) -> Any:
    """The values without their places."""
    if node is None:
        return None
    if isinstance(node.value, dict):
        return {key: plain(item) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def leaves(node: Node) -> Iterator[Node]:
    """Every value below that holds no other: scalars and empty collections."""
    if isinstance(node.value, dict) and node.value:
        for item in node.value.values():
            yield from leaves(item)
    elif isinstance(node.value, list) and node.value:
        for item in node.value:
            yield from leaves(item)
    else:
        yield node


def scalar_text(value: Any) -> str:
    """A scalar as Go prints it, which is what compose makes of numbers where text belongs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    return str(value)


def _float_text(number: float) -> str:
    """The shortest text of a float, with an exponent below 1e-4 and from 1e6 on."""
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    if not isinstance(exponent, int):
        return str(number)
    power = len(digits) + exponent - 1
    minus = "-" if sign else ""
    if not number or -4 <= power < _EXPONENT_FROM:
        return minus + f"{Decimal((0, digits, exponent)):f}"
    first, *rest = (str(digit) for digit in digits)
    fraction = "." + "".join(rest) if rest else ""
    return f"{minus}{first}{fraction}e{power:+03d}"


_EXPONENT_FROM = 6
