"""Bringing in files: the preview stores nothing, and what cannot be read is named on its line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from migrations_app.domain.people.roles import Role
from migrations_app.models import Answer, Application, Service, Source
from migrations_app.queries.actors import Actor
from migrations_app.web import drafts
from tests.app.web.seeding import DEPLOYMENT, SOUND
from tests.domain.reading.test_archives import zipped
from tests.factories import ApplicationFactory, MembershipFactory, UserFactory

LogIn = Callable[[Actor], Client]

GOOD = DEPLOYMENT.format(name="web", image="registry.example.com/web:1", more=SOUND).encode()
BAD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: batch}
spec:
  containers:
    - name: batch
      env:
        - name: DB_PASSWORD
          value: hunter2hunter2
     - name: wrong
"""


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def draft_of(page: str) -> str:
    found = re.search(r'name="draft" value="([^"]*)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def visitor(operator: Actor, as_person: LogIn) -> Client:
    return as_person(operator)


def check(visitor: Client, **values: object) -> str:
    answer = visitor.post(reverse("upload-check"), values)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_preview_says_what_would_be_stored_and_stores_nothing(
    visitor: Client, application: Application
) -> None:
    page = check(visitor, application="banking-app", file=upload("web.yaml", GOOD))
    assert "1 service: 1 new, 0 updated" in page
    assert not Source.objects.exists()
    page = check(visitor, application="banking-app", draft=draft_of(page), view="result")
    assert "kh-y-key" in page
    page = check(visitor, application="banking-app", draft=draft_of(page), view="loss")
    assert "Deployment/<wbr>web/<wbr>spec" in page
    assert not Source.objects.exists()


def test_the_draft_is_enough_to_store_and_only_for_its_owner(
    visitor: Client, application: Application, operator: Actor
) -> None:
    draft = draft_of(check(visitor, application="banking-app", file=upload("web.yaml", GOOD)))
    assert b"registry.example.com" not in draft.encode()
    assert drafts.unseal(draft, UserFactory.create()) is None
    assert drafts.unseal(draft[:-4] + "AAAA", operator.user) is None
    values = {"application": "banking-app", "draft": draft}
    answer = visitor.post(reverse("upload-store"), values)
    service = Service.objects.get()
    assert answer["Location"] == reverse("service", args=[service.pk])
    again = visitor.post(reverse("upload-store"), values, follow=True)
    assert "stored before" in again.content.decode()
    assert Source.objects.count() == 1


def test_an_error_stands_under_its_line_and_no_secret_beside_it(
    visitor: Client, application: Application
) -> None:
    page = check(visitor, application="banking-app", file=upload("bad.yaml", BAD))
    assert 'id="error-10"' in page
    assert "its indentation differs" in page
    assert "hunter2hunter2" not in page
    assert re.search(r"<button[^>]*disabled[^>]*>Store all", page)
    values = {"application": "banking-app", "draft": draft_of(page)}
    answer = visitor.post(reverse("upload-store"), values)
    assert answer.status_code == 422
    assert "hunter2hunter2" not in answer.content.decode()
    assert not Source.objects.exists()


def test_the_partial_way_is_explicit(visitor: Client, application: Application) -> None:
    page = check(
        visitor,
        application="banking-app",
        file=[upload("bad.yaml", BAD), upload("web.yaml", GOOD)],
    )
    assert "Store 1 without bad.yaml" in page
    values = {"application": "banking-app", "draft": draft_of(page)}
    assert visitor.post(reverse("upload-store"), values).status_code == 422
    visitor.post(reverse("upload-store"), {**values, "partial": "1"})
    source = Source.objects.get()
    assert [bool(member.errors) for member in source.members.all()] == [True, False]


def test_a_file_can_be_left_out_and_text_pasted(visitor: Client, application: Application) -> None:
    page = check(visitor, application="banking-app", file=upload("bad.yaml", BAD))
    page = check(
        visitor,
        application="banking-app",
        draft=draft_of(page),
        remove="bad.yaml",
        pasted=GOOD.decode(),
        pasted_name="../../etc/web.yaml",
    )
    assert "bad.yaml" not in page
    assert "etc/web.yaml" in page
    assert ".." not in page.partition('id="work"')[2].partition("Paste text")[2][:50]
    assert "1 file can be stored" in page


def test_a_file_of_an_archive_can_be_left_out(visitor: Client, application: Application) -> None:
    archive = zipped({"web.yaml": GOOD, "bad.yaml": BAD})
    page = check(visitor, application="banking-app", file=upload("all.zip", archive))
    assert "1 file cannot be read" in page
    page = check(
        visitor, application="banking-app", draft=draft_of(page), remove="all.zip/bad.yaml"
    )
    assert "bad.yaml" not in page
    assert "1 file can be stored" in page


def test_answers_given_beside_the_preview_are_kept(
    visitor: Client, application: Application, asking_files: dict[str, bytes]
) -> None:
    files = [upload(path, data) for path, data in asking_files.items()]
    page = check(visitor, application="banking-app", file=files)
    names = set(re.findall(r'name="(answer:[^"]+)"', page))
    assert names
    values = {name: "2Gi" for name in names if "volume-size" in name}
    visitor.post(
        reverse("upload-store"),
        {"application": "banking-app", "draft": draft_of(page), **values},
    )
    assert {f"answer:{row.question_id}" for row in Answer.objects.all()} == set(values)


def test_nothing_and_no_application_are_said_in_words(
    visitor: Client, application: Application
) -> None:
    answer = visitor.post(reverse("upload-store"), {"application": "banking-app"})
    assert answer.status_code == 422
    assert "Choose at least one file" in answer.content.decode()
    answer = visitor.post(reverse("upload-store"), {"draft": "nonsense", "application": ""})
    assert answer.status_code == 422
    assert "cannot be used any more" in answer.content.decode()


def test_files_are_looked_at_before_an_application_is_chosen(
    administrator: Actor, as_person: LogIn, application: Application
) -> None:
    MembershipFactory.create(user=administrator.user, role=Role.OPERATOR.value, application=None)
    ApplicationFactory.create(slug="cards")
    visitor = as_person(administrator)
    assert "novalidate" in visitor.get(reverse("upload")).content.decode(), "or htmx sends nothing"
    page = check(visitor, file=upload("web.yaml", GOOD))
    assert "1 file can be stored" in page
    answer = visitor.post(reverse("upload-store"), {"draft": draft_of(page)})
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "Choose the application first." in told
    assert draft_of(told), "what was chosen is kept"


def test_a_viewer_has_no_application_to_bring_files_into(
    viewer: Actor, as_person: LogIn, application: Application
) -> None:
    visitor = as_person(viewer)
    assert "There is no application" in visitor.get(reverse("upload")).content.decode()
    answer = visitor.post(
        reverse("upload-store"), {"application": "banking-app", "file": upload("a.yaml", GOOD)}
    )
    assert answer.status_code == 422
    assert not Source.objects.exists()


def test_files_for_an_application_of_others_go_into_none(
    visitor: Client, application: Application
) -> None:
    ApplicationFactory.create(slug="cards")
    values = {"application": "cards", "file": upload("web.yaml", GOOD)}
    answer = visitor.post(reverse("upload-store"), values)
    assert answer.status_code == 422
    assert "Choose the application first." in answer.content.decode()
    assert not Source.objects.exists()


def test_too_much_at_once_is_refused(
    visitor: Client, application: Application, settings: object
) -> None:
    settings.WORKBENCH_UPLOAD_LIMIT = 100  # type: ignore[attr-defined]
    page = check(visitor, application="banking-app", file=upload("web.yaml", GOOD))
    assert "MiB together" in page
