"""Paths of a file that lies in another folder, made relative to the project's."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.reading.compose.references import is_relative, is_remote

_PATTERNS = (
    ("services", "*", "build", "context"),
    ("services", "*", "build", "additional_contexts", "*"),
    ("services", "*", "extends", "file"),
    ("services", "*", "env_file", "*", "path"),
    ("services", "*", "label_file", "*"),
    ("services", "*", "volumes", "*", "source"),
    ("services", "*", "develop", "watch", "*", "path"),
    ("configs", "*", "file"),
    ("secrets", "*", "file"),
)


def rebase(model: Node, folder: str) -> Node:
    """The model with its relative paths seen from the project's folder."""
    if folder in ("", "."):
        return model
    for pattern in _PATTERNS:
        model = _rebased(model, pattern, folder)
    return model


def _rebased(node: Node, pattern: tuple[str, ...], folder: str) -> Node:
    if not pattern:
        return _moved(node, folder)
    step, rest = pattern[0], pattern[1:]
    if step == "source" and (node.get("type") is None or node.fields["type"].value != "bind"):
        return node
    if node.is_mapping:
        return replace(
            node,
            value={
                key: _rebased(item, rest, folder) if step in (key, "*") else item
                for key, item in node.fields.items()
            },
        )
    if node.is_list and step == "*":
        return replace(node, value=[_rebased(item, rest, folder) for item in node.items])
    return node


def _moved(node: Node, folder: str) -> Node:
    path = node.value
    if not isinstance(path, str) or not is_relative(path) or is_remote(path):
        return node
    if path.startswith("service:"):
        return node
    return replace(node, value=posixpath.normpath(posixpath.join(folder, path)))
