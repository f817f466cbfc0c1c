"""The compose file, as three readers see it: plain YAML, podman-compose and Docker's own loader."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
SERVICES = {"web", "worker", "reaper", "postgres", "redis"}
OWN = ("web", "worker", "reaper")


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text())


@pytest.fixture(scope="module")
def as_docker_reads_it(judges: Path) -> dict[str, Any]:
    answer = subprocess.run(
        [str(judges / "judges"), "compose", str(FILE)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    read = json.loads(answer.stdout)
    assert "error" not in read
    return read["read"]


@pytest.fixture(scope="module")
def as_podman_compose_reads_it() -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "podman_compose", "-f", str(FILE), "config"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return yaml.safe_load(answer.stdout)


def test_docker_compose_reads_every_service(as_docker_reads_it: dict[str, Any]) -> None:
    assert set(as_docker_reads_it["services"]) == SERVICES
    assert as_docker_reads_it["networks"]["inside"]["internal"] is True


def test_podman_compose_reads_every_service(as_podman_compose_reads_it: dict[str, Any]) -> None:
    assert set(as_podman_compose_reads_it["services"]) == SERVICES


def test_docker_and_podman_compose_agree_on_what_runs(
    as_docker_reads_it: dict[str, Any], as_podman_compose_reads_it: dict[str, Any]
) -> None:
    for name in SERVICES:
        docker, podman = (
            read["services"][name] for read in (as_docker_reads_it, as_podman_compose_reads_it)
        )
        assert docker["image"] == podman["image"]
        assert docker.get("command") == podman.get("command")
        assert docker["healthcheck"]["test"] == podman["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_has_a_health_check_and_comes_back(plain: dict[str, Any], name: str) -> None:
    service = plain["services"][name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OWN)
def test_our_services_start_after_the_stores(plain: dict[str, Any], name: str) -> None:
    after = plain["services"][name]["depends_on"]
    assert {"postgres", "redis"} <= set(after)
    assert all(how == {"condition": "service_healthy"} for how in after.values())


def test_worker_and_reaper_start_after_web_which_makes_the_tables(plain: dict[str, Any]) -> None:
    assert "web" in plain["services"]["worker"]["depends_on"]
    assert "web" in plain["services"]["reaper"]["depends_on"]


def test_only_the_worker_meets_podman(plain: dict[str, Any]) -> None:
    for name, service in plain["services"].items():
        sockets = (
            [volume for volume in service["volumes"] if "podman.sock" in volume]
            if ("volumes" in service)
            else []
        )
        assert bool(sockets) is (name == "worker")


def test_only_web_can_be_reached_from_outside_and_only_from_this_machine(
    plain: dict[str, Any],
) -> None:
    assert [name for name, s in plain["services"].items() if "ports" in s] == ["web"]
    assert plain["services"]["web"]["ports"] == [
        "${KAKEHASHI_BIND:-127.0.0.1}:${KAKEHASHI_PORT:-8000}:8000"
    ]
    assert [name for name, s in plain["services"].items() if "outside" in s["networks"]] == ["web"]


def test_secrets_come_from_files_and_stand_in_no_variable(plain: dict[str, Any]) -> None:
    for service in plain["services"].values():
        for key, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|SECRET|KEYS?$|DATABASE_URL", key.removesuffix("_FILE")):
                assert key.endswith("_FILE")
                assert value.startswith("/run/secrets/")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
    for name, secret in plain["secrets"].items():
        assert secret == {"file": f"./deploy/secrets/{name}"}


def test_what_must_outlive_a_container_is_in_named_volumes(plain: dict[str, Any]) -> None:
    named = {
        volume.partition(":")[0]
        for service in plain["services"].values()
        for volume in service.get("volumes", ())
        if not volume.startswith(("/", ".", "$"))
    }
    assert named == set(plain["volumes"]) == {"data", "postgres", "redis"}


@pytest.mark.parametrize("name", OWN)
def test_our_containers_have_no_powers(plain: dict[str, Any], name: str) -> None:
    service = plain["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert service.get("user", "") not in ("0", "0:0", "root")


def test_every_setting_it_uses_is_documented(plain: dict[str, Any]) -> None:
    settings = (ROOT / "docs" / "settings.md").read_text()
    operating = (ROOT / "docs" / "operating.md").read_text()
    for name in OWN:
        for key in plain["services"][name]["environment"]:
            assert f"`{key.removesuffix('_FILE')}`" in settings
    for name in set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text())):
        assert f"`{name}`" in operating
