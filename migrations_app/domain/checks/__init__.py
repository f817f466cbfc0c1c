"""Checks: they look and never touch. Every one with its rule, in one literal order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from migrations_app.domain.checks import (
    canaries,
    capture,
    configuration,
    duplicates,
    edge,
    hardening,
    image_origins,
    images,
    names,
    peer_names,
    privileges,
    probe_quality,
    probes,
    production,
    references,
    resources,
    schema,
    security,
    staging,
    values,
    variables,
    volumes,
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
    (workloads.SCH_05, workloads.illegal_restart_policies),
    (values.SCH_06, values.impossible_values),
    (schema.SCH_07, schema.unknown_kinds),
    (volumes.VOL_01, volumes.host_paths),
    (workloads.VOL_02, workloads.relative_host_paths),
    (volumes.VOL_03, volumes.unsettled_claims),
    (volumes.VOL_04, volumes.shared_claims),
    (volumes.VOL_05, volumes.anonymous_volumes),
    (volumes.VOL_06, volumes.data_left_behind),
    (volumes.VOL_07, volumes.dangerous_host_paths),
    (images.IMG_01, images.unreachable_images),
    (images.IMG_02, images.floating_tags),
    (images.IMG_03, images.foreign_registries),
    (images.IMG_04, images.unpinned_digests),
    (image_origins.IMG_05, image_origins.foreign_architectures),
    (image_origins.IMG_06, image_origins.lost_health_checks),
    (image_origins.IMG_07, image_origins.unpullable_images),
    (privileges.SEC_01, privileges.privileged),
    (privileges.SEC_02, privileges.root),
    (security.SEC_03, security.root_that_may_not_be),
    (security.SEC_04, security.prefixed_capabilities),
    (hardening.SEC_05, hardening.unrestricted),
    (privileges.SEC_06, privileges.missing_capabilities),
    (hardening.SEC_07, hardening.nowhere_to_write),
    (privileges.SEC_08, privileges.host_powers),
    (hardening.SEC_09, hardening.volumes_of_others),
    (resources.RES_01, resources.missing_resources),
    (resources.RES_02, resources.fractional_memory),
    (probes.PRB_01, probes.missing_probes),
    (probe_quality.PRB_02, probe_quality.hasty_liveness),
    (probe_quality.PRB_03, probe_quality.tools_of_the_image),
    (probes.PRB_04, probes.probes_without_port),
    (configuration.CFG_01, configuration.secrets_in_clear),
    (variables.CFG_02, variables.plain_variables),
    (configuration.CFG_03, configuration.missing_secrets),
    (variables.CFG_04, variables.host_addresses),
    (variables.CFG_05, variables.awkward_keys),
    (workloads.WLD_01, workloads.bare_pods),
    (security.REH_01, security.not_rehearsable),
    (staging.STG_02, staging.unserved_ports),
    (staging.STG_03, staging.published_ports),
    (staging.STG_06, staging.unwatched),
    (staging.STG_07, staging.unguarded),
    (staging.STG_09, staging.borrowed_accounts),
    (production.PRD_02, production.alone),
    (canaries.PRD_03, canaries.unreachable_steps),
    (production.PRD_04, production.unsound_scaling),
    (production.PRD_05, production.unpaced),
    (canaries.PRD_07, canaries.unmeasured),
    (production.PRD_08, production.abrupt_ends),
    (edge.EDG_01, edge.unfit_for_the_edge),
)

ALL: tuple[Check, ...] = tuple(check for _rule, check in RULED)

MENDED_ALONE: tuple[Check, ...] = (
    names.invalid_names,
    names.invalid_metadata,
    schema.schema_violations,
    values.impossible_values,
    schema.obsolete_versions,
    duplicates.duplicate_names,
    workloads.relative_host_paths,
    workloads.illegal_restart_policies,
    security.prefixed_capabilities,
    resources.fractional_memory,
)
"""Checks whose problem rendering mends, each in one object by itself."""

MENDED_TOGETHER: tuple[Check, ...] = (
    names.colliding_names,
    peer_names.called_by_old_names,
    references.dangling_references,
)
"""The same, but they have to see all objects."""

MENDED: tuple[Check, ...] = (*MENDED_ALONE, *MENDED_TOGETHER)

_UP_TO = {
    phase: tuple(check for rule, check in RULED if phase_of(rule.code).rank <= phase.rank)
    for phase in Phase
}


def run(context: CheckContext, checks: tuple[Check, ...] | None = None) -> list[Finding]:
    """All findings up to the context's phase, each once, worst first, then by place."""
    chosen = _UP_TO[context.phase] if checks is None else checks
    found = {finding.fingerprint: finding for check in chosen for finding in check(context)}
    return sorted(found.values(), key=_order)


def run_on_source(context: CheckContext, touched: Collection[int]) -> list[Finding]:
    """What was wrong in the objects as they were read, if a mend has touched any of them.

    ``touched`` are the positions of the objects that it has: of what nobody mended, the findings
    of the result tell.
    """
    if not touched:
        return []
    alone = replace(
        context, objects=tuple(context.objects[position] for position in sorted(touched))
    )
    found = [*run(alone, MENDED_ALONE), *run(context, MENDED_TOGETHER)]
    return sorted(found, key=_order)


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


__all__ = ["ALL", "MENDED", "RULED", "CheckContext", "run", "run_on_source"]
