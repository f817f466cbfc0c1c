"""Findings as text, JSON, SARIF, JUnit XML and GitLab's code quality report."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reports import REPORTS, finding_json, junit_report, text_report

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


def test_junit_fails_what_the_check_fails() -> None:
    """A build server that reads the report comes to the verdict of the exit code."""
    root = ElementTree.fromstring(junit_report([OPEN, MENDED], failing={MENDED.fingerprint}))
    assert [suite.get("failures") for suite in root.findall("testsuite")] == ["0", "1"]
    root = ElementTree.fromstring(junit_report([OPEN, MENDED], failing=()))
    assert (root.get("failures"), len(list(root.iter("skipped")))) == ("0", 2)


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


def _object(required: list[str], **properties: object) -> dict[str, object]:
    """A JSON Schema of an object that takes nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _array(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_MESSAGE = _object(["text"], text=_TEXT)
_BAG = {"type": "object"}
SARIF = _object(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"}},
    runs=_array(
        _object(
            ["tool"],
            tool=_object(
                ["driver"],
                driver=_object(
                    ["name"],
                    name=_TEXT,
                    rules={
                        "uniqueItems": True,
                        **_array(
                            _object(
                                ["id"],
                                id=_TEXT,
                                shortDescription=_MESSAGE,
                                help=_MESSAGE,
                                defaultConfiguration=_object([], level=_LEVEL),
                                properties=_BAG,
                            )
                        ),
                    },
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results=_array(
                _object(
                    ["message"],
                    ruleId=_TEXT,
                    ruleIndex={"type": "integer", "minimum": -1},
                    level=_LEVEL,
                    message=_MESSAGE,
                    locations=_array(
                        _object(
                            [],
                            physicalLocation=_object(
                                ["artifactLocation"],
                                artifactLocation=_object(
                                    [], uri={"type": "string", "format": "uri-reference"}
                                ),
                                region=_object(["startLine"], startLine=_COUNT, startColumn=_COUNT),
                            ),
                            logicalLocations=_array(
                                _object([], fullyQualifiedName=_TEXT, kind=_TEXT)
                            ),
                        )
                    ),
                    partialFingerprints={
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                    },
                    suppressions=_array(
                        _object(
                            ["kind"],
                            kind={"enum": ["inSource", "external"]},
                            status={"enum": ["accepted", "underReview", "rejected"]},
                        )
                    ),
                    properties=_BAG,
                )
            ),
        )
    ),
)
"""What SARIF 2.1.0 says of everything that we write: names, types, and what must be there."""

GITLAB = _array(
    _object(
        ["description", "check_name", "fingerprint", "severity", "location"],
        description=_TEXT,
        check_name=_TEXT,
        fingerprint=_TEXT,
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=_object(
            ["path", "lines"],
            path={"type": "string", "minLength": 1, "pattern": "^(?!\\./|/)"},
            lines=_object(["begin"], begin=_COUNT),
        ),
    )
)
"""The fields of GitLab's code quality report."""

_PLACES = st.builds(
    Place,
    file=st.sampled_from(["", "app.yaml", "with space/ü.yaml", "a%b#c?.yaml"]),
    line=st.integers(0, 9),
    column=st.integers(0, 9),
    object=st.sampled_from(["", "Pod/web"]),
    path=st.sampled_from(["", "/spec/containers/0"]),
)
_FINDINGS = st.builds(
    Finding,
    code=st.sampled_from(["IMG-01", "SEC-05", "NAM-01"]),
    severity=st.sampled_from(Severity),
    place=_PLACES,
    message=st.text(min_size=1).map(lambda text: msg("%(text)s.", text=text)),
    why=st.sampled_from([msg("Because."), Message("")]),
    fix=st.sampled_from([msg("Push it."), Message("")]),
    mended=st.booleans(),
    subject=st.text(max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_FINDINGS, max_size=6), st.booleans())
def test_every_report_keeps_to_its_format(found: list[Finding], waive: bool) -> None:
    waived = {found[0].fingerprint} if found and waive else set()

    jsonschema_rs.validate(SARIF, json.loads(REPORTS["sarif"](found, str, waived)))
    jsonschema_rs.validate(GITLAB, json.loads(REPORTS["gitlab"](found, str, waived)))
    root = ElementTree.fromstring(REPORTS["junit"](found, str, waived))
    cases = root.findall("testsuite/testcase")
    assert len(cases) == int(root.get("tests", "")) == (len(found) or 1)
    failed = [case for case in cases if case.find("failure") is not None]
    assert len(failed) == int(root.get("failures", ""))
    assert all(case.get("name") and case.get("classname") for case in cases)


def test_gitlab_tells_the_same_fault_in_two_files_apart() -> None:
    twice = [OPEN, Finding(OPEN.code, OPEN.severity, Place("b.yaml", 1), OPEN.message)]
    issues = json.loads(REPORTS["gitlab"](twice))

    assert len({issue["fingerprint"] for issue in issues}) == 2
