"""Secret values in every form in which they might be told."""

from __future__ import annotations

import base64

import pytest

from migrations_app.domain.messages import msg
from migrations_app.domain.rehearsal.hiding import HIDDEN, Hider

SECRET = "s3cr3t/with+odd=chars"


@pytest.mark.parametrize(
    "told",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
        "s3cr3t%2Fwith%2Bodd%3Dchars",
    ],
)
def test_every_form_is_hidden(told: str) -> None:
    assert Hider([SECRET]).text(f"before {told} after").startswith(f"before {HIDDEN}")
    assert "s3cr3t" not in Hider([SECRET]).text(told)


def test_a_key_of_many_lines_is_hidden_line_by_line() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----"
    assert Hider([key]).text("MIIEvQIBADANBgkqhkiG") == HIDDEN


def test_short_values_tear_no_holes() -> None:
    assert Hider(["prod", "1234567"]).text("prod 1234567") == "prod 1234567"


def test_values_of_any_shape() -> None:
    hider = Hider([SECRET])
    assert hider.value({"a": [SECRET, 1, None]}) == {"a": [HIDDEN, 1, None]}
    hidden = hider.message(msg("%(a)s and %(b)s", a=SECRET, b=msg("of %(c)s", c=SECRET)))
    assert str(hidden) == f"{HIDDEN} and of {HIDDEN}"


def test_without_secrets_nothing_changes() -> None:
    assert Hider().text("as it is") == "as it is"
