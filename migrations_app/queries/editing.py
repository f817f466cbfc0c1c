"""What editing a manifest by hand starts from, and what an edit contradicts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from migrations_app.domain.bundle import Objects
from migrations_app.domain.edits import Edit, lay
from migrations_app.domain.engine import Options
from migrations_app.domain.manifests.three_way import Conflict
from migrations_app.domain.schemas import Schemas
from migrations_app.models import Environment, ManifestEdit, Service
from migrations_app.queries.inputs import Inputs
from migrations_app.queries.rendering import rendered, with_stand_ins


@dataclass(frozen=True, slots=True)
class Desk:
    """A manifest on the desk: as it is generated, and with the edit that is in force.

    ``merged`` keeps the edit wherever it is contradicted.
    """

    generated: Objects
    merged: Objects
    conflicts: tuple[Conflict, ...]
    row: ManifestEdit | None


def options_for(inputs: Inputs, service: Service, environment: Environment) -> Options:
    """The options of an environment, with parameters and images of its latest revision."""
    revisions = service.revisions.filter(environment=environment.name).order_by("-number")
    latest = revisions.first()
    return inputs.options(
        service,
        environment=environment,
        parameters=latest.parameters if latest else {},
        images=latest.images if latest else {},
    )


def desk(
    *, inputs: Inputs, service: Service, environment: str, options: Options, schemas: Schemas
) -> Desk | None:
    """Render a service without the edit of one environment (empty: all). None: nobody tells of it.

    ``options`` are those of the environment, with every edit that holds there.
    """
    row = ManifestEdit.objects.filter(service=service, environment=environment).first()
    mine = [e for e in inputs.edits.get(str(service.pk), ()) if e.environment == environment]
    others = tuple(edit for edit in options.edits if edit not in mine)
    bare, _missing = with_stand_ins(replace(options, edits=others))
    part = rendered(inputs, bare, schemas).part(inputs, service)
    if part is None:
        return None
    generated = tuple(item.body for item in part.objects)
    if row is None:
        return Desk(generated, generated, (), None)
    laid = lay(_edit(row), generated)
    return Desk(generated, tuple(b for b in laid.objects if b is not None), laid.conflicts, row)


def _edit(row: ManifestEdit) -> Edit:
    return Edit(row.by_name, tuple(row.generated), tuple(row.edited), row.environment)
