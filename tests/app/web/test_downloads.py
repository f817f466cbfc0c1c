"""A revision as a file, at both doors: each format, its name and type, and never a secret."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, Revision
from migrations_app.queries.actors import Actor
from migrations_app.queries.downloads import FORMATS, download

POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
    - name: api
      image: registry.example.com/api:1
      env: [{name: DB_PASSWORD, value: correct-horse-battery}]
"""


@pytest.fixture
def revision(operator: Actor, application: Application, schemas: BundledSchemas) -> Revision:
    stored = store_source(
        actor=operator, application=application, files={"api.yaml": POD}, schemas=schemas
    )
    made, _new = make_revision(
        actor=operator,
        service=stored.matches[0].service,
        wish=Wish("staging", {}, {}),
        schemas=schemas,
    )
    return made


@pytest.mark.parametrize("written_as", FORMATS)
def test_each_format_is_a_file_without_secrets(revision: Revision, written_as: str) -> None:
    made = download(revision, written_as)
    assert made.content == download(revision, written_as).content
    assert made.name.startswith("api-r1-staging")
    texts = [made.content]
    if made.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
            texts = [archive.read(name) for name in archive.namelist()]
            report = json.loads(archive.read("report.json"))
        assert set(report) == {"questions", "findings", "loss", "renames", "digest"}
        assert report["digest"] == revision.digest
    assert not any(b"correct-horse" in text for text in texts)
    assert any(b"kakehashi:secret" in text for text in texts)


def test_a_page_gives_the_same_file(
    revision: Revision, viewer: Actor, as_person: Callable[[Actor], Client]
) -> None:
    client = as_person(viewer)
    response = client.get(reverse("revision-download", args=[revision.pk, "helm"]))
    assert response["Content-Disposition"] == 'attachment; filename="api-r1-staging-helm.zip"'
    assert response["Content-Type"] == "application/zip"
    assert response.content == download(revision, "helm").content
    assert client.get(reverse("revision-download", args=[revision.pk, "docx"])).status_code == 404
    page = client.get(reverse("service-manifest", args=[revision.service_id]))
    assert "?revision" in page.content.decode()
    page = client.get(reverse("service-manifest", args=[revision.service_id]) + "?revision=1")
    for written_as in FORMATS:
        assert reverse("revision-download", args=[revision.pk, written_as]) in page.content.decode()
