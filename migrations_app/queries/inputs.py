"""Everything that rendering an application takes: its sources in force, answers, fixes, presets.

An application is rendered whole, so that references between services are followed and every
object finds its owner. Of several sources that tell of one thing the newest counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings

from migrations_app.domain.answers import before_rendering
from migrations_app.domain.bundle import Bundle, MemoryFiles, SourceKind
from migrations_app.domain.edits import Edit
from migrations_app.domain.engine import Options
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.manifests.digests import inputs_digest
from migrations_app.domain.presets.layering import in_order
from migrations_app.domain.presets.schema import Preset as Layer
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.slices import Slice, Wanted
from migrations_app.models import (
    AcceptedFix,
    Answer,
    Application,
    Environment,
    ManifestEdit,
    SecretValue,
    Service,
    ServiceSource,
)
from migrations_app.queries.input_files import (
    current_specs,
    in_force,
    newest,
    outdated_workloads,
    source_by_path,
    stored_files,
)
from migrations_app.queries.layers import layer_id, layers, pins


@dataclass(frozen=True, slots=True)
class Told:
    """A source in force for a service: which file of the bundle tells of it, and how.

    ``beside`` are the files that may have a say in it: all of its source, of a capture (which
    has a folder for each service) all of its folder.
    """

    row: ServiceSource
    file: str
    beside: frozenset[str] = frozenset()

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.file, self.row.workload_kind, self.row.object_name)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an application is rendered from.

    ``digests`` holds the digest of each file of the bundle; ``told`` the source in force of each
    service that is not archived; ``edits`` what people wrote by hand, by service; ``unread`` says
    why files that were readable when they were stored are left out today.
    """

    application: Application
    bundle: Bundle
    digests: Mapping[str, str]
    told: Mapping[str, Told]
    answers: Mapping[str, str]
    answer_marks: Mapping[str, str]
    fixes: frozenset[str]
    layers: tuple[Layer, ...]
    edits: Mapping[str, tuple[Edit, ...]]
    unread: tuple[Problem, ...] = ()

    def options(
        self,
        service: Service | None = None,
        *,
        environment: Environment | None = None,
        parameters: Mapping[str, str] | None = None,
        images: Mapping[str, str] | None = None,
    ) -> Options:
        """The options for one service, or (None) for what all services have in common."""
        options = _options(self.layers, pins(service) if service else (), environment)
        return replace(
            options,
            parameters=parameters or {},
            images=images or {},
            answers=self.answers,
            accepted_fixes=self.fixes,
            edits=tuple(
                edit
                for edits in self.edits.values()
                for edit in edits
                if edit.environment in ("", options.environment)
            ),
        )


def gather(application: Application) -> Inputs:
    """Read everything anew. Sources were readable when they were stored; one that is no more (the
    reader has become stricter) is left out."""
    paths, files, digests = stored_files(application)
    given = _answers(application)
    answers = {key: answer.text for key, answer in given.items()}
    common = layers(application)
    bundle, unread = _read(files, before_rendering(in_order(common), answers))
    rows = in_force(application, paths, bundle.specs)
    outdated = outdated_workloads(application, rows, paths)
    order = {path: place for place, path in enumerate(files)}
    bundle = replace(
        bundle,
        objects=newest(bundle.objects, outdated, order, source_by_path(paths)),
        specs=current_specs(bundle.specs, outdated),
    )
    return Inputs(
        application=application,
        bundle=bundle,
        digests=digests,
        told={
            str(row.service_id): _told(row, paths)
            for row in rows
            if (str(row.source_id), row.member_path) in paths
        },
        answers=answers,
        answer_marks={key: answer.mark for key, answer in given.items()},
        fixes=frozenset(
            AcceptedFix.objects.filter(service__application=application).values_list(
                "fingerprint", flat=True
            )
        ),
        layers=common,
        edits=_edits(application),
        unread=unread,
    )


def _told(row: ServiceSource, paths: Mapping[tuple[str, str], str]) -> Told:
    source = str(row.source_id)
    file = paths[source, row.member_path]
    mine = frozenset(path for (other, _member), path in paths.items() if other == source)
    if row.source.kind == SourceKind.INSPECT.value:
        folder = file.rpartition("/")[0]
        mine = frozenset(path for path in mine if folder and path.startswith(f"{folder}/"))
    return Told(row, file, mine)


def layered_options(
    service: Service, environment: Environment, parameters: Mapping[str, str]
) -> Options:
    """Target, layers and parameters alone: enough to see whether a parameter is missing."""
    options = _options(layers(service.application), pins(service), environment)
    return replace(options, parameters=parameters)


def _options(
    common: tuple[Layer, ...], own: tuple[Layer, ...], environment: Environment | None
) -> Options:
    name = environment.name if environment else None
    return Options(
        environment=name,
        namespace=(environment.namespace or None) if environment else None,
        kubernetes_version=(environment.kubernetes_version or None) if environment else None,
        layers=tuple(item for item in in_order(common, own) if item.environment in ("", name)),
    )


def source_inputs(inputs: Inputs, service: Service, part: Slice, options: Options) -> str:
    """The digest of what a service's base manifest is made from."""
    return inputs_digest(_base_parts(inputs, service, part, options))


def revision_inputs(inputs: Inputs, service: Service, part: Slice, options: Options) -> str:
    """The digest of everything that a revision is made from."""
    return inputs_digest(
        {
            **_base_parts(inputs, service, part, options),
            "presets": [layer_id(layer) for layer in options.layers],
            "environment": options.environment or "",
            "namespace": options.namespace or "",
            "edits": _laid(inputs, service, "", options.environment or ""),
        }
    )


def _base_parts(
    inputs: Inputs, service: Service, part: Slice, options: Options
) -> dict[str, object]:
    asked = {question.id for question in part.questions}
    fixes = AcceptedFix.objects.filter(service=service).values_list("fingerprint", flat=True)
    return {
        "engine": settings.VERSION,
        "files": [[path, inputs.digests[path]] for path in contributing(inputs, service, part)],
        "answers": {key: mark for key, mark in inputs.answer_marks.items() if key in asked},
        "fixes": sorted(fixes),
        "edits": _laid(inputs, service, ""),
        "presets": [layer_id(layer) for layer in options.layers if not layer.environment],
        "images": dict(options.images),
        "parameters": dict(options.parameters),
        "version": options.kubernetes_version or "",
        "secrets": {key: str(number) for key, number in secret_versions(service).items()},
    }


def _laid(inputs: Inputs, service: Service, *environments: str) -> list[object]:
    """The edits of a service that hold in some environments, as they count for a digest."""
    return [
        [edit.environment, list(edit.generated), list(edit.edited)]
        for edit in inputs.edits.get(str(service.pk), ())
        if edit.environment in environments
    ]


def contributing(inputs: Inputs, service: Service, part: Slice) -> list[str]:
    """The files that a service's objects were made from.

    Podman-like files refer to each other: env files, includes, units, inspections of one capture.
    """
    files = {item.file for item in part.objects if item.file}
    told = inputs.told.get(str(service.pk))
    if told is not None:
        files.add(told.file)
        if told.row.source.kind != SourceKind.KUBERNETES.value:
            files |= told.beside
    return sorted(files & set(inputs.digests))


def secret_versions(service: Service) -> dict[str, int]:
    """The secrets of a service and the latest version of each."""
    rows = SecretValue.objects.filter(service=service)
    return {f"{row.object}{row.pointer}": row.latest for row in rows}


def _read(
    files: Mapping[str, bytes], answers: Mapping[str, str]
) -> tuple[Bundle, tuple[Problem, ...]]:
    """What can be read of the files, and why the rest cannot."""
    given = Given(answers=answers)
    try:
        bundle = read_bundle(MemoryFiles(files), WIDE, partial=True, given=given)
    except UnreadableSource as error:
        return Bundle(), error.problems
    return bundle, tuple(problem for member in bundle.members for problem in member.problems)


def _edits(application: Application) -> dict[str, tuple[Edit, ...]]:
    """The edits of all services, by service."""
    found: dict[str, tuple[Edit, ...]] = {}
    rows = ManifestEdit.objects.filter(service__application=application, service__archived=None)
    for row in rows.order_by("service", "environment"):
        edit = Edit(row.by_name, tuple(row.generated), tuple(row.edited), row.environment)
        key = str(row.service_id)
        found[key] = (*found.get(key, ()), edit)
    return found


def _answers(application: Application) -> dict[str, Answer]:
    """The application's answers, and over them those of its services."""
    rows = Answer.objects.filter(application=application).order_by("service", "question_id")
    given = {row.question_id: row for row in rows if row.service_id is None}
    return given | {row.question_id: row for row in rows if row.service_id is not None}
