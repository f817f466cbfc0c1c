"""Secret words inside longer texts: found where they stand, and nothing else with them."""

# ruff: noqa: E501 - a table reads best with one case to a line

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.manifests.secret_markers import MARKER, put_back, take
from migrations_app.domain.reading.redaction import redact
from migrations_app.domain.secret_text import secret_words, with_markers

HELD = [
    ("ini", "[db]\nuser = app\npassword = hunter22x\n", "hunter22x", 3),
    ("properties", "spring.datasource.username=app\nspring.datasource.password=hunter22x\n", "hunter22x", 2),
    ("env", "LEVEL=info\nexport DB_PASSWORD='hunter 22x'\n", "hunter 22x", 2),
    ("yaml", "db:\n  user: app\n  password: hunter22x  # of the app\n", "hunter22x", 3),
    ("yaml list", "users:\n- password: hunter22x\n", "hunter22x", 2),
    ("yaml block", "tls:\n  client_secret: |\n    hunter22x\n  next: a\n", "hunter22x", 3),
    ("json", '{\n  "user": "app",\n  "password": "hunter22x"\n}', "hunter22x", 3),
    ("json on one line", '{"user": "app", "dbPassword": "hunter22x", "a": 1}', "hunter22x", 1),
    ("flow yaml", "db: {user: app, password: hunter22x, port: 1}", "hunter22x", 1),
    ("xml", "<a>\n  <password>hunter22x</password>\n</a>", "hunter22x", 2),
    ("url", "level: info\nurl: postgres://app:hunter22x@db/shop\n", "hunter22x", 2),
    ("jdbc properties", "a=b\nurl=amqp://app:hunter22x@mq:5672\n", "hunter22x", 2),
    ("redis", "port 6379\nrequirepass hunter22x\n", "hunter22x", 2),
    ("script", "#!/bin/sh\nexec web --password hunter22x --port 80\n", "hunter22x", 2),
    ("token", "a: b\n# ghp_0123456789abcdefghijABCDEFGHIJ012345\n", "ghp_0123456789abcdefghijABCDEFGHIJ012345", 2),
    ("toml", "[auth]\nsecret_key = \"hunter22x\"\n", "hunter22x", 2),
    ("windows lines", "user = app\r\npassword = hunter22x\r\n", "hunter22x", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "word", "line"), [h[1:] for h in HELD], ids=[h[0] for h in HELD])
def test_the_word_is_found_on_its_line_and_only_it(text: str, word: str, line: int) -> None:
    (found,) = secret_words(text)

    assert (found.of(text), found.line) == (word, line)
    assert with_markers(text, MARKER) == text.replace(word, MARKER)


FREE = [
    "password = ${DB_PASSWORD}\n",
    "password: $(DB_PASSWORD)\n",
    "password: {{ .Values.password }}\n",
    'password = os.environ["PASSWORD"]\n',
    "password = getpass()\n",
    "; password = changeme-1\n",
    "password_file = /run/secrets/db\n",
    "Password: it must have at least eight letters\n",
    "token_ttl = 3600\nsecret = true\n",
    "location / { proxy_pass http://web:8080; }\n",
    "worker_processes auto;\nkeepalive_timeout 65;\n",
    "",
]


@pytest.mark.parametrize("text", FREE)
def test_references_code_and_prose_are_left_alone(text: str) -> None:
    assert secret_words(text) == []


def test_a_private_key_goes_with_all_its_lines_and_the_text_keeps_its_own() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----"
    text = f"key:\n{key}\nafter: 1\n"

    shown = with_markers(text, MARKER)

    assert "MIIabc" not in shown
    assert shown.splitlines()[-1] == "after: 1"
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize("text", [h[1] for h in HELD], ids=[h[0] for h in HELD])
def test_a_config_map_keeps_its_text_but_for_the_word_and_gets_it_back(text: str) -> None:
    body: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"app.conf": text}}

    safe, values = take([body])

    assert safe[0]["data"]["app.conf"] == with_markers(text, MARKER)
    assert take(safe) == (safe, {})
    assert put_back(safe, values) == [body]


@pytest.mark.parametrize("style", ["|", ">", '"', None])
@pytest.mark.parametrize(("text", "word"), [h[1:3] for h in HELD], ids=[h[0] for h in HELD])
def test_a_source_is_redacted_by_the_same_rule(text: str, word: str, style: str | None) -> None:
    body = {"kind": "ConfigMap", "data": {"app.conf": text, "other": "kept"}}
    source = yaml.dump(body, default_style=style)

    shown = redact(source, SourceKind.KUBERNETES)

    assert word not in shown
    assert shown.count("\n") == source.count("\n")
    safe, _values = take([{"apiVersion": "v1", **body}])
    assert yaml.safe_load(shown)["data"]["app.conf"].strip() == safe[0]["data"]["app.conf"].strip()
    assert yaml.safe_load(shown)["data"]["other"] == "kept"


@pytest.mark.parametrize(
    "text",
    [
        "password = x" + " " * 60_000 + "y",
        "a" * 60_000,
        "eyJ" * 20_000,
        "password = " + "a b " * 20_000,
        '{"password":"' * 5_000,
        "," * 60_000,
        "--a " * 20_000,
        "<a>" * 20_000,
        " " * 60_000 + "password: x",
    ],
)
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    before = time.process_time()
    secret_words(text)

    assert time.process_time() - before < 2
