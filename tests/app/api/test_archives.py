"""Archives over the interface: stored as the files in them, checked, or refused as bad input."""

from __future__ import annotations

import pytest

from migrations_app.models import Application
from tests.app.api.conftest import Api
from tests.domain.reading.test_archives import FILES, zipped

pytestmark = pytest.mark.django_db


FORM = "multipart/form-data; boundary=x"


def body(data: bytes, application: str = "") -> bytes:
    named = (
        f'--x\r\nContent-Disposition: form-data; name="application"\r\n\r\n{application}\r\n'
        if application
        else ""
    )
    head = (
        '--x\r\nContent-Disposition: form-data; name="file"; filename="shop.zip"\r\n'
        "Content-Type: application/zip\r\n\r\n"
    )
    return (named + head).encode() + data + b"\r\n--x--\r\n"


def test_archives_are_stored_and_checked(api: Api, application: Application) -> None:
    stored = api.raw("sources/", body(zipped(FILES), application.slug), FORM)
    assert stored.status_code == 201, stored.content
    assert [item["name"] for item in stored.json()["services"]] == ["web"]
    checked = api.raw("check/", body(zipped(FILES)), FORM)
    assert checked.status_code == 200, checked.content
    looked_at = api.raw("preview/", body(zipped(FILES)), FORM)
    assert looked_at.status_code == 200, looked_at.content
    assert [item["path"] for item in looked_at.json()["files"]] == [
        "shop.zip/compose.yaml",
        "shop.zip/web.env",
    ]


def test_a_damaged_archive_is_bad_input(api: Api) -> None:
    for address in ("check/", "preview/"):
        broken = api.raw(address, body(b"PK\x03\x04cut"), FORM)
        assert broken.status_code == 400, broken.content
        assert broken.json()["errors"][0]["code"] == "archive_broken"
