"""The options of ``render`` and ``check``, and how they become what the engine takes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml

from migrations_app.adapters.folders import FolderFiles
from migrations_app.domain.bundle import SourceFiles
from migrations_app.domain.engine import Options, SecretsMode
from migrations_app.domain.messages import Message, listed, msg
from migrations_app.domain.presets.schema import Preset
from workbench.language import say

EX_USAGE = 64
FORMATS = ("yaml",)


class Parser(argparse.ArgumentParser):
    """Wrong usage ends with 64: 2 means that an input could not be read."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(EX_USAGE)


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """What both commands take: files, and everything that decides what is made of them."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="files or folders; - is stdin")
    parser.add_argument("--preset", action="append", default=[], metavar="FILE", help="in order")
    parser.add_argument("--environment", metavar="E")
    parser.add_argument(
        "--set", action="append", default=[], type=_pair, dest="parameters", metavar="KEY=VALUE"
    )
    parser.add_argument(
        "--image", action="append", default=[], type=_pair, dest="images", metavar="CONTAINER=REF"
    )
    parser.add_argument("--answers", metavar="FILE", help="question id: answer, as YAML or JSON")
    parser.add_argument("--namespace", metavar="N")
    parser.add_argument("--kubernetes-version", metavar="1.NN")
    parser.add_argument("--root", metavar="DIR", help="referred files may be read below DIR")


def source_files(options: argparse.Namespace) -> SourceFiles:
    """The files on the command line as one bundle."""
    root = Path(options.root) if options.root else None
    stdin = sys.stdin.buffer.read() if "-" in options.files else b""
    return FolderFiles.of(options.files, root=root, stdin=stdin)


def engine_options(options: argparse.Namespace, versions: Sequence[str]) -> Options:
    """What the engine is asked for.

    Raises:
        SystemExit: 64, for a version that is not bundled or a file that cannot be used.
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
        layers=tuple(Preset.from_text(_bytes(path), path) for path in options.preset),
        parameters=dict(options.parameters),
        images=dict(options.images),
        answers=_answers(options.answers),
        secrets=SecretsMode(getattr(options, "secrets", SecretsMode.KEEP)),
    )


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise argparse.ArgumentTypeError(say(msg("%(text)s is not KEY=VALUE", text=repr(text))))
    return key, value


def _answers(path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        value: Any = yaml.safe_load(_bytes(path))
    except (yaml.YAMLError, ValueError) as error:
        _refuse(msg("%(path)s is neither YAML nor JSON: %(why)s", path=path, why=error))
    if not isinstance(value, dict):
        _refuse(msg("%(path)s must map question ids to answers.", path=path))
    return {str(key): str(answer) for key, answer in value.items()}


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        _refuse(msg("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror))


def _refuse(message: Message) -> NoReturn:
    print(say(message), file=sys.stderr)
    raise SystemExit(EX_USAGE)
