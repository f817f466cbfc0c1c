"""Checks: they look and never touch. All of them, in one literal order."""

from __future__ import annotations

from migrations_app.domain.checks import (
    configuration,
    duplicates,
    images,
    names,
    probes,
    references,
    resources,
    schema,
    security,
    values,
    workloads,
)
from migrations_app.domain.checks.base import Check, CheckContext
from migrations_app.domain.findings import Finding

ALL: tuple[Check, ...] = (
    names.invalid_names,
    names.colliding_names,
    names.invalid_metadata,
    schema.schema_violations,
    values.impossible_values,
    schema.obsolete_versions,
    references.dangling_references,
    duplicates.duplicate_names,
    schema.unknown_kinds,
    workloads.relative_host_paths,
    images.unreachable_images,
    images.floating_tags,
    images.foreign_registries,
    images.unpinned_digests,
    security.root_that_may_not_be,
    security.prefixed_capabilities,
    resources.missing_resources,
    resources.fractional_memory,
    probes.missing_probes,
    probes.probes_without_port,
    configuration.secrets_in_clear,
    configuration.missing_secrets,
    workloads.bare_pods,
    security.not_rehearsable,
)

MENDED: tuple[Check, ...] = (
    names.invalid_names,
    names.colliding_names,
    names.invalid_metadata,
    schema.schema_violations,
    values.impossible_values,
    schema.obsolete_versions,
    references.dangling_references,
    duplicates.duplicate_names,
    workloads.relative_host_paths,
    security.prefixed_capabilities,
    resources.fractional_memory,
)
"""The checks whose problem rendering mends: they also look at what was read."""


def run(context: CheckContext, checks: tuple[Check, ...] = ALL) -> list[Finding]:
    """All findings, each once, worst first, then by place."""
    found = {finding.fingerprint: finding for check in checks for finding in check(context)}
    return sorted(found.values(), key=_order)


def _order(finding: Finding) -> tuple[int, str, str, int, str, str]:
    place = finding.place
    return (
        finding.severity.rank,
        finding.code,
        place.file,
        place.line,
        place.object,
        place.path,
    )


__all__ = ["ALL", "MENDED", "CheckContext", "run"]
