"""The value of a variable that is called secret is a secret, wherever it is put in."""

from __future__ import annotations

import json

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles, SourceKind
from migrations_app.domain.engine import Options, render
from migrations_app.domain.manifests.secret_markers import MARKER, take
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.redaction import redact
from migrations_app.domain.reports.plain import question_json

SECRET = "hunter2word"
COMPOSE = "services: {{a: {{image: 'nginx:1.25', environment: {{{entry}}}}}}}"
UNIT = "[Service]\nEnvironment=DB_PASS=" + SECRET + "\nExecStart=/usr/bin/podman run --name a "
QUADLET = (
    "[Container]\nImage=a:1\nEnvironment=OTHER=${DB_PASS}\n"
    f"[Service]\nEnvironment=DB_PASS={SECRET}\n"
)
SCRIPT = f"DB_PASS={SECRET}\npodman run --name a "


def _shown(name: str, text: str) -> tuple[str, list[str]]:
    """What is shown of the objects and the questions, and the variables that secrets keep."""
    bundle = read_bundle(MemoryFiles({name: text.encode()}), STRICT)
    made = render(bundle, Options(), BundledSchemas())
    objects, _values = take(item.body for item in made.objects)
    questions = [question_json(item) for item in made.questions]
    kept = [key for body in objects if body["kind"] == "Secret" for key in body["stringData"]]
    return json.dumps([objects, questions]), kept


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", COMPOSE.format(entry=f"OTHER: '${{DB_PASS:-{SECRET}}}'")),
        ("compose.yaml", COMPOSE.format(entry=f"OTHER: '${{A:-${{DB_PASS:-{SECRET}}}}}'")),
        ("a.sh", SCRIPT + "-e OTHER=$DB_PASS a:1\n"),
        ("a.service", UNIT + "-e OTHER=${DB_PASS} a:1\n"),
        ("a.container", QUADLET),
    ],
)
def test_a_secret_variable_is_kept_secret_under_any_name(name: str, text: str) -> None:
    shown, kept = _shown(name, text)

    assert SECRET not in shown
    assert kept == ["OTHER"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", COMPOSE.format(entry=f"DB_PASS: '${{ANY:-{SECRET}}}'")),
        ("a.sh", f'podman run --name a -e DB_PASS="${{ANY:-{SECRET}}}" a:1\n'),
        ("a.sh", f"podman run --name a -e DB_PASS=$(echo {SECRET} | rev) a:1\n"),
        (
            "a.sh",
            f"X_TOKEN=$(printf '{SECRET}' | rev)\npodman run --name a -e X_TOKEN=$X_TOKEN a:1\n",
        ),
    ],
)
def test_no_question_shows_what_a_secret_is_made_of(name: str, text: str) -> None:
    assert SECRET not in _shown(name, text)[0]


def test_innocent_variables_are_shown_and_stay_where_they_are() -> None:
    entry = (
        "TAG: '${TAG:-stable}', FILE: '${DB_PASSWORD_FILE:-/run/x}', URL: '${TOKEN_URL:-http://a/}'"
    )
    shown, kept = _shown("compose.yaml", COMPOSE.format(entry=entry))

    assert not kept
    assert all(word in shown for word in ("stable", "/run/x", "http://a/"))
    assert MARKER not in shown
    assert "echo a.b | rev" in _shown("a.sh", "podman run --name a -e X=$(echo a.b | rev) a:1\n")[0]


def test_lines_of_a_key_in_a_file_of_podman_are_no_variables() -> None:
    inner = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nb c\nx1==\n"
    key = f"a\n-----BEGIN PRIVATE KEY-----\n{inner}-----END PRIVATE KEY-----\n"
    files = {
        "a.sh": b"podman run --name a --env-file a.env a:1\n",
        "a.env": f'LEVEL=info\nKEY="{key}PASSED_ON\n'.encode(),
    }
    bundle = read_bundle(MemoryFiles(files), STRICT)

    assert [item.id for item in bundle.questions] == ["variable:a:PASSED_ON"]
    assert [row.place.line for row in bundle.loss if "no variable" in str(row.reason)] == [
        3,
        4,
        5,
        6,
        7,
    ]
    assert not [row for row in bundle.loss if "MIIEv" in row.path]


def test_a_file_shows_no_variable_of_which_a_secret_is_made() -> None:
    compose = (
        b"services: {a: {image: 'a:1', environment: ['X_PASSWORD=${LP}']}}\n"
        b"secrets: {s: {environment: ENVSEC}}\n"
    )
    files = {"compose.yaml": compose, ".env": f"ENVSEC={SECRET}\nLP={SECRET}2\nA=b\n".encode()}
    bundle = read_bundle(MemoryFiles(files), STRICT)

    names = {member.path: member.secret_names for member in bundle.members}
    assert names == {"compose.yaml": frozenset(), ".env": frozenset({"ENVSEC", "LP"})}
    shown = redact(files[".env"].decode(), SourceKind.ENV_FILE, names[".env"])
    assert SECRET not in shown
    assert "A=b" in shown
    assert SECRET not in str(bundle.facts.variables)
