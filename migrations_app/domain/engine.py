"""The one front door of the core: read files into a bundle, render the bundle into manifests.

Browser, API, command line, workers and golden tests all come through here, which is why they
agree on every byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import Change
from migrations_app.domain.questions import Question


class SecretsMode(StrEnum):
    """``KEEP`` leaves values as they are (the caller's own file), ``PLACEHOLDER`` hides them."""

    KEEP = "keep"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class Options:
    """Everything besides the bundle that decides what is rendered.

    layers:            presets, weakest first (see ``presets.layering``).
    parameters:        values for ``${NAME}`` in presets.
    images:            container name → image reference that replaces the source's.
    answers:           question id → value.
    accepted_fixes:    fingerprints of findings whose fix a person accepted.
    image_digests:     image reference → ``sha256:…``, beyond what the bundle knows.
    kubernetes_version: ``1.NN``; None: the newest that the schemas know.
    """

    environment: str | None = None
    namespace: str | None = None
    kubernetes_version: str | None = None
    layers: tuple[Preset, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    accepted_fixes: frozenset[str] = frozenset()
    image_digests: Mapping[str, str] = field(default_factory=dict)
    secrets: SecretsMode = SecretsMode.KEEP


@dataclass(frozen=True, slots=True)
class Made:
    """What rendering made.

    objects:   in source order, new ones after the old, with the origin of every field.
    text:      the YAML documents, canonical, ending in a newline ("" without objects).
    digest:    ``sha256`` hex of the normalised manifest (``manifests.digests``).
    changes:   every difference that any transform made, in order.
    renames:   what was called differently in the source: ``{"kind", "from", "to"}``.
    images:    container images of the result, as written there.
    """

    objects: tuple[SourceObject, ...]
    text: str
    digest: str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    loss: tuple[LossRow, ...]
    renames: tuple[Mapping[str, str], ...]
    images: tuple[str, ...]
