"""Keys by name: what a key holds decides, a public key and a name without a value do not."""

from __future__ import annotations

import pytest

from migrations_app.domain.secrets import secret_reason

HEXADECIMAL = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_KEY", HEXADECIMAL),
        ("sessionKey", HEXADECIMAL),
        ("SESSION_KEY", "a phrase"),
        ("AES_KEY", HEXADECIMAL),
        ("APP_KEY", "base64:c29tZXRoaW5n"),
    ],
)
def test_a_key_is_a_secret(name: str, value: str) -> None:
    assert secret_reason(name, value) == "name"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_KEY", HEXADECIMAL),
        ("GIT_COMMIT", HEXADECIMAL),
        ("MONKEY", HEXADECIMAL),
        ("CACHE_KEY", "users"),
        ("TLS_KEY", "/certs/2026/tls-key-of-the-shop"),
    ],
)
def test_what_is_no_key_is_none(name: str, value: str) -> None:
    assert secret_reason(name, value) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LDAP_BIND_PW", "harbour"),
        ("DBPASS", "harbour"),
        ("REDIS_DBPASS", "harbour"),
        ("NOTIFY", "https://hooks.slack.com/services/T012AB3CD/B012AB3CD/abcdEFGH1234ijkl"),
        ("NOTIFY_URL", "https://discord.com/api/webhooks/1234567890/abcd-EFGH_1234"),
    ],
)
def test_short_names_of_passwords_and_addresses_that_are_one_are_secret(
    name: str, value: str
) -> None:
    assert secret_reason(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BYPASS", "everything"),
        ("TRESPASS", "forbidden"),
        ("PWD", "/srv/app"),
        ("PW_FILE", "pw.txt"),
        ("CHAT", "https://hooks.slack.com/services"),
    ],
)
def test_what_only_sounds_like_a_password_is_none(name: str, value: str) -> None:
    assert secret_reason(name, value) == ""
