"""The core needs neither Django nor a client library: it loads and renders without them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import importlib, pkgutil, sys

class Refuse:
    names = {"django", "rest_framework", "celery", "redis", "podman", "requests", "kombu"}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ImportError(f"the core asked for {name}")

sys.meta_path.insert(0, Refuse())
import migrations_app.domain
for module in pkgutil.walk_packages(migrations_app.domain.__path__, "migrations_app.domain."):
    importlib.import_module(module.name)
from workbench import cli
sys.exit(cli.main(["render", "-"]))
"""
SOURCE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"


def test_it_loads_and_renders_without_django() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, input=SOURCE, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "name: a" in done.stdout
