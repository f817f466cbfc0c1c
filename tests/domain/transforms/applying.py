"""Presets applied to objects, with what every transform has to keep to looked at on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from migrations_app.domain.bundle import Facts, Object, SourceObject
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.layering import settle
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.provenance import made
from migrations_app.domain.transforms.base import Running, built_step
from migrations_app.domain.transforms.presets import first_for, transforms_for

READ = built_step("read", msg("Read."))


def run(
    objects: str,
    *presets: str,
    facts: Facts | None = None,
    answers: Mapping[str, str] | None = None,
) -> Running:
    """Lay presets over each other, the first as ``p1``, and run what they ask for."""
    layers = [Preset.from_text(text, f"p{number}") for number, text in enumerate(presets, 1)]
    bodies = list(yaml.safe_load_all(objects))
    running = Running.of(SourceObject(body, made(body, READ)) for body in bodies)
    given = settle(layers, {}), facts or Facts(), answers or {}
    for transform in (*first_for(*given), *transforms_for(*given)):
        running.run([transform])
        again = transform(running.bodies)
        assert len(again) == len(running.bodies), transform
        pairs = zip(again, running.bodies, strict=True)
        assert all(new is old for new, old in pairs), f"a second run changed something: {transform}"
    return running


def applied(
    objects: str,
    *presets: str,
    facts: Facts | None = None,
    answers: Mapping[str, str] | None = None,
) -> list[Object]:
    """The objects as the presets leave them."""
    return list(run(objects, *presets, facts=facts, answers=answers).bodies)


def setters(running: Running) -> dict[str, set[str]]:
    """Which preset changed what: preset → paths."""
    found: dict[str, set[str]] = {}
    for item in running.record:
        path = ".".join(str(step) for step in item.change.path)
        found.setdefault(item.change.step.by, set()).add(path)
    return found


def container(body: Object, name: str) -> Any:
    """A container of a pod, or of a workload's template."""
    spec = body["spec"].get("template", body)["spec"]
    (found,) = [item for item in spec["containers"] if item["name"] == name]
    return found
