"""Fixtures for every test. Nothing here imports Django: the domain suite runs without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SKIPPED: list[str] = []
KIT_LACKS = "is not set: it names a folder of test kits beside this repository"

# Commands speak the language of the terminal; what tests expect of them is in English.
os.environ["WORKBENCH_LANGUAGE"] = "en"

# Machines are slow at times, and that is no failure of what is tested.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def _folder(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} {KIT_LACKS}")
    path = Path(value)
    if not path.is_dir():
        pytest.skip(f"{variable} names no folder: {path}")
    return path


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues() -> None:
    """Translations as they stand in the sources now, also after a pull without ``bin/setup``."""
    for source in (Path(__file__).parent.parent / "locale").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = compiled.with_suffix(f".{os.getpid()}")
        subprocess.run(["msgfmt", "-o", fresh, source], check=True)
        fresh.replace(compiled)


@pytest.fixture(autouse=True)
def no_language_left_over() -> Iterator[None]:
    """A request or a command sets language and time zone for its thread; the next test has none."""
    yield
    if translation := sys.modules.get("django.utils.translation"):
        translation.deactivate()
    if timezone := sys.modules.get("django.utils.timezone"):
        timezone.deactivate()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files written by others."""
    return _folder("WORKBENCH_TEST_CORPUS")


@pytest.fixture(scope="session")
def cluster_kit() -> Path:
    """The folder of the test cluster's commands."""
    return _folder("WORKBENCH_TEST_CLUSTER")


@pytest.fixture(scope="session")
def podman5_kit() -> Path:
    """The folder of a Podman 5 beside the system's own."""
    return _folder("WORKBENCH_TEST_PODMAN5")


@pytest.fixture(scope="session")
def judges() -> Path:
    """The folder of the reference readers."""
    return _folder("WORKBENCH_TEST_JUDGES")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser plugin takes every test that asks for ``browser``, ``page`` or ``context`` for
    its own, runs it first and leaves an event loop behind in which Django refuses to work."""
    stray = [
        item.nodeid
        for item in items
        if {"browser", "page", "context"} & set(getattr(item, "fixturenames", ()))
        and "tests/browser/" not in item.nodeid
    ]
    if stray:
        raise pytest.UsageError(f"fixtures of the browser plugin outside of tests/browser: {stray}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden files from what is made"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        SKIPPED.append(f"{report.nodeid}: {report.longrepr}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything is there to test with, a skipped test is a failed one."""
    wanted = os.environ.get("WORKBENCH_TEST_NO_SKIPS")
    # Only the test kits lie outside of this repository; all else is there after bin/setup.
    failed = [line for line in SKIPPED if wanted == "1" or KIT_LACKS not in line]
    if failed and wanted in ("1", "kits"):
        print("\nSkipped although nothing should be:")  # noqa: T201
        print("\n".join(failed))  # noqa: T201
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
