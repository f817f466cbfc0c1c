"""No text that a person reads is written down where it cannot be translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.i18n import scanning

ROOT = scanning.ROOT
LANGUAGES_BY_THEIR_OWN_NAME = {"日本語", "English"}

MADE_UP = {"Priya Raman", "高橋 健太", "banking-app"}
"""People and an application of the style guide."""

NOT_READ_BY_USERS = {
    "migrations_app/api/schema.py": "the OpenAPI document is in English",
    "migrations_app/domain/checks/catalogue.py": "the pages of the manual are in English",
    "migrations_app/domain/checks/pages.py": "the pages of the manual are in English",
    "migrations_app/domain/presets/document.py": "descriptions of the published JSON Schema",
    "migrations_app/domain/presets/sections/": "descriptions of the published JSON Schema",
    "migrations_app/domain/presets/shape.py": "descriptions of the published JSON Schema",
    "workbench/examples.py": "for whoever changes the workbench",
    "workbench/generated.py": "for whoever changes the workbench",
    "workbench/manual.py": "the pages of the manual are in English",
    "workbench/settings.py": "the title of the OpenAPI document",
}
FOR_PROGRAMMERS = {
    "Answers by question",
    "An audit event belongs into the transaction of its change.",
    "Nobody is logged in; the view lacks @page.",
    "Only what was read from the database can be written with another key.",
    "Only whoever is known has an actor.",
    "The demo begins again.",
    "The package kubernetes-validate is not installed; run bin/setup.",
}
"""What only a mistake of ours can raise, and the names of examples in the OpenAPI document."""


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "templates").rglob("*.html")),
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_templates_translate_all_they_show(path: Path) -> None:
    texts = scanning.texts_of_template(path.read_text(encoding="utf-8"))
    if path.name == "styleguide.html":
        texts = [text for text in texts if text[1] not in MADE_UP]
    assert [text for text in texts if text[1] not in LANGUAGES_BY_THEIR_OWN_NAME] == []


FOLDERS = (
    "actions",
    "adapters",
    "api",
    "domain",
    "management",
    "models",
    "queries",
    "tasks",
    "web",
)


@pytest.mark.parametrize("folder", [*(f"migrations_app/{name}" for name in FOLDERS), "workbench"])
def test_code_translates_all_it_says(folder: str) -> None:
    offences = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in scanning.python_files(folder)
        if not path.relative_to(ROOT).as_posix().startswith(tuple(NOT_READ_BY_USERS))
        for line, text in scanning.sentences_of_code(path.read_text(encoding="utf-8"))
        if text not in FOR_PROGRAMMERS
    ]
    assert offences == []


def test_the_scanner_sees_text_and_attributes_and_nothing_else() -> None:
    source = (
        '{% load i18n %}{# a remark #}<a title="Go there" class="left out">{% translate "Ok" %}'
        "</a>{% blocktranslate %}Hello{% endblocktranslate %}\n<p>Left {{ name }}</p>"
        "<script>var words = 'no text';</script><kbd>Ctrl</kbd>"
    )
    assert scanning.texts_of_template(source) == [(1, "Go there"), (2, "Left")]


def test_the_scanner_sees_sentences_that_are_not_said() -> None:
    source = '''
def f(name):
    """A docstring of a few words."""
    say(msg("This is said."))
    print(f"The {name} is not there.")
'''
    assert list(scanning.sentences_of_code(source)) == [(5, "The X1 is not there.")]
