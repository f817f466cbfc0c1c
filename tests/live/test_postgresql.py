"""Everything that meets the database, once more on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.live import postgres

pytestmark = pytest.mark.live


def test_actions_and_queries_work_on_postgresql() -> None:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster() as url:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "tests/app/actions",
                "tests/app/queries",
                "tests/app/commands",
                "tests/app/tasks",
                "tests/app/api/test_main_job.py",
                "tests/app/api/test_preconditions.py",
                "tests/app/api/test_refusals.py",
            ],
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
