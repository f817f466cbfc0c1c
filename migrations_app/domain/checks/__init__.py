"""Checks: they look and never touch. Every one with its rule, in one literal order."""

from __future__ import annotations

from migrations_app.domain.checks import (
    capture,
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
from migrations_app.domain.checks.base import Check, CheckContext, Rule
from migrations_app.domain.checks.phases import phase_of
from migrations_app.domain.findings import Finding
from migrations_app.domain.pipeline.phases import Phase

RULED: tuple[tuple[Rule, Check], ...] = (
    (capture.CAP_02, capture.hidden_secrets),
    (capture.CAP_04, capture.devices),
    (capture.CAP_05, capture.vanishing_init_containers),
    (capture.CAP_06, capture.leaning_on_the_host),
    (capture.CAP_07, capture.dropped_keys),
    (names.NAM_01, names.invalid_names),
    (names.NAM_02, names.colliding_names),
    (names.NAM_03, names.invalid_metadata),
    (schema.SCH_01, schema.schema_violations),
    (schema.SCH_02, schema.obsolete_versions),
    (references.SCH_03, references.dangling_references),
    (duplicates.SCH_04, duplicates.duplicate_names),
    (values.SCH_06, values.impossible_values),
    (schema.SCH_07, schema.unknown_kinds),
    (workloads.VOL_02, workloads.relative_host_paths),
    (images.IMG_01, images.unreachable_images),
    (images.IMG_02, images.floating_tags),
    (images.IMG_03, images.foreign_registries),
    (images.IMG_04, images.unpinned_digests),
    (security.SEC_03, security.root_that_may_not_be),
    (security.SEC_04, security.prefixed_capabilities),
    (resources.RES_01, resources.missing_resources),
    (resources.RES_02, resources.fractional_memory),
    (probes.PRB_01, probes.missing_probes),
    (probes.PRB_04, probes.probes_without_port),
    (configuration.CFG_01, configuration.secrets_in_clear),
    (configuration.CFG_03, configuration.missing_secrets),
    (workloads.WLD_01, workloads.bare_pods),
    (security.REH_01, security.not_rehearsable),
)

ALL: tuple[Check, ...] = tuple(check for _rule, check in RULED)

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

_UP_TO = {
    phase: tuple(check for rule, check in RULED if phase_of(rule.code).rank <= phase.rank)
    for phase in Phase
}


def run(context: CheckContext, checks: tuple[Check, ...] | None = None) -> list[Finding]:
    """All findings up to the context's phase, each once, worst first, then by place."""
    chosen = _UP_TO[context.phase] if checks is None else checks
    found = {finding.fingerprint: finding for check in chosen for finding in check(context)}
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


__all__ = ["ALL", "MENDED", "RULED", "CheckContext", "run"]
