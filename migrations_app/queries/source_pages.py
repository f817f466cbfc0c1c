"""Sources as pages show them: redacted members, and the services they tell of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from migrations_app.domain.bundle import MemoryFiles, Object, SourceKind
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.manifests.diff import ObjectDiff, compare
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.yaml_reader import read_yaml
from migrations_app.models import Service, ServiceSource, Source, SourceMember
from migrations_app.queries import visibility
from migrations_app.queries.actors import Actor

_WITHOUT_BYTES = ("original",)


@dataclass(frozen=True, slots=True)
class MemberText:
    """One file with its lines, as they may be shown."""

    member: SourceMember
    lines: tuple[tuple[int, str], ...]
    marked: frozenset[int]


def find(actor: Actor, pk: UUID) -> QuerySet[Source]:
    return visibility.sources(actor).filter(pk=pk).select_related("application", "host", "author")


def members(source: Source) -> QuerySet[SourceMember]:
    return SourceMember.objects.filter(source=source).defer(*_WITHOUT_BYTES)


def services_of(source: Source) -> QuerySet[ServiceSource]:
    """The services that a source tells of, and in which file."""
    return (
        ServiceSource.objects.filter(source=source)
        .select_related("service__application")
        .order_by("service__key")
    )


def of_service(service: Service) -> QuerySet[ServiceSource]:
    """The sources of a service, the one in force first."""
    return (
        ServiceSource.objects.filter(service=service)
        .select_related("source__host")
        .defer("source__findings", "source__questions", "source__matches")
        .order_by("-number")
    )


def shown(rows: Iterable[SourceMember], marked: frozenset[int] = frozenset()) -> list[MemberText]:
    return [
        MemberText(row, tuple(enumerate(row.redacted.splitlines(), start=1)), marked)
        for row in rows
    ]


def against_source(
    row: ServiceSource, objects: Iterable[dict[str, Any]]
) -> list[ObjectDiff] | None:
    """What differs between a manifest and the Kubernetes objects it was made from.

    None where the source holds none: what is built from Podman's words has nothing to be laid
    beside, and the loss report says field by field what became of it.
    """
    rows = SourceMember.objects.filter(source=row.source, kind=SourceKind.KUBERNETES.value)
    files = {member.path: member.redacted.encode() for member in rows.defer(*_WITHOUT_BYTES)}
    try:
        bundle = read_bundle(MemoryFiles(files), WIDE, partial=True)
    except UnreadableSource:
        return None
    made = list(objects)
    wanted = {(body.get("kind"), _name(body)) for body in made}
    wanted.add((row.workload_kind, row.read_name))
    before = [
        item.body for item in bundle.objects if (item.body.get("kind"), _name(item.body)) in wanted
    ]
    return list(compare(before, made)) if before else None


def objects_in(text: str) -> list[Object]:
    """The objects of a manifest of our own."""
    documents, _findings = read_yaml(text, "manifest", WIDE)
    return [document.value for document in documents]


def _name(body: Object) -> Any:
    metadata = body.get("metadata")
    return metadata.get("name") if isinstance(metadata, dict) else None
