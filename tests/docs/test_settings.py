"""docs/settings.md against the code: every variable that is read is described, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = {"env_text", "env_bool", "env_int", "env_choice", "env_list", "env_secret"}
OURS = {"DJANGO_SETTINGS_MODULE", "DEBIAN_FRONTEND", "PIP_DISABLE_PIP_VERSION_CHECK"}
"""Set by our own programs for what they start, never by people."""


def _read_in(path: Path) -> Iterator[str]:
    """The names that a module takes from the environment, found in its syntax tree."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called.rpartition(".")[2] in READERS or called in (
                "os.environ.get",
                "os.getenv",
                "environ.get",
            ):
                yield str(node.args[0].value)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            if isinstance(node.slice, ast.Constant) and isinstance(node.ctx, ast.Load):
                yield str(node.slice.value)


def _modules() -> list[Path]:
    folders = ("workbench", "migrations_app", "bench")
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def _read_anywhere() -> set[str]:
    tests = (ROOT / "tests").rglob("*.py")
    found = {name for path in _modules() for name in _read_in(path)}
    found |= {
        name for path in tests for name in _read_in(path) if name.startswith("WORKBENCH_TEST_")
    }
    return {name for name in found if name.isupper()} - OURS


def _described() -> set[str]:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| ((?:`[A-Z_0-9]+`(?:, )?)+) \|", text)
    return {name for row in rows for name in re.findall(r"`([A-Z_0-9]+)`", row)}


def test_every_variable_that_is_read_is_described() -> None:
    assert sorted(_read_anywhere() - _described()) == []


def test_every_variable_that_is_described_is_read() -> None:
    known_only_to_fixtures = {name for name in _described() if name.startswith("WORKBENCH_TEST_")}
    text = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    assert all(name in text for name in known_only_to_fixtures)
    others = _described() - _read_anywhere() - known_only_to_fixtures
    # A few are read in a loop over their names.
    code = "\n".join(path.read_text(encoding="utf-8") for path in _modules())
    assert sorted(name for name in others if f'"{name}"' not in code) == []


def test_the_search_finds_each_way_of_reading(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "import os\nfrom workbench import env\nA = env.env_int('A_NAME', 1)\n"
        "B = os.environ.get('B_NAME')\nC = os.environ['C_NAME']\nos.environ['SET'] = '1'\n"
    )
    assert list(_read_in(module)) == ["A_NAME", "B_NAME", "C_NAME"]
