"""Literal text where Kubernetes expands ``$(NAME)``.

The kubelet replaces ``$(NAME)`` in commands, arguments and the values of variables, and reads
``$$`` as one dollar. Podman does neither, so a dollar before another or before a bracket is
doubled (Kubernetes source, ``third_party/forked/golang/expansion``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_AMBIGUOUS = re.compile(r"\$(?=[$(])")


def literal(text: str) -> str:
    """Text that the kubelet turns back into ``text``."""
    return _AMBIGUOUS.sub("$$", text) if "$" in text else text


def literals(words: Iterable[str]) -> list[str]:
    return [literal(word) for word in words]
