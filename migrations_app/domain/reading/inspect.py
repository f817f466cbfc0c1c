"""``podman inspect`` of containers, pods, images, volumes and networks, read into services.

Podman 3 to 5 print the same things in different shapes; several documents of one bundle belong
together (the containers of a pod, the image a container runs, the volumes it mounts). Every field
that is set is accounted for: in the spec, or as a row of the loss report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from migrations_app.domain.bundle import Facts, ImageFacts, SourceKind
from migrations_app.domain.loss import LossRow
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.inspect_fields import account, account_taken, account_whole
from migrations_app.domain.reading.inspect_findings import about_bundle, about_group
from migrations_app.domain.reading.inspect_groups import Group, Shelf, groups
from migrations_app.domain.reading.inspect_mounts import is_anonymous
from migrations_app.domain.reading.inspect_services import read_service
from migrations_app.domain.reading.inspect_volumes import data_questions, read_volume
from migrations_app.domain.reading.inspections import (
    Inspection,
    InspectionKind,
    inspections,
)
from migrations_app.domain.reading.reading import Desk, Reading, TextMember
from migrations_app.domain.spec import ServiceSpec

_INFRA = msg("The container that holds a pod together; a cluster makes its own.")
_ANONYMOUS = msg("A volume without a name of its own; it is asked about where it is mounted.")
_EMPTY = msg("No container of this pod is among the files, so nothing could be made of it.")


def read_inspect_members(members: Sequence[TextMember], _desk: Desk) -> Reading:
    """Read the inspections of a bundle; members of other kinds are what captures keep beside."""
    inspected: list[Document] = []
    notes: list[Document] = []
    for member in members:
        (inspected if member.kind is SourceKind.INSPECT else notes).extend(member.documents)
    return read_inspections(inspected, notes)


def read_inspections(documents: Sequence[Document], notes: Sequence[Document] = ()) -> Reading:
    """Read all inspections of a bundle together.

    ``notes`` are what captures keep beside them: ``generate-kube.yaml`` and ``mounts.json``.
    """
    shelf = Shelf(tuple(inspections(documents)), notes)
    read = [(group, read_service(group, shelf)) for group in groups(shelf)]
    specs = [spec for _group, spec in read if spec.containers]
    specs += _unused_volumes(shelf, specs)
    findings = [finding for group, spec in read for finding in about_group(group, spec, shelf)]
    findings += about_bundle(shelf, [spec for _group, spec in read])
    return Reading(
        specs=tuple(specs),
        findings=tuple(findings),
        loss=tuple(row for item in shelf.items for row in _rows(item, read)),
        questions=tuple(question for spec in specs for question in data_questions(spec)),
        facts=_facts(shelf, specs),
    )


def _rows(item: Inspection, read: Sequence[tuple[Group, ServiceSpec]]) -> Iterator[LossRow]:
    if item.kind is InspectionKind.VOLUME and is_anonymous(item.name):
        item.drop(("Name",), _ANONYMOUS)
    yield from item.rows
    if any(group.infra is item for group, _spec in read):
        yield account_whole(item, _INFRA)
        return
    if any(group.pod is item and not spec.containers for group, spec in read):
        yield from account_taken(item, _EMPTY)
    yield from account(item)


def _unused_volumes(shelf: Shelf, specs: Sequence[ServiceSpec]) -> list[ServiceSpec]:
    used = {volume.name for spec in specs for volume in spec.volumes}
    found: dict[str, ServiceSpec] = {}
    for item in shelf.of(InspectionKind.VOLUME):
        if item.name not in used and not item.flag("Anonymous"):
            volume = read_volume(item)
            found.setdefault(
                item.name,
                ServiceSpec(
                    item.name,
                    (),
                    volumes=(volume,),
                    file=item.file,
                    places=volume.places,
                ),
            )
    return list(found.values())


def _facts(shelf: Shelf, specs: Sequence[ServiceSpec]) -> Facts:
    facts = Facts({}, {}, {})
    digests: dict[str, str] = {}
    ids: dict[str, str] = {}
    ports: dict[str, tuple[str, ...]] = {}
    images: dict[str, ImageFacts] = {}
    for spec in specs:
        for container in spec.containers:
            if container.image and container.image_digest:
                digests[container.image] = container.image_digest
            if container.image and container.image_id:
                ids[container.image] = container.image_id
    for image in shelf.of(InspectionKind.IMAGE):
        for tag in image.texts("RepoTags"):
            ids.setdefault(tag, image.id)
            ports[tag] = tuple(image.mapping("Config", "ExposedPorts"))
            images[tag] = _image(image)
            if digest := _digest(image, tag):
                digests.setdefault(tag, digest)
    return replace(facts, image_digests=digests, image_ids=ids, image_ports=ports, images=images)


def _digest(image: Inspection, tag: str) -> str:
    """The digest of an image under one of its names, where a registry knows it by one alone."""
    name = tag.rpartition(":")[0]
    if name.startswith("localhost/"):
        return ""
    pairs = (text.partition("@") for text in image.texts("RepoDigests"))
    known = {digest for repository, _at, digest in pairs if repository == name and digest}
    own = image.text("Digest")
    return own if own in known else known.pop() if len(known) == 1 else ""


def _image(image: Inspection) -> ImageFacts:
    system, architecture = image.text("Os"), image.text("Architecture")
    return ImageFacts(
        platform=f"{system}/{architecture}" if system and architecture else "",
        user=image.text("Config", "User") or image.text("User"),
        is_oci="oci" in image.text("ManifestType"),
        has_healthcheck=bool(
            image.mapping("Healthcheck") or image.mapping("Config", "Healthcheck")
        ),
    )
