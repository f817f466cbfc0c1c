"""What a section of a preset is: a name, a shape, and what a shape cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.messages import Message
from migrations_app.domain.places import Path
from migrations_app.domain.presets.shape import Shape


@dataclass(frozen=True, slots=True)
class Complaint:
    """A value of the right shape that still cannot be; ``path`` is within the section."""

    path: Path
    message: Message


Check = Callable[[Mapping[str, Any]], Iterable[Complaint]]
"""Looks at a section as it was written: nothing in it is sure to have its shape, and a text with
``${NAME}`` in it is not known yet."""


def _nothing(_section: Mapping[str, Any]) -> Iterable[Complaint]:
    return ()


@dataclass(frozen=True, slots=True)
class Section:
    """One top-level key of a preset."""

    name: str
    shape: Shape
    check: Check = _nothing
