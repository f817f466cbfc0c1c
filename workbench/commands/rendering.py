"""``render``: manifests in one of several formats, on standard output or in a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle, SourceFiles
from migrations_app.domain.engine import (
    Made,
    Options,
    SecretsMode,
    answers_of,
    render,
    without_environment,
)
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.digests import digest
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import listed, msg
from migrations_app.domain.names import is_label
from migrations_app.domain.outputs.base import Manifests, Written, name_for
from migrations_app.domain.outputs.formats import ONE_FILE, OVERLAID, WRITERS
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Given
from migrations_app.domain.reading.yaml_reader import read_yaml
from migrations_app.domain.records import secret_texts
from migrations_app.domain.reports import finding_json, loss_json, question_json
from migrations_app.domain.unused import out_of_scope, unused
from workbench.commands.arguments import add_inputs, engine_options, source_files, written_format
from workbench.commands.folder import OutputFolder, conflict_json, conflict_told
from workbench.language import say
from workbench.usage import EX_USAGE, Parser

GOOD, NEGATIVE = 0, 1
DEFAULT = "default"
"""The overlay of a rendering without an environment."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was made for each environment, the first one first, and how it is written."""

    made: tuple[Made, ...]
    written: Written

    @property
    def first(self) -> Made:
        return self.made[0]


def run_render(arguments: Sequence[str]) -> int:
    """Render; 1 if an edit in the folder contradicts what is generated now."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.output is None and options.format not in ONE_FILE:
        parser.error(
            say(msg("the format %(format)s is a folder: name one with -o", format=options.format))
        )
    environments = tuple(dict.fromkeys(options.environments))
    if options.name is not None and not is_label(options.name):
        parser.error(say(msg("--name takes lower-case letters, digits and hyphens")))
    if len(environments) > 1 and options.format not in OVERLAID:
        parser.error(
            say(
                msg(
                    "several environments at once are for %(formats)s",
                    formats=listed(OVERLAID),
                )
            )
        )
    options.environment = environments[0] if environments else None
    rendered = _rendered(options, environments)
    if options.output is None:
        sys.stdout.write(rendered.written.files[ONE_FILE[options.format]])
        _summary(rendered)
        _tell_where_more_is(rendered)
        return GOOD
    return _write(Path(options.output), options.format, rendered)


def _parser() -> Parser:
    parser = Parser(prog="bin/workbench render", description="Make manifests from files.")
    add_inputs(parser, several=True)
    parser.add_argument(
        "--format",
        type=written_format,
        default="yaml",
        metavar="|".join(WRITERS),
        help="what is written: yaml without it",
    )
    parser.add_argument(
        "--secrets",
        choices=[mode.value for mode in SecretsMode],
        default="keep",
        help="whether values of Secrets are written, or markers in their places; keep without it",
    )
    parser.add_argument(
        "--name",
        help="what a chart or a compose project is called: as the compose project that was read, "
        "or the first workload, without it",
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", help="write files and report.json; edits there are kept"
    )
    return parser


def _rendered(options: Any, environments: tuple[str, ...]) -> Rendered:
    schemas = BundledSchemas()
    wanted = engine_options(options, schemas.versions())
    files = source_files(options)
    overlaid = options.format in OVERLAID
    if overlaid:
        _require_labels(environments)
    every = [_for(wanted, name, environments) for name in environments] or [wanted]
    bundles = [_read(files, one) for one in every]
    made = tuple(render(bundle, one, schemas) for bundle, one in zip(bundles, every, strict=True))
    for note in (*out_of_scope(every[0]), *unused(made[0], wanted)):
        print(say(note), file=sys.stderr)
    bodies = [tuple(item.body for item in one.objects) for one in made]
    bottom = bodies[0]
    if overlaid:
        bare = without_environment(wanted)
        bottom = tuple(item.body for item in render(_read(files, bare), bare, schemas).objects)
    named = dict(zip(environments or (DEFAULT,), bodies, strict=True))
    if options.format == "yaml":
        return Rendered(made, Written({ONE_FILE["yaml"]: made[0].text}))
    name = options.name or _project(bundles[0]) or name_for(bodies[0] or bottom)
    manifests = Manifests(name, bottom, named)
    return Rendered(made, WRITERS[options.format](manifests))


def _read(files: SourceFiles, wanted: Options) -> Bundle:
    """What the files say, with the answers that hold in one environment: presets give some."""
    told = Given(variables=wanted.parameters, answers=answers_of(wanted))
    return read_bundle(files, WIDE, given=told)


def _project(bundle: Bundle) -> str:
    """The name of the compose project that everything belongs to, empty without one."""
    owners = {spec.identity.rpartition("/")[0] for spec in bundle.specs if spec.containers}
    scheme, _, name = owners.pop().partition(":") if len(owners) == 1 else ("", "", "")
    return name if scheme == "compose" else ""


def _for(wanted: Options, name: str, environments: tuple[str, ...]) -> Options:
    """The options of one of several environments: without the presets of the others."""
    others = set(environments) - {name}
    layers = tuple(layer for layer in wanted.layers if layer.environment not in others)
    return replace(wanted, environment=name, layers=layers)


def _require_labels(environments: tuple[str, ...]) -> None:
    for name in environments:
        if not is_label(name):
            raise InvalidInput(
                msg(
                    "%(name)s cannot name the files of an environment: lower-case letters, digits "
                    "and hyphens.",
                    name=repr(name),
                )
            )


def _write(path: Path, written_as: str, rendered: Rendered) -> int:
    try:
        folder = OutputFolder.at(path)
        plan = folder.plan(rendered.written.files, written_as)
        report = report_of(rendered)
        if written_as == "yaml" and plan.edited:
            report["digest"] = _digest_of(plan.files[ONE_FILE["yaml"]])
        if plan.conflicts:
            report["conflicts"] = [conflict_json(conflict) for conflict in plan.conflicts]
        folder.carry_out(plan, written_as, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        why = msg("%(path)s cannot be written: %(why)s.", path=path, why=error.strerror)
        print(say(why), file=sys.stderr)
        return EX_USAGE
    _summary(rendered)
    names = listed([path / name for name in (*plan.files, "report.json")])
    print(say(msg("Written: %(files)s", files=names)), file=sys.stderr)
    if plan.edited:
        edited = listed([path / name for name in plan.edited])
        print(say(msg("Edits were kept in: %(files)s", files=edited)), file=sys.stderr)
    if plan.left:
        left = listed([path / name for name in plan.left])
        print(say(msg("No longer generated, but edited: %(files)s", files=left)), file=sys.stderr)
    for conflict in plan.conflicts:
        print(say(conflict_told(conflict)), file=sys.stderr)
    return NEGATIVE if plan.conflicts else GOOD


def _digest_of(text: str) -> str:
    documents, _findings = read_yaml(text, ONE_FILE["yaml"], WIDE)
    return digest(document.value for document in documents)


def report_of(rendered: Rendered) -> dict[str, Any]:
    """What rendering has to say besides the manifests, for all environments together."""
    made, written = rendered.made, rendered.written
    findings = (finding for one in made for finding in one.findings)
    questions = (question for one in made for question in one.questions)
    loss = (row for one in made for row in one.loss)
    renames = (dict(rename) for one in made for rename in one.renames)
    secrets = secret_texts(secret for one in made for secret in one.secrets)
    return {
        "questions": _once(_safe(question_json(question), secrets) for question in questions),
        "findings": _once(map(finding_json, findings)),
        "loss": _once(map(loss_json, (*loss, *written.loss))),
        "renames": _once(renames),
        "digest": rendered.first.digest,
    }


def _safe(question: dict[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    """A default that is a password in the end (``DB_PASSWORD: ${X:-…}``) is not proposed aloud."""
    shown = {key: MARKER for key in ("recommended", "answer") if question[key] in secrets}
    return {**question, **shown}


def _once(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each record once, whatever number of environments it holds for."""
    return list({json.dumps(record, sort_keys=True): record for record in records}.values())


def _tell_where_more_is(rendered: Rendered) -> None:
    """Standard output holds the manifests alone: what else there is to know, and how to see it."""
    if rendered.first.questions or rendered.first.loss or rendered.written.loss:
        hint = msg(
            "The questions, and what became of each field: report.json of -o DIR. The findings: "
            "bin/workbench check."
        )
        print(say(hint), file=sys.stderr)


def _summary(rendered: Rendered) -> None:
    made = rendered.first
    open_findings = [finding for finding in made.findings if not finding.mended]
    mended = len(made.findings) - len(open_findings)
    lost = sum(row.outcome.value == "dropped" for row in (*made.loss, *rendered.written.loss))
    unanswered = sum(question.answer is None for question in made.questions)
    summary = msg(
        "Objects: %(objects)s. Open findings: %(findings)s, mended: %(mended)s. Fields dropped: "
        "%(dropped)s. Questions with the recommended answer: %(questions)s. Digest %(digest)s.",
        objects=len(made.objects),
        findings=len(open_findings),
        mended=mended,
        dropped=lost,
        questions=unanswered,
        digest=made.digest[:12],
    )
    print(say(summary), file=sys.stderr)
