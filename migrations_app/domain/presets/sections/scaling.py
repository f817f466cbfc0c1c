"""``scaling``: how many pods there are, by their load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import Shape, by_name, keys, listed, number, text

_RULES = keys(
    "As in a HorizontalPodAutoscaler.",
    stabilizationWindowSeconds=number("How long the load must be so before pods follow.", 0, 3600),
    selectPolicy=text("", "Max", "Min", "Disabled"),
    policies=replace(
        listed(
            keys(
                "",
                ("type", "value", "periodSeconds"),
                type=text("", "Pods", "Percent"),
                value=number(minimum=1),
                periodSeconds=number(minimum=1, maximum=1800),
            )
        ),
        least=1,
    ),
)
_KEYS: dict[str, Shape] = {
    "min": number("The fewest pods; 1 is usual.", 1),
    "max": number("The most pods; without it nothing is scaled.", 1),
    "cpu": number("The share of the requested CPU, in percent, that pods are to use.", 1),
    "memory": number("The share of the requested memory, in percent, that pods are to use.", 1),
    "behavior": keys("How fast pods come and go.", scaleUp=_RULES, scaleDown=_RULES),
}


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    """The fewest are no more than the most."""
    parts: list[tuple[Path, Mapping[str, Any]]] = [((), section)]
    for name, own in mapping(section.get("workloads")).items():
        parts.append((("workloads", name), {**section, **mapping(own)}))
    for path, part in parts:
        least, most = part.get("min"), part.get("max")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield Complaint(
                (*path, "min"),
                msg("min is %(min)s and max is %(max)s: the other way round.", min=least, max=most),
            )


SECTION = Section(
    "scaling",
    keys(
        "How many pods there are, by their load.",
        **_KEYS,
        workloads=by_name(
            Shape(
                ("object", "string"),
                "As above, for one workload; none leaves it out.",
                keys=_KEYS,
                choices=("none",),
            ),
            "By the name of the workload; wins over the others.",
        ),
    ),
    _check,
)
