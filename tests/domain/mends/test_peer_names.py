"""Peers that are called by a name which no Service can have."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, SecretsMode, render
from migrations_app.domain.mends.peer_names import MEND
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "my_db"}}


def renamed(name: str, value: str, service: str = "my_db") -> Any:
    config = {"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {name: value}}
    held = {**SERVICE, "metadata": {"name": service}}
    changed = MEND((held, config))[1]
    assert changed is not None
    return changed["data"][name]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DB_HOST", "my_db", "my-db"),
        ("DB_HOST", "MY_DB", "my-db"),
        ("URL", "http://my_db:80/my_db", "http://my-db:80/my_db"),
        ("DSN", "postgres://my_db:pw@my_db/my_db", "postgres://my_db:pw@my-db/my_db"),
        ("DSN", "u:pw@tcp(my_db:3306)/x", "u:pw@tcp(my-db:3306)/x"),
        ("PEERS", "kafka:1,my_db:9092", "kafka:1,my-db:9092"),
        ("DB_NAME", "my_db", "my_db"),
        ("SOMETHING", "my_db", "my_db"),
        ("URL", "https://x.my_db.example/my_db", "https://x.my_db.example/my_db"),
    ],
)
def test_only_what_is_sure_to_be_a_host_is_renamed(name: str, value: str, expected: str) -> None:
    assert renamed(name, value) == expected


def test_a_text_of_several_lines_and_a_public_name_stay() -> None:
    text = "upstream my_db {}\nproxy_pass http://my_db;\n"
    assert renamed("nginx.conf", text) == text
    assert renamed("URL", "http://shop.example", "shop.example") == "http://shop.example"


COMPOSE = """
services:
  my_db:
    image: docker.io/library/postgres:16
    ports: ["5432"]
    environment: {POSTGRES_DB: my_db, ALONE: my_db}
  web:
    image: quay.io/example/web:1
    environment:
      DB_NAME: my_db
      ALONE: my_db
      DATABASE_URL: postgres://u:s3cret-x@my_db/x
    command: ["-h", "my_db", "--db-host=my_db", "--name", "my_db", "--name=my_db"]
"""


def made(mode: SecretsMode = SecretsMode.KEEP) -> Made:
    bundle = read_bundle(MemoryFiles({"compose.yaml": COMPOSE.encode()}), STRICT)
    return render(bundle, Options(secrets=mode), BundledSchemas())


def test_peers_of_a_compose_file_ask_for_the_service() -> None:
    result = made()
    [web] = [
        item.body["spec"]["template"]["spec"]["containers"][0]
        for item in result.objects
        if item.label == "Deployment/web"
    ]
    assert web["args"] == [*("-h", "my-db", "--db-host=my-db", "--name", "my_db", "--name=my_db")]
    assert "postgres://u:s3cret-x@my-db/x" in result.text
    told = [item for item in result.findings if "peer" in str(item.message)]
    assert sorted(item.place.path for item in told if item.mended) == [
        "/spec/template/spec/containers/0/args/1",
        "/spec/template/spec/containers/0/args/2",
        "/stringData/DATABASE_URL",
    ]
    assert sorted(item.place.path for item in told if not item.mended) == [
        "/spec/template/spec/containers/0/env/1/value"
    ]


def test_no_secret_is_shown_by_the_change_of_its_host() -> None:
    result = made(SecretsMode.PLACEHOLDER)
    assert "s3cret-x" not in result.text
    assert "s3cret-x" not in repr(result.changes)


def test_whoever_used_an_impossible_alias_is_told_the_name_of_the_service() -> None:
    source = COMPOSE.replace(
        "  my_db:\n", "  my_db:\n    networks: {default: {aliases: [the_db]}}\n"
    )
    bundle = read_bundle(MemoryFiles({"compose.yaml": source.encode()}), STRICT)
    [told] = [
        str(item.fix)
        for item in render(bundle, Options(), BundledSchemas()).findings
        if "the_db" in str(item.message)
    ]
    assert "my-db" in told
