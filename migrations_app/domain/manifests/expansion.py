"""Literal text where Kubernetes expands ``$(NAME)``.

The kubelet replaces ``$(NAME)`` in commands, arguments and the values of variables, and reads
``$$`` as one dollar. Podman does neither, so a dollar before another or before a bracket is
doubled (Kubernetes source, ``third_party/forked/golang/expansion``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_EXPANDED = re.compile(r"\$\$|\$\([^()]*\)")
_AMBIGUOUS = re.compile(r"\$(?=[$(])")


def literal(text: str) -> str:
    """Text that the kubelet turns back into ``text``."""
    return _AMBIGUOUS.sub("$$", text) if "$" in text else text


def literals(words: Iterable[str]) -> list[str]:
    return [literal(word) for word in words]


def meant(text: str) -> str | None:
    """What the kubelet makes of a value, where it does not expand; None if others are in it."""
    if "$" not in text:
        return text
    found = _EXPANDED.findall(text)
    if any(part != "$$" for part in found):
        return None
    return text.replace("$$", "$")


def referred_to(text: object) -> list[str]:
    """The names of the variables in a value."""
    if not isinstance(text, str) or "$(" not in text:
        return []
    return [part[2:-1] for part in _EXPANDED.findall(text) if part != "$$"]
