"""The API speaks the language it is asked in; codes and values stay what they are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from migrations_app.models import Application, Service
from tests.app.api.conftest import Api

pytestmark = pytest.mark.django_db

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
PATHS = ("findings/", "questions/", "loss-report/", "gates/?to=compatible")


def _both(api: Api, path: str) -> tuple[Any, Any]:
    english = api.get(path, Accept_Language="en")
    japanese = api.get(path, Accept_Language="ja")
    assert english.status_code == japanese.status_code
    assert "Accept-Language" in japanese["Vary"]
    assert japanese["Content-Language"] == "ja"
    return json.loads(english.content), json.loads(japanese.content)


def _without_sentences(value: Any) -> Any:
    """The same without what is told to people."""
    told = {"message", "why", "fix", "reason", "text", "label", "detail"}
    if isinstance(value, dict):
        return {key: _without_sentences(item) for key, item in value.items() if key not in told}
    return [_without_sentences(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", PATHS)
def test_what_was_stored_once_is_told_in_both_languages(api: Api, web: Service, path: str) -> None:
    english, japanese = _both(api, f"services/{web.pk}/{path}")
    assert _without_sentences(english) == _without_sentences(japanese)
    assert not JAPANESE.search(json.dumps(english, ensure_ascii=False))


def test_a_finding_in_japanese(api: Api, web: Service) -> None:
    english, japanese = _both(api, f"services/{web.pk}/findings/")
    rows = japanese["results"] if isinstance(japanese, dict) else japanese
    assert rows, english
    assert all(JAPANESE.search(row[key]) for row in rows for key in ("message", "why", "fix"))
    assert {row["severity"] for row in rows} <= {"blocker", "high", "medium", "low"}


def test_closed_gates_in_japanese(api: Api, web: Service) -> None:
    answer = api.post(
        f"services/{web.pk}/moves/", {"to": "compatible", "reason": ""}, Accept_Language="ja"
    )
    body = json.loads(answer.content)
    assert (answer.status_code, body["code"]) == (409, "gate_closed")
    assert "互換確認の前のゲート" in body["detail"]
    assert all(JAPANESE.search(gate["why"]) for gate in body["gates"])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("services/01a20000-0000-7000-8000-000000000000/", 404, "not_found"),
        ("applications/?page_size=many", 422, "invalid"),
    ],
)
def test_errors_in_japanese(
    api: Api, application: Application, path: str, status: int, code: str
) -> None:
    english, japanese = _both(api, path)
    assert (japanese["status"], japanese["code"]) == (status, code)
    assert JAPANESE.search(japanese["detail"])
    assert not JAPANESE.search(english["detail"])


def test_a_file_that_cannot_be_read(api: Api, application: Application) -> None:
    body = {"filename": "a.yaml", "content": "a: [b", "application": application.slug}
    answer = api.post("sources/", body, Accept_Language="ja")
    problem = json.loads(answer.content)
    assert (answer.status_code, problem["code"]) == (400, "unreadable")
    assert [JAPANESE.search(error["detail"]) is not None for error in problem["errors"]] == [True]
