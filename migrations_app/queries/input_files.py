"""The stored files of an application as one bundle, and which of them tell of what.

Of several sources that tell of one thing the newest counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from uuid import UUID

from migrations_app.domain.bundle import SourceKind, SourceObject
from migrations_app.domain.manifests.ownership import is_service
from migrations_app.domain.manifests.resources import name_of, namespace_of
from migrations_app.domain.reading.file_names import older_folder
from migrations_app.domain.spec import ServiceSpec
from migrations_app.models import Application, ServiceSource, SourceMember

Thing = tuple[str, str, str]
"""Kind, namespace and name of an object as it was read."""


def stored_files(
    application: Application,
) -> tuple[dict[tuple[str, str], str], dict[str, bytes], dict[str, str]]:
    """(source, path) → path in the bundle; the bytes; the digests. Newest sources first.

    A source that shares a path with a newer one is put into a folder of its own, whole: what its
    files say of each other, as the inspections of one capture do, they say within their folder.
    A source of which nothing is in force any more is left out.
    """
    paths: dict[tuple[str, str], str] = {}
    files: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    members = (
        SourceMember.objects.filter(source__application=application, errors=[])
        .exclude(source__in=_superseded(application))
        .select_related("source")
        .defer("source__findings", "source__questions", "source__matches")
        .order_by("-source__created", "-source", "position")
    )
    for source, group in groupby(members, lambda member: member.source_id):
        mine = list(group)
        folder = older_folder(str(source)) if any(member.path in files for member in mine) else ""
        for member in mine:
            path = folder + member.path
            paths[str(member.source_id), member.path] = path
            files[path] = member.original or member.redacted.encode()
            digests[path] = member.digest
    return paths, files, digests


def _superseded(application: Application) -> set[UUID]:
    """Sources whose every service a newer source of the same kind tells of.

    Whole files are read together, so what stands in them must not be read twice. Kubernetes
    objects and inspections are told apart one by one instead, and may say something of others.
    """
    rows = list(
        ServiceSource.objects.filter(service__application=application)
        .exclude(source__kind__in=(SourceKind.KUBERNETES.value, SourceKind.INSPECT.value))
        .values_list("source_id", "source__kind", "service_id", "number", "service__archived")
    )
    newest: dict[tuple[UUID, str], int] = {}
    for _source, kind, service, number, _archived in rows:
        newest[service, kind] = max(number, newest.get((service, kind), 0))
    needed = {
        source
        for source, kind, service, number, archived in rows
        if archived is None and number == newest[service, kind]
    }
    return {source for source, *_rest in rows} - needed


def source_by_path(paths: Mapping[tuple[str, str], str]) -> dict[str, str]:
    return {path: source for (source, _member), path in paths.items()}


def in_force(
    application: Application, paths: Mapping[tuple[str, str], str], specs: Iterable[ServiceSpec]
) -> list[ServiceSource]:
    """The newest source of each service. A capture of what a file declares is compared with the
    file, and does not take its place."""
    rows = (
        ServiceSource.objects.filter(service__application=application, service__archived=None)
        .select_related("service", "source")
        .defer("source__findings", "source__questions", "source__matches")
        .order_by("service", "number")
    )
    newest = {row.service_id: row for row in rows}
    compared = {(spec.file, spec.name): spec.live for spec in specs if spec.live}
    for row in rows if compared else ():
        path = paths.get((str(row.source_id), row.member_path), "")
        live = compared.get((path, row.read_name))
        current = newest[row.service_id]
        if live and live == paths.get((str(current.source_id), current.member_path)):
            newest[row.service_id] = row
    return list(newest.values())


def outdated_workloads(
    application: Application,
    in_force: Iterable[ServiceSource],
    paths: Mapping[tuple[str, str], str],
) -> set[tuple[str, Thing]]:
    """Workloads in files that a newer source has replaced, or whose service is archived."""
    current = {row.pk for row in in_force}
    rows = ServiceSource.objects.filter(service__application=application).exclude(pk__in=current)
    return {
        (
            paths[str(row.source_id), row.member_path],
            (row.workload_kind, row.namespace, row.read_name),
        )
        for row in rows
        if (str(row.source_id), row.member_path) in paths
    }


def newest(
    objects: Iterable[SourceObject],
    outdated: set[tuple[str, Thing]],
    order: Mapping[str, int],
    sources: Mapping[str, str],
) -> tuple[SourceObject, ...]:
    """Without what newer sources replaced. Twins within one source stay: a check reports them."""
    kept: list[SourceObject] = []
    owner: dict[Thing, str] = {}
    for item in sorted(objects, key=lambda item: order[item.file]):
        thing = _thing(item)
        if is_service(item.body):
            if (item.file, thing) not in outdated:
                kept.append(item)
        elif owner.setdefault(thing, sources[item.file]) == sources[item.file]:
            kept.append(item)
    return tuple(kept)


def _thing(item: SourceObject) -> Thing:
    return str(item.body.get("kind")), namespace_of(item.body), name_of(item.body)


def current_specs(
    specs: Iterable[ServiceSpec], outdated: set[tuple[str, Thing]]
) -> tuple[ServiceSpec, ...]:
    """Without what newer sources replaced, by the name that its file has for it: beside a newer
    one of the same name it may be called otherwise."""
    gone = {(file, thing[2]) for file, thing in outdated}
    return tuple(
        spec
        for spec in specs
        if not {(spec.file, spec.name), (spec.file, spec.identity.rpartition("/")[2])} & gone
    )
