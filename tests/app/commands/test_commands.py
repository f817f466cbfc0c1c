"""The command line's own doors: what they print, and what their exit codes say."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from migrations_app.actions.tokens import use_token
from migrations_app.domain.errors import NotAllowed, UnreadableSource
from migrations_app.models import Application, AuditEvent, Source, SourceMember, User
from migrations_app.queries import trail
from migrations_app.queries.inputs import gather
from tests import append_only
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: [{name: c, image: i}]}\n"
)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(POD.replace("NAME", name))
    (tmp_path / ".hidden.yaml").write_text("a: [")
    return tmp_path


def test_import_prints_one_line_of_json_per_service(folder: Path) -> None:
    lines = [
        json.loads(line)
        for line in run("import", str(folder), "--application", "bank").splitlines()
    ]
    assert [(line["key"], line["match"]) for line in lines] == [
        ("one", "created"),
        ("two", "created"),
    ]
    assert Application.objects.get().slug == "bank"


def test_import_stores_all_or_nothing(folder: Path) -> None:
    (folder / "broken.yaml").write_text("a: [")
    with pytest.raises(UnreadableSource, match="broken"):
        run("import", str(folder), "--application", "bank")
    assert not Source.objects.exists()


def test_import_keeps_going_when_told_to(folder: Path) -> None:
    (folder / "broken.yaml").write_text("a: [")
    with pytest.raises(CommandError) as stopped:
        run("import", str(folder), "--application", "bank", "--keep-going")
    assert stopped.value.returncode == 2
    assert Source.objects.get().members.count() == 3


def test_import_as_somebody_asks_for_their_rights(folder: Path, application: Application) -> None:
    UserFactory.create(username="nobody")
    with pytest.raises(NotAllowed):
        run("import", str(folder), "--application", "banking-app", "--as", "nobody")
    with pytest.raises(CommandError) as stopped:
        run("import", str(folder), "--application", "banking-app", "--as", "missing")
    assert stopped.value.returncode == 64


def test_a_user_and_a_token(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
    run("create_user", "nora", "--role", "operator", "--application", "banking-app")
    assert User.objects.get(username="nora").check_password("correct horse battery")
    text = run("create_token", "nora", "--scope", "read", "--days", "3").strip()
    token = use_token(text=text)
    assert token is not None
    assert (token.user.username, token.scopes) == ("nora", ["read"])


def test_the_first_administrator_finds_the_password_in_a_file(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORKBENCH_ADMIN_PASSWORD", raising=False)
    settings.WORKBENCH_DATA_DIR = tmp_path
    run("ensure_admin")
    run("ensure_admin")
    file = tmp_path / "admin-password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert User.objects.get().check_password(file.read_text().strip())


def test_the_first_administrator_may_be_given_a_password(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_ADMIN_PASSWORD", "correct horse battery")
    settings.WORKBENCH_DATA_DIR = tmp_path
    run("ensure_admin")
    assert User.objects.get().check_password("correct horse battery")
    assert not (tmp_path / "admin-password").exists()


def test_an_intact_trail_is_good(folder: Path) -> None:
    run("import", str(folder), "--application", "bank")
    assert "4 events, all hold" in run("verify_audit")
    assert AuditEvent.objects.get(seq=5).tag == "audit:verified"


@pytest.mark.django_db(transaction=True)
def test_a_broken_trail_is_named(folder: Path) -> None:
    run("import", str(folder), "--application", "bank")
    append_only.uninstall()
    AuditEvent.objects.filter(seq=2).update(outcome="failed")
    append_only.install()
    with pytest.raises(CommandError, match=r"Event 2: .*outcome") as stopped:
        run("verify_audit")
    assert stopped.value.returncode == 1


def test_an_exported_trail_is_verified_alone(folder: Path, tmp_path: Path) -> None:
    run("import", str(folder), "--application", "bank")
    exported = tmp_path / "trail.jsonl"
    exported.write_text("".join(trail.export(AuditEvent.objects.all())))
    assert "4 events, all hold" in run("verify_audit", "--input", str(exported))
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join([*lines[:1], *lines[2:]]))
    with pytest.raises(CommandError, match="Event 2 is missing"):
        run("verify_audit", "--input", str(exported))
    with pytest.raises(CommandError, match=r"nowhere cannot be read: No such file or directory\.$"):
        run("verify_audit", "--input", str(tmp_path / "nowhere"))
    exported.write_text("nonsense\n")
    with pytest.raises(CommandError) as stopped:
        run("verify_audit", "--input", str(exported))
    assert stopped.value.returncode == 2


def test_keys_are_rotated(folder: Path) -> None:
    run("import", str(folder), "--application", "bank")
    assert run("rotate_keys") == "2 values are encrypted with the first key.\n"


def test_what_a_file_refers_to_is_stored_with_it(tmp_path: Path) -> None:
    """The source is read again from what is stored, without the folder it came from."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "compose.yaml").write_text(
        "services:\n  web: {image: 'registry.example.com/web:${TAG}', env_file: web.env}\n"
    )
    (folder / "web.env").write_text("LEVEL=info\n")
    (folder / ".env").write_text("TAG=1.4\n")
    (folder / "README.md").write_text("# Shop\n")
    (tmp_path / "other.env").write_text("A=b\n")
    for path in (folder, folder / "compose.yaml"):
        call_command("import", str(path), application=path.stem)
        application = Application.objects.get(slug=path.stem)
        bundle = gather(application).bundle
        (container,) = bundle.specs[0].containers
        assert container.image == "registry.example.com/web:1.4"
        assert container.environment == {"LEVEL": "info"}
        kept = {
            member.path.rpartition("/")[2]
            for member in SourceMember.objects.filter(source__application=application)
        }
        assert kept == {"compose.yaml", "web.env", ".env"}
