"""What we write, read by the reader that Kubernetes itself uses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.provenance import leaves
from tests.corpus.outcomes import outcomes
from tests.domain.manifests.nasty_values import NASTY

pytestmark = pytest.mark.corpus

NUMBERS = (0, 1, -1, 420, 2**31, 2**53, 0.5, -0.25, 1.5e-7, 1e21, 3.5e40)


def _judged(judges: Path, file: Path) -> list[Any]:
    result = subprocess.run(
        [judges / "judges", "yaml", file], capture_output=True, text=True, check=True
    )
    answer = json.loads(result.stdout)
    assert "error" not in answer, answer
    read: list[Any] = answer["read"]
    return read


def _corpus_objects(corpus: Path) -> Iterator[dict[str, Any]]:
    """The objects of Kubernetes files as they were read, and what is rendered of all files."""
    for outcome in outcomes(corpus):
        if outcome.bundle is not None and outcome.made is not None:
            yield from (item.body for item in outcome.bundle.objects)
            yield from (item.body for item in outcome.made.objects)


def test_nasty_values_survive(judges: Path, tmp_path: Path) -> None:
    body = {
        "texts": list(NASTY),
        "keys": {text: index for index, text in enumerate(NASTY)},
        "numbers": list(NUMBERS),
        "others": [True, False, None, [], {}],
    }
    file = tmp_path / "written.yaml"
    file.write_text(to_yaml([body]), encoding="utf-8", newline="")
    assert _judged(judges, file) == [body]


def test_the_whole_corpus_survives(judges: Path, corpus: Path, tmp_path: Path) -> None:
    objects = list(_corpus_objects(corpus))
    file = tmp_path / "written.yaml"
    file.write_text(to_yaml(objects), encoding="utf-8", newline="")
    assert _judged(judges, file) == objects


def test_every_string_of_the_corpus_survives_as_text(
    judges: Path, corpus: Path, tmp_path: Path
) -> None:
    found = {
        str(part)
        for body in _corpus_objects(corpus)
        for path, value in leaves(body)
        for part in (*path, value)
        if part is not None
    }
    texts = sorted(found)
    if not texts:
        pytest.skip("the corpus holds no strings")
    file = tmp_path / "written.yaml"
    file.write_text(to_yaml([{"texts": texts}]), encoding="utf-8", newline="")
    assert _judged(judges, file) == [{"texts": texts}]
