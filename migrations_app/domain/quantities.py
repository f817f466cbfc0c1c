"""Quantities as Kubernetes writes them: ``100m``, ``1.5Gi``, ``2e3``.

Source: Kubernetes API reference, ``resource.Quantity``: a decimal number with a binary suffix
(Ki to Ei), a decimal one (n to E) or a decimal exponent. Spaces, underscores and ``1 Gi`` are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import total_ordering

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.messages import msg

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))"
    r"(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?"
)
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
}


@total_ordering
@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount and the text it was written as; equal amounts are equal."""

    amount: Decimal
    text: str

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read a quantity.

        Raises:
            InvalidInput: the text is not one.
        """
        match = _QUANTITY.fullmatch(text)
        if match is None:
            raise InvalidInput(
                msg(
                    "%(text)s is not a quantity. Write for example 250m, 1.5, 128Mi or 2Gi.",
                    text=repr(text),
                )
            )
        number, suffix = Decimal(match["number"]), match["suffix"] or ""
        if suffix in _BINARY:
            return cls(number * _BINARY[suffix], text)
        if suffix in _DECIMAL:
            return cls(number * _DECIMAL[suffix], text)
        return cls(number * Decimal(f"1{suffix}") if suffix else number, text)

    @classmethod
    def of_bytes(cls, count: int) -> Quantity:
        """A number of bytes in the largest binary unit that keeps it whole."""
        return cls(Decimal(count), _binary_text(count))

    def to_bytes(self) -> int:
        """The amount as whole bytes, rounded up."""
        return int(self.amount.to_integral_value(ROUND_CEILING))

    def whole_binary(self) -> str:
        """The amount in the largest binary unit that keeps it whole: ``1.5Gi`` is ``1536Mi``."""
        return _binary_text(self.to_bytes())

    def canonical(self) -> str:
        """The same amount without a fraction, as processors are counted: ``0.5`` is ``500m``.

        What was written without a fraction stays as it was written.
        """
        if "." not in self.text:
            return self.text
        millis = int((self.amount * 1000).to_integral_value(ROUND_CEILING))
        return str(millis // 1000) if millis % 1000 == 0 else f"{millis}m"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.amount == other.amount

    def __hash__(self) -> int:
        return hash(self.amount)

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < other.amount

    def __str__(self) -> str:
        return self.text


def _binary_text(count: int) -> str:
    for suffix, size in reversed(_BINARY.items()):
        if count >= size and count % size == 0:
            return f"{count // size}{suffix}"
    return str(count)
