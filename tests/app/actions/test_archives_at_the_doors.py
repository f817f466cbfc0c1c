"""An archive is taken at every door, and what is in it is kept as the files they are."""

from __future__ import annotations

import pytest

from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.errors import UnreadableSource
from migrations_app.models import Application, Service, SourceMember
from migrations_app.queries.actors import Actor
from migrations_app.queries.previews import Preview, preview
from migrations_app.queries.upload_previews import upload_preview
from tests.domain.reading.test_archives import FILES, zipped

pytestmark = pytest.mark.django_db


def test_a_stored_archive_is_its_files_and_the_same_one_is_known_again(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    def store() -> bool:
        files = {"shop.zip": zipped(FILES)}
        return store_source(
            actor=operator, application=application, files=files, schemas=schemas
        ).created

    assert store()
    assert not store()
    assert Service.objects.get().name == "web"
    members = {member.path: member for member in SourceMember.objects.all()}
    assert bytes(members["shop.zip/compose.yaml"].original) == FILES["compose.yaml"]
    assert not any(member.errors for member in members.values())
    assert members["shop.zip/README.md"].redacted == ""


def test_an_archive_that_must_not_be_unpacked_stores_nothing(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    files = {"shop.zip": zipped({"../x.yaml": b"a: 1"})}
    with pytest.raises(UnreadableSource):
        store_source(actor=operator, application=application, files=files, schemas=schemas)
    assert not SourceMember.objects.exists()


def test_previews_look_into_archives(schemas: BundledSchemas) -> None:
    files = {"shop.zip": zipped(FILES)}
    shown = upload_preview(files, None, schemas)
    assert shown.whole
    assert [file.path for file in shown.files if file.kind == "compose"] == [
        "shop.zip/compose.yaml"
    ]
    assert "image: nginx:1.27" in preview(Preview(files=files), schemas)["manifest"]
    [bad] = upload_preview({"shop.zip": b"PK\x03\x04cut"}, None, schemas).files
    assert [problem.code for problem in bad.problems] == ["archive_broken"]
