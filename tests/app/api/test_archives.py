"""Archives over the interface: stored as the files in them, checked, or refused as bad input."""

from __future__ import annotations

import pytest

from migrations_app.models import Application
from tests.app.api.conftest import Api
from tests.domain.reading.test_archives import FILES, zipped

pytestmark = pytest.mark.django_db


def test_the_interface_takes_archives(api: Api, application: Application) -> None:
    head = (
        '--x\r\nContent-Disposition: form-data; name="application"\r\n\r\n'
        f"{application.slug}\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="shop.zip"\r\n'
        "Content-Type: application/zip\r\n\r\n"
    )
    body = head.encode() + zipped(FILES) + b"\r\n--x--\r\n"
    response = api.raw("sources/", body, "multipart/form-data; boundary=x")
    assert response.status_code == 201, response.content
    assert [item["name"] for item in response.json()["services"]] == ["web"]
    checked = api.raw("check/", body, "multipart/form-data; boundary=x")
    assert checked.status_code == 200, checked.content
    broken = api.raw(
        "check/", head.encode() + b"PK\x03\x04cut\r\n--x--\r\n", "multipart/form-data; boundary=x"
    )
    assert broken.status_code == 400
    assert broken.json()["errors"][0]["code"] == "archive_broken"
