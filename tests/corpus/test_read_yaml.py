"""What we read, value by value, against the reader that Kubernetes itself uses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.provenance import leaves
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.yaml_reader import read_yaml
from tests.domain.manifests.nasty_values import NASTY

pytestmark = pytest.mark.corpus

FOLDERS = ("kube", "inspect", "compose")
NOT_TAKEN = frozenset({"yaml_tag"})
"""What Kubernetes' reader takes and we refuse: tags that only some reader of YAML knows."""


def _judged(judges: Path, files: list[Path]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [judges / "judges", "yaml", *files], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _read(path: Path) -> tuple[list[Any], str]:
    """The values of a file, or the code it is refused with."""
    try:
        documents, _ = read_yaml(decode(path.read_bytes(), path.name, WIDE), path.name, WIDE)
    except UnreadableSource as error:
        return [], error.problems[0].code
    return [document.value for document in documents], ""


def _typed(values: list[Any]) -> dict[Any, tuple[str, Any]]:
    """Path → type and value: true is not 1. Go's JSON has one kind of number."""
    return {
        path: ("number" if type(value) in (int, float) else type(value).__name__, value)
        for path, value in leaves(values)
    }


def test_every_value_of_the_corpus(judges: Path, corpus: Path) -> None:
    files = [path for folder in FOLDERS for path in sorted((corpus / folder).rglob("*.y*ml"))]
    files += sorted((corpus / "inspect").glob("*.json"))
    count = 0
    for path, judged in zip(files, _judged(judges, files), strict=True):
        values, code = _read(path)
        if code in NOT_TAKEN:
            continue
        assert bool(code) == ("error" in judged), (path.name, code, judged.get("error"))
        if not code:
            typed = _typed(values)
            assert typed == _typed(judged["read"]), path.name
            count += len(typed)
    assert count > 20_000


def test_every_nasty_scalar_as_value_and_as_key(judges: Path, tmp_path: Path) -> None:
    plain = [text for text in NASTY if text == text.strip() and text.isprintable() and text]
    plain = [text for text in plain if not text.startswith("---")]  # ends a document
    files = []
    for index, text in enumerate(plain):
        for template in ("a: {}\n", "{}: a\n", "- {}\n"):
            path = tmp_path / f"{index:03}-{len(files):04}.yaml"
            path.write_text(template.replace("{}", text), encoding="utf-8")
            files.append(path)
    for path, judged in zip(files, _judged(judges, files), strict=True):
        values, code = _read(path)
        if code in NOT_TAKEN:
            continue
        assert bool(code) == ("error" in judged), (path.read_text(), code, judged)
        if not code:
            assert _typed(values) == _typed(judged["read"]), path.read_text()
