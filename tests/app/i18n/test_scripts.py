"""Scripts carry no sentences of their own: what they show, the page gives them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.app.i18n.scanning import ROOT

SENTENCE = re.compile(r"""(["'`])([A-Z][a-z]+(?: [a-z]+)+[.…]?|[A-Z][a-z]+ …)\1""")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "assets/js").glob("*.js")), ids=lambda path: path.name
)
def test_scripts_say_nothing_themselves(path: Path) -> None:
    source = COMMENT.sub("", path.read_text(encoding="utf-8"))
    assert [match.group(2) for match in SENTENCE.finditer(source)] == []


def test_the_pattern_sees_sentences() -> None:
    assert SENTENCE.search('status.textContent = "Connection lost";')
    assert not SENTENCE.search('button.dataset.action = "follow-log"; key === "Escape"')
