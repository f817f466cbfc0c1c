"""A health check that calls its own container by name asks localhost on a cluster."""

from __future__ import annotations

import pytest

from migrations_app.domain.manifests.probe_names import at_home
from migrations_app.domain.spec import HealthCheck
from tests.domain.manifests.composed import one

HTTP = """
services:
  registry:
    image: example.com/registry:1
    ports: ["8888:8888"]
    healthcheck: {test: [CMD, curl, -f, "http://registry:8888/ready"]}
"""


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("nc -z db 5432", "nc -z localhost 5432"),
        ("pg_isready -h db -U db -d db", "pg_isready -h localhost -U db -d db"),
        ("pg_isready --host=db", "pg_isready --host=localhost"),
        ("topics --bootstrap-server db:9092", "topics --bootstrap-server localhost:9092"),
        ("curl -f http://u:p@db:80/x && true", "curl -f http://u:p@localhost:80/x && true"),
        ("exec 3<>/dev/tcp/db/80", "exec 3<>/dev/tcp/localhost/80"),
        ("curl http://db.example.com/", "curl http://db.example.com/"),
        ("curl http://dba/", "curl http://dba/"),
        ("tail -n db 10", "tail -n db 10"),
        ("redis-cli -h cache ping", "redis-cli -h cache ping"),
    ],
)
def test_a_name_where_a_host_stands_is_localhost(test: str, said: str) -> None:
    for form in (("CMD-SHELL", test), ("CMD", *test.split())):
        found = at_home(HealthCheck(test=form), ["db"]).test
        assert " ".join(found[1:]) == said


def test_an_own_url_becomes_a_probe_of_the_pod() -> None:
    (container,) = one(HTTP, "Deployment", "registry")["spec"]["template"]["spec"]["containers"]

    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8888}
    assert container["ports"][0]["name"] == "http"
