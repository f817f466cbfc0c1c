"""Redacted texts show everything but secrets, line by line."""

from __future__ import annotations

import pytest
import yaml

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.reading.redaction import redact


def kubernetes(text: str) -> str:
    return redact(text, SourceKind.KUBERNETES)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password: hunter2", f'password: "{MARKER}"'),
        ("level: info", "level: info"),
        ("url: postgres://u:pw123@db/x", f'url: "{MARKER}"'),
        ("PASSWORD_FILE: /run/secrets/x", "PASSWORD_FILE: /run/secrets/x"),
        ("- name: DB_PASSWORD\n  value: 'x y'", f'- name: DB_PASSWORD\n  value: "{MARKER}"'),
        ("- value: abc1\n  name: API_TOKEN", f'- value: "{MARKER}"\n  name: API_TOKEN'),
        ("- {name: LEVEL, value: info}", "- {name: LEVEL, value: info}"),
        ("args: [--password=abc, -v]", f'args: ["--password={MARKER}", -v]'),
        ("args: [--token, abc1]", f'args: [--token, "{MARKER}"]'),
        ("args: [-e, API_TOKEN=abc1]", f'args: [-e, "API_TOKEN={MARKER}"]'),
        ("# ü 架け橋\npassword: 'ä'", f'# ü 架け橋\npassword: "{MARKER}"'),
        ("a: &x swordfish-12\npassword: *x", f'a: &x "{MARKER}"\npassword: *x'),
        ("a: swordfish-12\npassword: swordfish-12", f'a: "{MARKER}"\npassword: "{MARKER}"'),
        ("user: postgres\npassword: postgres", f'user: postgres\npassword: "{MARKER}"'),
        ("password: |\n  one\n  two\nb: c", f'password: "{MARKER}"\n\n\nb: c'),
    ],
)
def test_a_value_is_hidden_where_it_stands(text: str, shown: str) -> None:
    assert kubernetes(text) == shown


def test_all_of_a_secret_is_hidden_and_nothing_of_its_neighbour() -> None:
    text = """\
apiVersion: v1
kind: Secret
metadata: {name: db}
data: {any: YW55}
stringData: {thing: at all}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: db}
data: {any: thing}
"""
    secret, config = yaml.safe_load_all(kubernetes(text))
    assert secret["stringData"] == {"thing": MARKER}
    assert secret["data"] == {"any": "a2FrZWhhc2hpOnNlY3JldA=="}
    assert config["data"] == {"any": "thing"}


def test_a_secret_in_a_list_is_hidden() -> None:
    text = "kind: List\nitems:\n- kind: Secret\n  data: {a: YWJj}\n"
    assert "YWJj" not in kubernetes(text)


def test_inspections_keep_their_shape() -> None:
    text = '[{"Config": {"Env": ["PATH=/bin", "DB_PASSWORD=s3cr3t"]}}]'
    expected = f'[{{"Config": {{"Env": ["PATH=/bin", "DB_PASSWORD={MARKER}"]}}}}]'
    assert redact(text, SourceKind.INSPECT) == expected


def test_json_that_no_yaml_reader_takes_is_redacted_too() -> None:
    text = '[{"Name": "\\ud83d\\ude00", "Config": {"Env": ["DB_PASSWORD=s3cr3t"]}}]'
    shown = redact(text, SourceKind.INSPECT)
    assert "s3cr3t" not in shown
    assert f"DB_PASSWORD={MARKER}" in shown


def test_what_was_applied_last_is_redacted_inside() -> None:
    text = (
        "metadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n"
        '      {"kind":"Secret","data":{"a":"c2VjcmV0"}}\n'
    )
    assert "c2VjcmV0" not in kubernetes(text)


@pytest.mark.parametrize("text", ["a: [", "\t- x: {"])
def test_what_cannot_be_read_is_not_shown(text: str) -> None:
    assert kubernetes(text) == ""


def test_a_second_time_changes_nothing() -> None:
    once = kubernetes("password: hunter2\n")
    assert kubernetes(once) == once


def test_defaults_of_secret_variables_are_hidden() -> None:
    text = (
        "services:\n  db:\n    environment:\n      - API_TOKEN=${X:-abcdef12}\n"
        "      - LEVEL=${LEVEL:-info}\n"
        "    labels: {url: 'postgres://u:${DB_PASSWORD:-change-me}@db'}\n"
        "    healthcheck: {test: 'ping --password=other999'}\n"
    )
    shown = redact(text, SourceKind.COMPOSE)
    assert "abcdef12" not in shown
    assert "change-me" not in shown
    assert "other999" not in shown
    assert "${LEVEL:-info}" in shown
    assert "${DB_PASSWORD:-kakehashi:secret}" in shown


def test_the_content_of_a_compose_secret_is_hidden_whatever_its_name() -> None:
    text = "services: {a: {image: a}}\nsecrets:\n  inline: {content: tulip}\n"
    assert "tulip" not in redact(text, SourceKind.COMPOSE)


def test_values_of_a_broken_secret_are_hidden_as_well() -> None:
    text = "kind: Secret\nstringData: {a: [tulip], b: {c: crocus}}\n---\nkind: Secret\ndata: rose\n"
    shown = redact(text, SourceKind.KUBERNETES)
    assert not any(word in shown for word in ("tulip", "crocus", "rose"))


def test_a_here_document_that_is_a_secret_is_hidden() -> None:
    text = "podman secret create db - <<EOF\ntulip\ncrocus\nEOF\npodman run --name a a:1\n"
    shown = redact(text, SourceKind.RUN_LINES)
    assert "tulip" not in shown
    assert "crocus" not in shown
    assert shown.count("\n") == text.count("\n")
    assert "podman run --name a" in shown


def test_a_login_in_a_command_of_an_inspection_is_hidden() -> None:
    text = '[{"Config": {"CreateCommand": ["podman", "--creds", "me:tulip", "--creds=me:rose"]}}]'
    shown = redact(text, SourceKind.INSPECT)
    assert "tulip" not in shown
    assert "rose" not in shown
