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

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import get, mapping, remove_at
from migrations_app.domain.manifests.secret_markers import MARKER, hidden

ANNOTATION = "kakehashi.dev/digest"


def normalised(body: Object) -> Object:
    """The object as it is hashed; the very same one if there is nothing to hide."""
    result = hidden(body)
    if ANNOTATION in mapping(get(body, ("metadata", "annotations"))):
        result = remove_at(result, ("metadata", "annotations", ANNOTATION))
        if not get(result, ("metadata", "annotations")):
            result = remove_at(result, ("metadata", "annotations"))
    if body.get("kind") == "Secret" and body.get("apiVersion") == "v1":
        keys = {*mapping(body.get("data")), *mapping(body.get("stringData"))}
        result = {key: value for key, value in result.items() if key not in ("data", "stringData")}
        if keys:
            result["data"] = dict.fromkeys(sorted(keys), MARKER)
    return result


def digest(objects: Iterable[Object], text: str = "") -> str:
    """The manifest digest: 64 hex digits.

    ``text`` is the YAML of the same objects, if somebody has it: it saves writing it again where
    there is nothing to hide.
    """
    bodies = list(objects)
    hashed = [normalised(body) for body in bodies]
    if not text or any(new is not old for new, old in zip(hashed, bodies, strict=True)):
        text = to_yaml(hashed)
    return hashlib.sha256(text.encode()).hexdigest()


def inputs_digest(parts: Mapping[str, Any]) -> str:
    """The digest of everything a revision is made from, as canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(parts)).hexdigest()
