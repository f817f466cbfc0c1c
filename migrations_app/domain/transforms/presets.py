"""From settled presets to the transforms they stand for, in the one order in which they run.

Each transform stands for one preset: what several presets decide together becomes several
transforms, so that the record names the preset behind every field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Facts
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.probes import FIELDS, AddProbes, HealthChecks
from migrations_app.domain.transforms.registry import (
    KEEP,
    AddPullSecrets,
    Rewrite,
    RewriteImages,
    SetPullPolicy,
)
from migrations_app.domain.transforms.resources import LimitResources

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def transforms_for(settings: Settings, facts: Facts) -> list[Transform]:
    """The transforms of every section that some layer sets.

    Raises:
        InvalidInput: with its parameters filled in, a preset asks for what cannot be.
    """
    return [
        *_registry(settings, facts.image_digests),
        *_resources(settings),
        *_probes(settings, facts.healthchecks),
    ]


def _registry(settings: Settings, digests: Mapping[str, str]) -> Iterator[Transform]:
    section = settings.section("registry")
    rewrites = tuple(Rewrite.of(item) for item in section.get("rewrite") or ())
    pin = section.get("pin") == "digest"
    if rewrites or pin:
        yield RewriteImages(
            step=settings.step("registry", "rewrite", "tag", "pin"),
            rewrites=rewrites,
            tag=_tag(section.get("tag") or KEEP),
            pin=pin,
            digests=digests,
        )
    if policy := section.get("pullPolicy"):
        yield SetPullPolicy(settings.step("registry", "pullPolicy"), policy)
    if secrets := section.get("pullSecrets"):
        yield AddPullSecrets(settings.step("registry", "pullSecrets"), tuple(secrets))


def _tag(tag: str) -> str:
    if _TAG.fullmatch(tag) is None:
        raise InvalidInput(
            msg(
                "%(tag)s in registry.tag is no image tag. A tag takes letters, digits, dots, "
                "hyphens and underscores, at most 128.",
                tag=repr(tag),
            )
        )
    return tag


def _resources(settings: Settings) -> Iterator[Transform]:
    section = settings.section("resources")
    shares = settings.shares("resources")
    for step, paths in shares:
        yield LimitResources(
            step=step,
            default=section.get("default") or {},
            containers=section.get("containers") or {},
            owned=paths if len(shares) > 1 else None,
        )


def _probes(settings: Settings, health_checks: HealthChecks) -> Iterator[Transform]:
    section = settings.section("probes")
    named: Mapping[str, Any] = section.get("containers") or {}
    for step, paths in settings.shares("probes"):
        common = {
            kind: section[kind]
            for kind in FIELDS
            if kind in section and settings.step("probes", kind) == step
        }
        own = {
            name: {
                kind: probe
                for kind, probe in probes.items()
                if settings.step("probes", ("containers", name, kind)) == step
            }
            for name, probes in named.items()
            if probes and any(path[:2] == ("containers", name) for path in paths)
        }
        if common or any(own.values()):
            yield AddProbes(step, common, own, health_checks, named)
