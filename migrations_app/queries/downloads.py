"""A revision as a file to take away, in each of the formats."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from migrations_app.domain import records
from migrations_app.domain.outputs.archive import archive, write_everything
from migrations_app.domain.outputs.base import Manifests, Written
from migrations_app.domain.outputs.formats import ONE_FILE, WRITERS
from migrations_app.domain.reports import finding_json, loss_json
from migrations_app.models import Revision
from migrations_app.queries.wording import translated

ZIP = "zip"
FORMATS = (*WRITERS, ZIP)
YAML_TYPE, ZIP_TYPE = "application/yaml; charset=utf-8", "application/zip"


@dataclass(frozen=True, slots=True)
class Download:
    """One file. What is a folder comes as a zip, with the report in it."""

    content: bytes
    media_type: str
    name: str


def download(revision: Revision, written_as: str) -> Download:
    """A revision in one of :data:`FORMATS`; markers stand where secret values belong.

    Raises:
        InvalidInput: the format cannot hold these objects.
    """
    name = f"{revision.service.key}-r{revision.number}-{revision.environment}"
    if written_as == "yaml":
        return Download(revision.text.encode(), YAML_TYPE, f"{name}.yaml")
    manifests = Manifests(
        revision.service.key,
        tuple(revision.base_objects),
        {revision.environment: tuple(revision.objects_json)},
    )
    if written_as in ONE_FILE:
        text = WRITERS[written_as](manifests).files[ONE_FILE[written_as]]
        return Download(text.encode(), YAML_TYPE, f"{name}-{written_as}.yaml")
    everything = written_as == ZIP
    written = write_everything(manifests) if everything else WRITERS[written_as](manifests)
    files = {**written.files, "report.json": _report(revision, written)}
    ending = "" if everything else f"-{written_as}"
    return Download(archive(files), ZIP_TYPE, f"{name}{ending}.zip")


def _report(revision: Revision, written: Written) -> str:
    """What rendering and writing had to say, as ``render -o`` puts it beside the files."""
    told = {
        "questions": [_said(row, "text", "why") for row in revision.questions],
        "findings": [
            finding_json(records.finding_from(row), translated) for row in revision.findings
        ],
        "loss": [
            *(_said(row, "reason") for row in revision.loss),
            *(loss_json(row, translated) for row in written.loss),
        ],
        "renames": revision.renames,
        "digest": revision.digest,
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _said(record: dict[str, Any], *sentences: str) -> dict[str, Any]:
    """A stored row with its sentences, without the place that only pages need."""
    said = {key: value for key, value in record.items() if key != "place"}
    said |= {key: translated(record[key]) for key in sentences}
    if "choices" in said:
        said["choices"] = list(_choices(said["choices"]))
    return said


def _choices(choices: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    return ({"value": one["value"], "label": translated(one["label"])} for one in choices)
