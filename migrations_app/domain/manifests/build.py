"""Kubernetes objects from services that were read in Podman's terms.

Nothing is invented: every field stands for something a source says, or is what a workload on a
cluster cannot be without. Names are the source's own; the mends make them acceptable, everywhere
alike. The same services and answers make the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.bundle import Facts, SourceObject
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.build_claims import Claims
from migrations_app.domain.manifests.build_disguised import undisguised
from migrations_app.domain.manifests.build_draft import Ledger, finish
from migrations_app.domain.manifests.build_kinds import (
    WorkloadKind,
    restart_policy,
    workload_kind,
)
from migrations_app.domain.manifests.build_leftovers import settle_leftovers
from migrations_app.domain.manifests.build_pod import PodParts, pod_spec
from migrations_app.domain.manifests.build_ports import (
    headless,
    labels,
    name_ports,
    services,
)
from migrations_app.domain.manifests.build_secrets import Vault
from migrations_app.domain.manifests.build_volumes import PodVolumes
from migrations_app.domain.manifests.build_workloads import workload
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import HealthCheck, ServiceSpec

KIND_ORDER = (
    "Secret",
    "ConfigMap",
    "PersistentVolumeClaim",
    "Service",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
)
"""What is needed comes before what needs it."""


@dataclass(frozen=True, slots=True)
class Built:
    """The objects of all services, and what was learnt on the way."""

    objects: tuple[SourceObject, ...] = ()
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    loss: tuple[LossRow, ...] = ()
    facts: Facts = field(default_factory=Facts)


@dataclass(slots=True)
class _Site:
    """The bundle under construction."""

    ledger: Ledger
    vault: Vault
    claims: Claims
    service_names: set[str]
    awaited: frozenset[str] = frozenset()
    drafts: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    healthchecks: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    networks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    published: dict[str, tuple[str, ...]] = field(default_factory=dict)


def build(specs: Sequence[ServiceSpec], answers: Mapping[str, str], facts: Facts) -> Built:
    """Make the objects of all services of a bundle; ``answers`` are by question id.

    Raises:
        InvalidInput: an answer is none of its question's choices, or cannot be what it is to be.
    """
    ledger = Ledger(answers)
    specs = undisguised(specs, ledger)
    names = {spec.name for spec in specs if spec.containers}
    awaited = frozenset(item.service for spec in specs for item in spec.depends_on)
    site = _Site(ledger, Vault(), Claims.of(specs, ledger), names, awaited)
    for spec in specs:
        if spec.containers:
            _add_service(site, spec)
        for volume in () if spec.containers else spec.volumes:
            site.claims.add_volume(spec, volume)
    file = specs[0].file if specs else ""
    beside = [*site.vault.drafts(), *site.claims.config_maps, *site.claims.made.values()]
    drafts = [*((draft, file) for draft in beside), *site.drafts]
    drafts.sort(key=lambda item: KIND_ORDER.index(item[0]["kind"]))
    objects = tuple(finish(draft, origin, ledger) for draft, origin in drafts)
    settle_leftovers(specs, ledger)
    return Built(
        objects=objects,
        questions=tuple(ledger.questions.values()),
        findings=tuple(ledger.findings),
        loss=tuple(ledger.rows.values()),
        facts=replace(
            facts,
            healthchecks={**facts.healthchecks, **site.healthchecks},
            aliases={**facts.aliases, **site.aliases},
            identities={**facts.identities, **site.identities},
            networks={**facts.networks, **site.networks},
            published={**facts.published, **site.published},
        ),
    )


def _add_service(site: _Site, spec: ServiceSpec) -> None:
    ledger = site.ledger
    kind = workload_kind(spec, ledger)
    if kind is WorkloadKind.STATEFUL_SET:
        site.claims.stateful.add(spec.name)
    ports = name_ports(spec, ledger)
    volumes = PodVolumes(spec, ledger, site.vault, site.claims)
    parts = PodParts(spec, ledger, site.vault, volumes, ports, probed=not kind.ends)
    pod = pod_spec(parts, restart_policy(spec, kind))
    templates = list(site.claims.templates.get(spec.name, {}).values())
    made = [workload(spec, kind, pod, templates, ledger)]
    made += services(spec, ports, ledger, site.service_names, site.awaited)
    if kind is WorkloadKind.STATEFUL_SET:
        made.append(headless(spec, ports))
    for draft in volumes.config_maps:
        draft["metadata"]["labels"] = labels(spec.name)
        made.append(draft)
    site.drafts += [(draft, spec.file) for draft in made]
    _remember(site, spec, f"{kind.value}/{spec.name}")


def _remember(site: _Site, spec: ServiceSpec, label: str) -> None:
    """What checks, presets and rehearsals want to know of a workload beyond its objects."""
    for container in spec.containers:
        if container.health is not None:
            site.healthchecks[label, container.name] = _plain_check(container.health)
    names = tuple(dict.fromkeys((spec.name, *spec.aliases)))
    site.aliases[label] = names
    if spec.identity:
        site.identities[label] = spec.identity
    if spec.networks:
        site.networks[label] = spec.networks
    opened = [
        f"{port.container_port}/{port.protocol}"
        for container in spec.containers
        for port in container.ports
        if port.host_port is not None and not port.host_ip.startswith(("127.", "::1"))
    ]
    if opened:
        site.published[label] = tuple(dict.fromkeys(opened))


def _plain_check(check: HealthCheck) -> Mapping[str, Any]:
    values = {
        "test": list(check.test),
        "interval": check.interval,
        "timeout": check.timeout,
        "retries": check.retries,
        "startPeriod": check.start_period,
    }
    return {key: value for key, value in values.items() if value is not None}
