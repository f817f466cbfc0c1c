"""``observability``: how metrics are found, and what ports are called."""

from __future__ import annotations

from migrations_app.domain.presets.sections.section import Section
from migrations_app.domain.presets.shape import PORT, Shape, by_name, flag, keys, text

WAYS = ("annotations", "serviceMonitor", "podMonitor", "none")

_KEYS: dict[str, Shape] = {
    "metrics": text("How Prometheus finds pods; annotations are usual.", *WAYS),
    "port": PORT,
    "path": text("Where metrics are; /metrics is usual."),
    "scheme": text("", "http", "https"),
    "interval": Shape(
        ("string",),
        "How often a monitor asks, such as 30s.",
        pattern=r"^([0-9]+(ms|[smhd]))+$|\$\{",
    ),
    "labels": by_name(text(), "Labels of monitors, by which Prometheus finds them."),
}

SECTION = Section(
    "observability",
    keys(
        "How metrics are found, and what ports are called.",
        **_KEYS,
        portNames=flag("Whether ports without a name get one."),
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
)
