"""Findings as JUnit XML: a suite for each file, a failed case for each finding."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from xml.etree import ElementTree

from migrations_app.domain.findings import Finding
from migrations_app.domain.messages import Say

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_report(
    findings: Sequence[Finding],
    say: Say = str,
    waived: Collection[str] = (),
    failing: Collection[str] | None = None,
) -> str:
    """Cases that failed or were skipped; without any finding there is one that passed.

    ``failing`` holds the fingerprints of what makes the check fail: a build server that reads the
    report then says what the exit code says. Without it, all but what is mended or waived fails.
    """

    def is_skipped(finding: Finding) -> bool:
        if failing is not None:
            return finding.fingerprint not in failing
        return finding.mended or finding.fingerprint in waived

    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(finding.place.file or "manifests", []).append(finding)
    root = ElementTree.Element(
        "testsuites",
        name="Kakehashi",
        tests=str(len(findings) or 1),
        failures=str(sum(not is_skipped(finding) for finding in findings)),
        errors="0",
    )
    for file, listed in (by_file or {"manifests": []}).items():
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_text(file),
            tests=str(len(listed) or 1),
            failures=str(sum(not is_skipped(finding) for finding in listed)),
            skipped=str(sum(is_skipped(finding) for finding in listed)),
            errors="0",
        )
        if not listed:
            ElementTree.SubElement(suite, "testcase", classname="checks", name="no findings")
        for finding in listed:
            _add_case(suite, finding, say, skipped=is_skipped(finding))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ElementTree.Element, finding: Finding, say: Say, *, skipped: bool) -> None:
    place = finding.place
    name = f"{place.object}{place.path}" or finding.fingerprint
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=finding.code,
        name=_text(name),
        file=_text(place.file),
        line=str(place.line),
    )
    message = _text(say(finding.message))
    if skipped:
        ElementTree.SubElement(case, "skipped", message=message)
        return
    failure = ElementTree.SubElement(case, "failure", type=finding.severity.value, message=message)
    failure.text = _text("\n".join(filter(None, (str(place), say(finding.why), say(finding.fix)))))


def _text(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
