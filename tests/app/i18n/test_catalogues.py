"""The catalogues are those of the sources, whole, and written as the house writes Japanese."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest

from tests.app.i18n import scanning
from workbench import catalogues

LANGUAGES = sorted(path.name for path in catalogues.LOCALE.iterdir() if path.is_dir())
KANA_OR_KANJI = re.compile(r"[぀-ヿ一-鿿]")
NAMES = re.compile(r"\b(?:[A-Z][a-z]+){2,}\b|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\b[a-z]+[A-Z]\w+\b")
"""Kinds, variables and fields: ``ConfigMap``, ``PODMAN_URL``, ``emptyDir``."""

SAME_IN_JAPANESE = {
    "%(detail)s",
    "%(text)s",
    "API",
    "CPU",
    "Containerfile",
    "Podman",
    "pod",
    "pod %(name)s",
    "Kakehashi",
    "Kubernetes YAML",
    "liveness",
    "readiness",
    "start-up",
}


@pytest.fixture(scope="module")
def found() -> polib.POFile:
    return catalogues.extracted()


def _catalogue(language: str) -> Path:
    return catalogues.LOCALE / language / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def japanese() -> list[tuple[str, str]]:
    """English and Japanese, the singular and the plural each with their translation."""
    pairs = []
    for entry in polib.pofile(str(_catalogue("ja"))):
        translations = [entry.msgstr, *entry.msgstr_plural.values()]
        pairs += [(entry.msgid, text) for text in translations if text]
    return pairs


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_and_nothing_is_left_over(language: str, found: polib.POFile) -> None:
    catalogue = polib.pofile(str(_catalogue(language)))
    assert list(catalogues.problems(catalogue, found)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_written_in_one_way_only(language: str, found: polib.POFile) -> None:
    text = _catalogue(language).read_text(encoding="utf-8")
    assert f"{catalogues.merged(polib.pofile(text), found, language)}\n" == text


def test_a_sentence_that_is_new_gone_or_not_translated_is_noticed() -> None:
    header = 'msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    sources = polib.pofile(header + 'msgid "New %(n)s."\nmsgstr ""\n\nmsgid "Old"\nmsgstr ""\n')
    committed = polib.pofile(header + 'msgid "Gone"\nmsgstr "x"\n\nmsgid "Old"\nmsgstr ""\n')
    assert sorted(catalogues.problems(committed, sources)) == [
        "no longer in the sources: Gone",
        "not in the catalogue: New %(n)s.",
        "not translated: Old",
    ]
    done = catalogues.merged(committed, sources, "ja")
    for entry in done:
        entry.msgstr = "%(m)s"
    assert list(catalogues.problems(done, sources)) == [
        "other placeholders than the English: New %(n)s.",
        "other placeholders than the English: Old",
    ]


def test_every_template_of_a_message_is_a_literal() -> None:
    offences = [
        f"{path}:{call.lineno}"
        for path in scanning.python_files("migrations_app", "workbench")
        if path.name != "messages.py"
        for call in scanning.messages_of_code(path.read_text(encoding="utf-8"))
        if not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert offences == []


def test_words_within_a_sentence_are_messages_too() -> None:
    """A literal with letters as a parameter, or joined into one, would stay English."""
    offences = [
        f"{path}:{call.lineno} {keyword.arg}"
        for path in scanning.python_files("migrations_app", "workbench")
        for call in scanning.messages_of_code(path.read_text(encoding="utf-8"))
        for keyword in call.keywords
        if keyword.arg != "count"
        for node in ast.walk(keyword.value)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"[a-z]{2,} [a-z]{2,}|^ [a-z]+ $", node.value)
        and "=" not in node.value  # lines of a configuration file
        and not _within_a_message(keyword.value, node)
    ]
    assert offences == []


def _within_a_message(tree: ast.expr, constant: ast.Constant) -> bool:
    return any(
        constant in ast.walk(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and scanning._name(node.func) in scanning.SAYING
    )


def test_japanese_is_japanese(japanese: list[tuple[str, str]]) -> None:
    english = {
        source
        for source, text in japanese
        if not KANA_OR_KANJI.search(text)
        and source not in SAME_IN_JAPANESE
        # what remains beside placeholders may be all figures and signs
        and re.search(r"[A-Za-z]{2,}", catalogues._PLACEHOLDER.sub("", text))
    }
    assert english == set()


def test_names_of_the_trade_stay_as_they_are(japanese: list[tuple[str, str]]) -> None:
    lost = [
        (name, text)
        for source, text in japanese
        for name in NAMES.findall(catalogues._PLACEHOLDER.sub("", source))
        if name not in text
    ]
    assert lost == []


def test_sentences_end_in_a_full_stop_and_labels_do_not(japanese: list[tuple[str, str]]) -> None:
    wrong = [
        text
        for source, text in japanese
        if (text.endswith("。") and not source.endswith((".", "?", ")", "s")))
        or text.endswith((".", "．"))
    ]
    assert wrong == []


def test_japanese_is_set_as_the_house_sets_it(japanese: list[tuple[str, str]]) -> None:
    """Full-width colons and brackets, half-width figures, no space before a counter, no さん."""
    rules = {
        "a half-width colon": r"[぀-鿿]: |[぀-鿿]:$",
        "half-width brackets": r"[぀-鿿]\([^)]*[぀-鿿]|\)[぀-鿿]",
        "full-width figures or letters": r"[０-９Ａ-Ｚａ-ｚ]",
        "a space between figure and counter": r"%\((?:count|n|seconds|number)\)s [件秒分日回個行]",
        "a person's title": r"さん",
        "a half-width comma": r"[぀-鿿],",
    }
    wrong = [
        (rule, text)
        for _source, text in japanese
        for rule, pattern in rules.items()
        if re.search(pattern, text.replace("%(name)s=", ""))
    ]
    assert wrong == []
