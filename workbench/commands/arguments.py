"""The options of ``render`` and ``check``, and how they become what the engine takes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from migrations_app.adapters.folders import FolderFiles, unpacked
from migrations_app.domain.bundle import SourceFiles
from migrations_app.domain.engine import Options, SecretsMode
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.messages import Message, listed, msg
from migrations_app.domain.outputs.formats import WRITERS
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.limits import STRICT, WIDE
from migrations_app.domain.reading.yaml_reader import read_yaml
from workbench.language import say
from workbench.usage import EX_USAGE

UNREADABLE = 2
_PRESET = "a preset; of several, the later one wins"


def add_inputs(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """What both commands take: files, and everything that decides what is made of them.

    ``several``: more than one environment may be asked for (``environments``).
    """
    parser.add_argument("files", nargs="+", metavar="FILE", help="files or folders; - is stdin")
    parser.add_argument("--preset", action="append", default=[], metavar="FILE", help=_PRESET)
    if several:
        parser.add_argument(
            "--environment",
            action="append",
            default=[],
            dest="environments",
            metavar="E",
            help="the environment that is rendered for; kustomize and helm take several",
        )
    else:
        parser.add_argument("--environment", metavar="E", help="the environment it is judged for")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_pair,
        dest="parameters",
        metavar="KEY=VALUE",
        help="a parameter of a preset, or a variable of a source",
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        type=_pair,
        dest="images",
        metavar="CONTAINER=REF",
        help="the image of a container, by its name",
    )
    parser.add_argument(
        "--answers",
        metavar="FILE",
        help="question id: answer, as YAML or JSON; render -o lists the questions in report.json",
    )
    parser.add_argument("--namespace", metavar="N", help="the namespace of all objects")
    parser.add_argument(
        "--kubernetes-version", metavar="1.NN", help="the version to render and judge for"
    )
    parser.add_argument("--root", metavar="DIR", help="referred files may be read below DIR")


def source_files(options: argparse.Namespace) -> SourceFiles:
    """The files on the command line as one bundle."""
    root = Path(options.root) if options.root else None
    if root is not None and not root.is_dir():
        _refuse(msg("%(path)s is no folder; --root names one.", path=root))
    stdin = sys.stdin.buffer.read() if "-" in options.files else b""
    output = getattr(options, "output", None)
    apart_from = Path(output) if output else None
    files = FolderFiles.of(options.files, root=root, stdin=stdin, apart_from=apart_from)
    return unpacked(files, WIDE)


def engine_options(options: argparse.Namespace, versions: Sequence[str]) -> Options:
    """What the engine is asked for.

    Raises:
        SystemExit: 64, for a version that is not bundled or a folder that is not there.
        UnreadableSource: a file that an option names cannot be used.
        InvalidPreset: with every problem of a preset.
    """
    version = options.kubernetes_version
    if version is not None and version not in versions:
        _refuse(
            msg(
                "Kubernetes %(version)s is not bundled. There are: %(known)s.",
                version=version,
                known=listed(versions),
            )
        )
    return Options(
        environment=options.environment,
        namespace=options.namespace,
        kubernetes_version=version,
        layers=tuple(Preset.from_text(given(path), path) for path in options.preset),
        parameters=dict(options.parameters),
        images=dict(options.images),
        answers=_answers(options.answers),
        secrets=SecretsMode(getattr(options, "secrets", SecretsMode.KEEP)),
        phase=Phase(phase) if (phase := getattr(options, "phase", None)) else None,
    )


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise argparse.ArgumentTypeError(say(msg("%(text)s is not KEY=VALUE", text=repr(text))))
    return key, value


def written_format(text: str) -> str:
    """A format by name."""
    if text in WRITERS:
        return text
    problem = msg(
        "%(format)s is no format; there is %(known)s", format=repr(text), known=listed(WRITERS)
    )
    raise argparse.ArgumentTypeError(say(problem))


def given(path: str) -> bytes:
    """The bytes of a file that an option names.

    Raises:
        UnreadableSource: it is not there, or may not be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        why = msg("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror)
        raise UnreadableSource(why) from None


def _answers(path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    documents, _findings = read_yaml(decode(given(path), path, STRICT), path, STRICT)
    value = documents[0].value if len(documents) == 1 else None
    if not isinstance(value, dict) or any(isinstance(v, dict | list) for v in value.values()):
        raise UnreadableSource(msg("%(path)s must map question ids to answers.", path=path))
    return {key: _word(answer) for key, answer in value.items()}


def _word(answer: object) -> str:
    """An answer as text, also where YAML takes it for a truth value."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return "" if answer is None else str(answer)


def _refuse(message: Message) -> NoReturn:
    print(say(message), file=sys.stderr)
    raise SystemExit(EX_USAGE)
