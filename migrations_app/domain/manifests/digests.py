"""Digests: what is approved, rehearsed and recorded is named by its content.

``digest`` is the SHA-256 of the canonical YAML after two normalisations: every value of a Secret,
and every literal that looks secret, is one fixed marker (a digest must not let weak secrets be
guessed, and a manifest with markers has the digest of the one with values); and our own annotation
is absent (it carries the digest). ``data`` and ``stringData`` are one to a cluster, and so here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785

from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.manifests.secret_markers import MARKER, hidden

ANNOTATION = "kakehashi.dev/digest"


def normalised(body: Mapping[str, Any]) -> dict[str, Any]:
    """The object as it is hashed."""
    result = dict(hidden(dict(body)))
    metadata = mapping(body.get("metadata"))
    annotations = mapping(metadata.get("annotations"))
    if ANNOTATION in annotations:
        left = {key: value for key, value in annotations.items() if key != ANNOTATION}
        trimmed = {key: value for key, value in metadata.items() if key != "annotations"}
        result["metadata"] = {**trimmed, "annotations": left} if left else trimmed
    if body.get("kind") == "Secret" and body.get("apiVersion") == "v1":
        keys = {*mapping(body.get("data")), *mapping(body.get("stringData"))}
        result.pop("stringData", None)
        if keys:
            result["data"] = dict.fromkeys(sorted(keys), MARKER)
    return result


def digest(objects: Iterable[Mapping[str, Any]]) -> str:
    """The manifest digest: 64 hex digits."""
    return hashlib.sha256(to_yaml(normalised(body) for body in objects).encode()).hexdigest()


def inputs_digest(parts: Mapping[str, Any]) -> str:
    """The digest of everything a revision is made from, as canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(parts)).hexdigest()
