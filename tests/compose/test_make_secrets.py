"""``deploy/make-secrets``: keys that are made once and kept."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.data import encryption_keys

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path)
    _make(tmp_path)
    return tmp_path / "secrets"


def _make(where: Path) -> str:
    made = subprocess.run([str(where / "make-secrets")], capture_output=True, text=True, check=True)
    return made.stdout


def test_the_files_are_those_that_the_compose_file_names(folder: Path) -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    for path in folder.iterdir():
        assert f"file: ./deploy/secrets/{path.name}\n" in compose
    assert len(list(folder.iterdir())) == compose.count("file: ./deploy/secrets/")


def test_the_folder_is_for_its_owner_alone(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_encryption_key_is_one_that_the_settings_take(folder: Path) -> None:
    assert len(encryption_keys((folder / "encryption_keys").read_text())) == 1


def test_the_database_address_carries_the_password_of_the_database(folder: Path) -> None:
    password = (folder / "postgres_password").read_text()
    assert len(password) >= 24
    assert f":{password}@postgres:5432/" in (folder / "database_url").read_text()


def test_what_is_there_is_kept(folder: Path) -> None:
    before = {path.name: path.read_text() for path in folder.iterdir()}
    said = _make(folder.parent)
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    assert "made" not in said


def test_no_secret_is_printed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path)
    said = _make(tmp_path)
    for path in (tmp_path / "secrets").iterdir():
        assert path.read_text() not in said
