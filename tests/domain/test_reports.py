"""Findings as text, JSON, SARIF, JUnit XML and GitLab's code quality report."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reports import REPORTS, finding_json, text_report

OPEN = Finding(
    "IMG-01",
    Severity.BLOCKER,
    Place("my app.yaml", 7, 9, "Pod/web", "/spec/containers/0/image"),
    msg("%(image)s is local.", image="localhost/<web>"),
    msg("A node has no local images."),
    msg("Push it."),
)
MENDED = Finding(
    "NAM-01",
    Severity.BLOCKER,
    Place(object="Pod/My_Web"),
    msg("My_Web\x07 is no name."),
    mended=True,
)


def test_text() -> None:
    assert REPORTS["text"]([OPEN, MENDED]) == (
        "blocker IMG-01 localhost/<web> is local.\n"
        "  my app.yaml:7:9 Pod/web /spec/containers/0/image\n"
        "  A node has no local images.\n"
        "  Push it.\n"
        "blocker NAM-01 My_Web\x07 is no name. (mended when rendering)\n"
        "  Pod/My_Web\n"
        "1 finding (1 blocker), 1 mended.\n"
    )


def test_json_has_the_fields_of_the_api() -> None:
    (first, second) = json.loads(REPORTS["json"]([OPEN, MENDED]))

    assert first == finding_json(OPEN)
    assert list(first) == [
        "fingerprint", "code", "severity", "place", "message", "why", "fix", "fixable", "waivable",
        "waived", "mended",
    ]  # fmt: skip
    assert first["place"] == {
        "file": "my app.yaml",
        "line": 7,
        "column": 9,
        "object": "Pod/web",
        "path": "/spec/containers/0/image",
    }
    assert (second["mended"], second["waived"]) == (True, False)


def test_sarif() -> None:
    report = json.loads(REPORTS["sarif"]([OPEN, MENDED]))
    (run,) = report["runs"]

    assert report["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["IMG-01", "NAM-01"]
    first, second = run["results"]
    assert (first["level"], second["level"]) == ("error", "note")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20app.yaml"},
        "region": {"startLine": 7, "startColumn": 9},
    }
    assert "physicalLocation" not in second["locations"][0]
    assert list(first["partialFingerprints"].values()) == [OPEN.fingerprint]


def test_junit() -> None:
    root = ElementTree.fromstring(REPORTS["junit"]([OPEN, MENDED]))
    first, second = root.findall("testsuite")

    assert (first.get("name"), first.get("failures"), first.get("skipped")) == (
        "my app.yaml",
        "1",
        "0",
    )
    failure = first.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "localhost/<web> is local."
    skipped = second.find("testcase/skipped")
    assert skipped is not None
    assert skipped.get("message") == "My_Web\ufffd is no name."


def test_junit_without_findings_is_one_case_that_passed() -> None:
    (suite,) = ElementTree.fromstring(REPORTS["junit"]([])).findall("testsuite")

    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


def test_gitlab() -> None:
    first, second = json.loads(REPORTS["gitlab"]([OPEN, MENDED]))

    assert first["severity"] == "blocker"
    assert first["location"] == {"path": "my app.yaml", "lines": {"begin": 7}}
    assert second["severity"] == "info"
    assert second["location"]["lines"] == {"begin": 1}
    assert first["fingerprint"] != second["fingerprint"]


def test_sentences_can_be_said_in_another_language() -> None:
    def shout(message: Message) -> str:
        return str(message).upper()

    assert "PUSH IT." in text_report([OPEN], shout)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_of_nothing_is_sound_text(name: str) -> None:
    assert REPORTS[name]([]).endswith("\n")
