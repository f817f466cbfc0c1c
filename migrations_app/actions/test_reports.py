"""Test reports from CI: JUnit XML in, counts and failures kept."""

from __future__ import annotations

import hashlib
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.services import locked, raise_version
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import InvalidInput, UnreadableSource
from migrations_app.domain.messages import msg
from migrations_app.models import Service, TestReport

LARGEST = 5 * 1024 * 1024
_MOST_CASES = 200
_LONGEST = 500


@action
def post_test_report(
    *, actor: Actor, service: Service, xml: bytes, commit: str = "", image: str = ""
) -> TestReport:
    """Keep what a JUnit report says of a commit and an image.

    Raises:
        UnreadableSource: it is no XML, or XML that means harm.
        InvalidInput: it is no JUnit report, or too large.
    """
    permissions.require(actor, Verb.POST_TEST_REPORT, service.application)
    service = locked(service)
    cases = list(_parsed(xml).iter("testcase"))
    states = [_state(case) for case in cases]
    report = TestReport.objects.create(
        service=service,
        commit=commit[:100],
        image=image[:500],
        tests=len(cases),
        failures=states.count("failure"),
        errors=states.count("error"),
        skipped=states.count("skipped"),
        seconds=sum(_seconds(case) for case in cases),
        cases=[
            _failed(case, state)
            for case, state in zip(cases, states, strict=True)
            if state in ("failure", "error")
        ][:_MOST_CASES],
        digest=hashlib.sha256(xml).hexdigest(),
        by=actor.user,
        by_name=actor.name,
    )
    raise_version(service)
    audit.record(
        tag=Tag.TEST_REPORT_POSTED,
        actor=actor,
        data={
            "report": str(report.pk),
            "commit": report.commit,
            "tests": str(report.tests),
            "failed": str(report.failures + report.errors),
        },
        application=service.application,
        service=service,
        digest=report.digest,
    )
    return report


def _parsed(xml: bytes) -> Element:
    if len(xml) > LARGEST:
        raise InvalidInput(
            msg("The report has %(size)s bytes; at most %(most)s.", size=len(xml), most=LARGEST)
        )
    try:
        root: Element = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableSource(msg("The report is no XML: %(why)s.", why=str(error))) from None
    if root.tag not in ("testsuites", "testsuite"):
        raise InvalidInput(
            msg("The root of a JUnit report is testsuites or testsuite, not %(tag)s.", tag=root.tag)
        )
    return root


def _state(case: Element) -> str:
    found = {child.tag for child in case}
    return next((state for state in ("error", "failure", "skipped") if state in found), "passed")


def _seconds(case: Element) -> float:
    try:
        return max(float(case.get("time") or 0), 0.0)
    except ValueError:
        return 0.0


def _failed(case: Element, state: str) -> dict[str, Any]:
    told = case.find(state)
    return {
        "name": f"{case.get('classname', '')}.{case.get('name', '')}".strip(".")[:_LONGEST],
        "state": state,
        "message": (told.get("message") or "" if told is not None else "")[:_LONGEST],
    }
