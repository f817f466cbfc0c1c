"""JUnit reports are counted, and harmful XML is refused."""

from __future__ import annotations

import pytest

from migrations_app.actions.test_reports import post_test_report
from migrations_app.domain.errors import InvalidInput, NotAllowed, UnreadableSource
from migrations_app.models import Application, AuditEvent, Service
from migrations_app.queries.actors import Actor
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db

REPORT = b"""<testsuites><testsuite name="unit">
<testcase classname="a.B" name="good" time="0.5"/>
<testcase classname="a.B" name="bad" time="1.5"><failure message="1 is not 2"/></testcase>
<testcase classname="a.B" name="worse" time="x"><error message="boom"/></testcase>
<testcase classname="a.B" name="later"><skipped/></testcase>
</testsuite></testsuites>"""
BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><testsuite>&b;</testsuite>"""


@pytest.fixture
def service(application: Application) -> Service:
    return ServiceFactory.create(application=application)


def test_a_report_is_counted(operator: Actor, service: Service) -> None:
    report = post_test_report(actor=operator, service=service, xml=REPORT, commit="abc")
    assert (report.tests, report.failures, report.errors, report.skipped) == (4, 1, 1, 1)
    assert report.seconds == 2.0
    assert [case["name"] for case in report.cases] == ["a.B.bad", "a.B.worse"]
    assert not report.passed
    assert AuditEvent.objects.get().tag == "test_report:posted"


def test_a_report_without_failures_has_passed_if_something_ran(
    operator: Actor, service: Service
) -> None:
    good = b"<testsuite><testcase name='a'/></testsuite>"
    assert post_test_report(actor=operator, service=service, xml=good).passed
    empty = b"<testsuite><testcase name='a'><skipped/></testcase></testsuite>"
    assert not post_test_report(actor=operator, service=service, xml=empty).passed


@pytest.mark.parametrize("xml", [b"", b"<testsuite>", b"{}", BOMB])
def test_what_is_no_harmless_xml_is_refused(operator: Actor, service: Service, xml: bytes) -> None:
    with pytest.raises(UnreadableSource):
        post_test_report(actor=operator, service=service, xml=xml)


def test_other_xml_is_refused(operator: Actor, service: Service) -> None:
    with pytest.raises(InvalidInput, match="html"):
        post_test_report(actor=operator, service=service, xml=b"<html/>")


def test_who_only_looks_posts_nothing(viewer: Actor, service: Service) -> None:
    with pytest.raises(NotAllowed):
        post_test_report(actor=viewer, service=service, xml=REPORT)
