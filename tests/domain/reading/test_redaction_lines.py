"""No secret word of a unit, a script, a Containerfile or an env file is shown."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.reading.redaction import redact
from migrations_app.domain.reading.redaction_lines import redact_lines

SECRET = "hunter2-Xy"

LEAKS = {
    "credentials of a unit": (SourceKind.QUADLET, f"[Image]\nImage=a\nCreds=ann:{SECRET}\n"),
    "credentials option": (SourceKind.RUN_LINES, f"podman run --creds=ann:{SECRET} web\n"),
    "unit environment": (SourceKind.QUADLET, f"[Container]\nEnvironment=DB_PASSWORD={SECRET}\n"),
    "quoted environment": (SourceKind.QUADLET, f'Environment=A=b "API_KEY={SECRET}" C=d\n'),
    "podman arguments": (SourceKind.QUADLET, f"PodmanArgs=--env API_KEY={SECRET} --rm\n"),
    "exec option": (SourceKind.QUADLET, f"Exec=/app --password {SECRET}\n"),
    "glued exec option": (SourceKind.QUADLET, f"Exec=/app --password={SECRET}\n"),
    "continued exec": (SourceKind.QUADLET, f"Exec=/app --password \\\n  {SECRET} \\\n --quiet\n"),
    "service unit": (SourceKind.SYSTEMD, f"ExecStart=/usr/bin/podman run -e TOKEN={SECRET} web\n"),
    "run line": (SourceKind.RUN_LINES, f"podman run -e DB_PASSWORD='{SECRET}' web\n"),
    "run line, glued flag": (SourceKind.RUN_LINES, f"podman run -eAPI_KEY={SECRET} web\n"),
    "run line, long flag": (SourceKind.RUN_LINES, f'podman run --env="API_KEY={SECRET}" web\n'),
    "shell variable": (SourceKind.RUN_LINES, f"DB_PASSWORD={SECRET}\npodman run web\n"),
    "address": (SourceKind.RUN_LINES, f"podman run -e DB=postgres://u:{SECRET}@db/app web\n"),
    "image environment": (SourceKind.CONTAINERFILE, f"FROM a\nENV API_KEY={SECRET}\n"),
    "old image environment": (SourceKind.CONTAINERFILE, f"FROM a\nENV API_KEY {SECRET}\n"),
    "env file": (SourceKind.ENV_FILE, f"A=b\nDB_PASSWORD = {SECRET} and more\n"),
    "exported": (SourceKind.ENV_FILE, f'export DB_PASSWORD="{SECRET}"\n'),
    "compose command": (SourceKind.COMPOSE, f"services: {{a: {{command: x --password {SECRET}}}}}"),
    "compose list": (SourceKind.COMPOSE, f"services:\n  a:\n    environment: [TOKEN={SECRET}]\n"),
    "private key": (
        SourceKind.RUN_LINES,
        f"K='-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----'\n",
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_secret_word_is_hidden_and_lines_stay(name: str) -> None:
    kind, text = LEAKS[name]
    shown = redact(text, kind)
    assert SECRET not in shown
    assert shown.count("\n") == text.count("\n")


HARMLESS = {
    "secret by name": (SourceKind.QUADLET, "[Container]\nSecret=db-password,type=env\n"),
    "secret option": (SourceKind.RUN_LINES, "podman run --secret db-password --name web img\n"),
    "variable": (SourceKind.RUN_LINES, "podman run -e DB_PASSWORD=$DB_PASSWORD web\n"),
    "file": (SourceKind.ENV_FILE, "DB_PASSWORD_FILE=/run/secrets/db\n"),
    "plain unit": (SourceKind.SYSTEMD, "[Service]\nExecStart=/usr/bin/podman start web\n"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_secret_is_shown(name: str) -> None:
    kind, text = HARMLESS[name]
    assert redact(text, kind) == text


def test_a_long_secret_is_hidden_wherever_else_it_stands() -> None:
    secret = "correct-horse-battery"
    text = f"# was {secret}\npodman run -e DB_PASSWORD={secret} web\n"
    assert secret not in redact(text, SourceKind.RUN_LINES)


def test_what_a_secret_is_made_of_is_hidden_by_whatever_name() -> None:
    text = "ENVSEC=hunter2word\nLEVEL=info\nTOKEN_FILE=/run/x\n"
    shown = redact_lines(text, SourceKind.ENV_FILE, frozenset({"ENVSEC", "LEVEL_2", "TOKEN_FILE"}))
    assert shown == "ENVSEC=kakehashi:secret\nLEVEL=info\nTOKEN_FILE=/run/x\n"


def test_a_variable_that_is_put_into_a_secret_one_is_hidden() -> None:
    text = 'TOK="hunter2word1"\nLEVEL=info\npodman run -e X_TOKEN=$TOK -e L=$LEVEL a sh -c "$TOK"\n'
    shown = redact_lines(text, SourceKind.RUN_LINES)
    assert "hunter2word1" not in shown
    assert "LEVEL=info" in shown
    assert "-e X_TOKEN=$TOK -e L=$LEVEL a" in shown
