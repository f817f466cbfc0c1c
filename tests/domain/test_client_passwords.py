"""Clients of databases take a password by its place: it is hidden, and found, like any other."""

from __future__ import annotations

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks import run
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.manifests.secret_markers import secret_paths
from migrations_app.domain.places import pointer
from migrations_app.domain.provenance import Origin
from migrations_app.domain.secret_commands import command_with_markers

AT = ("spec", "containers", 0, "readinessProbe", "exec", "command")


def _pod(*command: str) -> dict[str, object]:
    box = {"name": "a", "readinessProbe": {"exec": {"command": [*command]}}}
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [box]}}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("redis-cli -a hunter22 ping | grep PONG", "redis-cli -a *** ping | grep PONG"),
        ("mysqladmin ping -u root -phunter22", "mysqladmin ping -u root -p***"),
        ("mariadb-admin -p'hunter 22' ping", "mariadb-admin -p*** ping"),
        ("mysqladmin ping -p$MYSQL_ROOT_PASSWORD", "mysqladmin ping -p$MYSQL_ROOT_PASSWORD"),
        ("mysql -P 3306 -p", "mysql -P 3306 -p"),
        ("ls -a folder && cp -pr a b", "ls -a folder && cp -pr a b"),
    ],
)
def test_a_password_of_a_client_is_hidden_in_a_line(line: str, shown: str) -> None:
    assert command_with_markers(line, "***") == shown
    assert bool(list(secret_paths(_pod("sh", "-c", line)))) == (line != shown)


def test_a_password_of_a_client_is_hidden_among_arguments() -> None:
    assert [*secret_paths(_pod("redis-cli", "-a", "hunter22", "ping"))] == [(*AT, 2)]
    assert [*secret_paths(_pod("/bin/mysqladmin", "ping", "-phunter22"))] == [(*AT, 2)]
    assert [*secret_paths(_pod("redis-cli", "-p", "6379"))] == []


def test_a_password_in_a_probe_alone_is_found() -> None:
    item = SourceObject(_pod("redis-cli", "-a", "hunter22"), Origin("a.yaml", 1, 1), "a.yaml")
    found = run(CheckContext((item,), BundledSchemas(), "1.34"))

    assert [one.place.path for one in found if one.code == "CFG-01"] == [pointer((*AT, 2))]
