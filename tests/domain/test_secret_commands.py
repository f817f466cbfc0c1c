"""Passwords inside commands, probes and headers are hidden; what is no secret stays."""

from __future__ import annotations

import pytest

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.manifests.secret_markers import MARKER, put_back, take
from migrations_app.domain.reading.redaction import redact
from migrations_app.domain.secret_commands import (
    command_with_markers,
    holds_secrets,
    value_with_markers,
)

CANARY = "vogel9Qz7"


@pytest.mark.parametrize(
    "text",
    [
        f"PGPASSWORD={CANARY} psql -c x",
        f"export DB_PASSWORD='{CANARY}'; run",
        f"mysqladmin ping --password={CANARY}",
        f"mysqladmin ping --password {CANARY} && echo",
        f'["serve","--password","{CANARY}"]',
        f"redis-server --appendonly yes --requirepass {CANARY}",
        f'["redis-server","--masterauth","{CANARY}"]',
        f"curl -u admin:{CANARY} http://x/",
        f'curl -H "Authorization: Bearer {CANARY}" http://x/',
        f"username=u,password={CANARY}",
        f"podman login -u a -p {CANARY} registry.example.com",
        f"echo -n {CANARY} | podman secret create db -",
    ],
)
def test_secret_words_of_a_command_are_hidden(text: str) -> None:
    assert command_with_markers(text, MARKER) == text.replace(CANARY, MARKER)


@pytest.mark.parametrize(
    "text",
    [
        "run --user 1000:1000 x",
        "psql --password $PGPASSWORD",
        "PGPASSWORD=${PGPASSWORD} psql",
        'PGPASSWORD="$(cat /run/secrets/pw)" psql',
        "podman run --secret db --name x",
        "--password --verbose",
        "curl -H 'Authorization: Bearer ${TOKEN}' http://x",
    ],
)
def test_references_and_names_stay(text: str) -> None:
    assert command_with_markers(text, MARKER) == text


def test_values_in_commands_probes_and_headers_are_taken_out_and_put_back() -> None:
    shell = ["sh", "-c", f"PGPASSWORD={CANARY} psql"]
    container = {
        "name": "a",
        "command": shell,
        "livenessProbe": {"exec": {"command": shell}},
        "readinessProbe": {
            "httpGet": {"httpHeaders": [{"name": "Authorization", "value": f"Bearer {CANARY}"}]}
        },
        "lifecycle": {"postStart": {"exec": {"command": ["x", "--password", CANARY]}}},
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    body = {**pod, "spec": {"containers": [container]}}
    shown, values = take([body])
    assert CANARY not in repr(shown)
    assert f"PGPASSWORD={MARKER} psql" in repr(shown)
    assert take(shown) == (shown, {})
    assert put_back(shown, values) == [body]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SourceKind.QUADLET, f'[Container]\nExec=sh -c "export PGPASSWORD={CANARY}; run"\n'),
        (SourceKind.QUADLET, f"[Volume]\nOptions=username=a,password={CANARY}\n"),
        (SourceKind.RUN_LINES, f"podman run --health-cmd 'x --password {CANARY}' a\n"),
        (SourceKind.RUN_LINES, f'curl -H "Authorization: Bearer {CANARY}" x\n'),
        (SourceKind.RUN_LINES, f"podman login -u a -p {CANARY} reg.example.com\n"),
        (SourceKind.QUADLET, f"[Container]\nHealthCmd=curl -u admin:{CANARY} http://x/\n"),
        (SourceKind.CONTAINERFILE, f'FROM a\nCMD ["x","--password","{CANARY}"]\n'),
        (SourceKind.COMPOSE, f'volumes: {{a: {{driver_opts: {{o: "u=a,password={CANARY}"}}}}}}\n'),
        (SourceKind.KUBERNETES, f'httpHeaders: [{{name: Authorization, value: "x {CANARY}"}}]\n'),
    ],
)
def test_they_are_not_shown_in_a_source_either(kind: SourceKind, text: str) -> None:
    assert CANARY not in redact(text, kind)


@pytest.mark.parametrize(
    "text",
    [
        "serve -v --password s3cr3t-9",
        "mysql -uroot --password='s3cr3t-9'",
        '["sh","-c","serve --password s3cr3t-9"]',
        "-Xmx1g -Dspring.datasource.password=s3cr3t-9",
        "Server=db;User Id=sa;Password=s3cr3t-9;Encrypt=no",
        '{"user":"a","password":"s3cr3t-9"}',
        "Bearer s3cr3t-9-s3cr3t-9",
        'proxy_set_header Authorization "Bearer s3cr3t-9";',
        "podman secret create db - <<< s3cr3t-9",
        "printf '%s' s3cr3t-9 | podman secret create db -",
        "podman pull --creds me:s3cr3t-9 example.com/a",
        '{"auths": {"example.com": {"auth": "bWU6czNjcjN0LTk="}}}',
        "machine example.com login me password s3cr3t-9",
    ],
)
def test_a_part_of_a_value_is_hidden_wherever_it_stands(text: str) -> None:
    shown = value_with_markers(text, "HIDDEN")
    assert "HIDDEN" in shown
    assert "s3cr3t" not in shown
    assert "bWU6" not in shown
    assert holds_secrets(text)


@pytest.mark.parametrize(
    "text",
    ["basic authentication", "-p 80:80 --token-file /run/token", "a=b"],
)
def test_an_ordinary_value_stays_as_it_is(text: str) -> None:
    assert not holds_secrets(text)


def test_parts_of_variables_and_claim_templates_come_back() -> None:
    body = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "a"},
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": "a",
                            "args": ["env", f"DB_PASSWORD={CANARY}"],
                            "env": [
                                {"name": "JAVA_OPTS", "value": f"-Xmx1g -Ddb.password={CANARY}"},
                                {"name": "DSN", "value": f"Server=h;Password={CANARY};X=1"},
                            ],
                        }
                    ]
                }
            },
            "volumeClaimTemplates": [
                {"metadata": {"name": "d", "annotations": {"nfs.password": CANARY}}}
            ],
        },
    }
    taken, values = take([body])
    assert CANARY not in str(taken)
    assert "-Xmx1g -Ddb.password=" + MARKER in str(taken)
    assert take(taken) == (taken, {})
    assert put_back(taken, values) == [body]
