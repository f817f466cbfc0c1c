"""Waiving a finding in the browser: a reason, a day, and the way back."""

from __future__ import annotations

from datetime import timedelta

from migrations_app.models import FindingWaiver, Service
from migrations_app.queries.actors import Actor
from migrations_app.queries.waivers import today
from tests.app.web.conftest import LogIn


def test_a_finding_is_waived_and_the_waiver_revoked(
    operator: Actor, web: Service, as_person: LogIn
) -> None:
    browser = as_person(operator)
    page = f"/services/{web.pk}/findings/"
    finding = next(f for f in web.assessment.findings if f["waivable"] and not f["mended"])
    address = f"{page}{finding['fingerprint']}/waive/"
    assert address in browser.get(page).content.decode()

    day = (today() + timedelta(days=3)).isoformat()
    refused = browser.post(address, {"fingerprint": finding["fingerprint"], "expires": day})
    assert refused.status_code == 422
    assert refused.content.decode().count("needs a reason") == 1
    assert day in refused.content.decode(), "what was typed is still there"
    assert browser.post(address, {"reason": "x", "expires": "2027-02-31"}).status_code == 422

    done = browser.post(address, {"reason": "the vendor says so", "expires": day}, follow=True)
    text = done.content.decode()
    assert "Waived until" in text
    assert "the vendor says so" in text
    waiver = FindingWaiver.objects.get()
    after = browser.post(f"/services/{web.pk}/waivers/{waiver.pk}/revoke/", follow=True)
    assert "Waived until" not in after.content.decode()
    waiver.refresh_from_db()
    assert waiver.revoked is not None
