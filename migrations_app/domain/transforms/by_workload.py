"""What a section says of one workload: its own word over what is said of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.manifests.resources import mapping

NONE = "none"


def said_of(section: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The settings for a workload; None where it is left out by name.

    Maps merge, and a null in its own word takes back what is said of all.
    """
    own = mapping(section.get("workloads")).get(name)
    if own == NONE:
        return None
    merged = {key: value for key, value in section.items() if key != "workloads"}
    for key, value in mapping(own).items():
        below = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[key] = {**mapping(below), **value} if both else value
    return without_nulls(merged) if own else merged


def without_nulls(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same without what was taken back."""
    return {
        key: without_nulls(value) if isinstance(value, Mapping) else value
        for key, value in said.items()
        if value is not None
    }


def is_named(section: Mapping[str, Any], name: str) -> bool:
    """Whether the section speaks of this very workload."""
    return isinstance(mapping(section.get("workloads")).get(name), Mapping)


def overlaid(lower: Any, upper: Any) -> Any:
    """``upper`` laid over ``lower``, maps merged; the very same value where nothing changes."""
    if not (isinstance(lower, dict) and isinstance(upper, dict)):
        return lower if type(lower) is type(upper) and lower == upper else upper
    result = lower
    for key, value in upper.items():
        new = overlaid(lower[key], value) if key in lower else value
        if key not in lower or new is not lower[key]:
            result = {**result, key: new}
    return result
