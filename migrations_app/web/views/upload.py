"""Bringing in files: choose, check and answer, store. One page shows all three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from migrations_app import wiring
from migrations_app.actions.choices import answer_for_application
from migrations_app.actions.sources import OnConflict, Stored, store_source
from migrations_app.domain.errors import Conflict, InvalidInput, UnreadableSource
from migrations_app.domain.people.roles import Verb
from migrations_app.domain.reading.archives import expand
from migrations_app.domain.reading.file_names import member_name
from migrations_app.domain.reading.limits import STRICT
from migrations_app.models import Application, Assessment
from migrations_app.queries import host_pages
from migrations_app.queries.actors import verbs
from migrations_app.queries.loss_pages import loss_report
from migrations_app.queries.upload_previews import UploadPreview, upload_preview
from migrations_app.web import drafts
from migrations_app.web.requests import PageRequest, actor_of, answer, page, refusal
from migrations_app.web.views.service_questions import given_answers, with_typed
from migrations_app.web.views.upload_host import hosts_card

PASTED = "pasted.yaml"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen so far. ``problem`` says why some of it was not taken."""

    files: dict[str, bytes]
    problem: str = ""


@require_GET
@page
def upload(request: PageRequest) -> HttpResponse:
    return _page(request, Chosen({}))


@require_POST
@page
def check(request: PageRequest) -> HttpResponse:
    """Show what would come of the files; nothing is stored."""
    return _page(request, _chosen(request))


@require_POST
@page
def store(request: PageRequest) -> HttpResponse:
    """Store all of it, or (asked for by ``partial``) what can be read of it."""
    chosen = _chosen(request)
    application = _application(request)
    if chosen.problem or not chosen.files or application is None:
        problem = chosen.problem
        if not chosen.files:
            problem = problem or _("Choose at least one file, or paste some text.")
        elif application is None:
            problem = problem or _("Choose the application first.")
        return _page(request, Chosen(chosen.files, problem), status=422)
    try:
        stored = store_source(
            actor=actor_of(request),
            application=application,
            files=chosen.files,
            schemas=wiring.schemas(),
            on_conflict=_on_conflict(request),
            partial="partial" in request.POST,
        )
    except UnreadableSource:
        return _page(request, chosen, status=422)
    except Conflict as error:
        return _page(request, chosen, refused=refusal(error), status=409)
    _keep_answers(request, application, stored)
    _tell(request, stored)
    if len(stored.matches) == 1:
        return redirect("service", stored.matches[0].service.pk)
    return redirect("source", stored.source.pk)


def _page(
    request: PageRequest,
    chosen: Chosen,
    *,
    refused: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    application = _application(request)
    preview = upload_preview(chosen.files, application, wiring.schemas()) if chosen.files else None
    typed = given_answers(request) if request.method == "POST" else {}
    context = {
        "applications": _applications(request),
        "application": application,
        "chosen": chosen,
        "preview": preview,
        "draft": drafts.seal(chosen.files, request.user) if chosen.files else "",
        "looked_at": _looked_at(request, preview),
        "view": request.POST.get("view", "source"),
        "asked": [with_typed(q, typed) for q in preview.open_questions] if preview else [],
        "answered": _answered(preview),
        "loss": loss_report(preview.loss) if preview else None,
        "on_conflict": _on_conflict(request).value,
        "refusal": refused,
        "limit": settings.WORKBENCH_UPLOAD_LIMIT,
        **hosts_card(request),
    }
    return answer(
        request, "upload/upload.html", "upload/_work.html", context, target="work", status=status
    )


def _applications(request: PageRequest) -> list[Application]:
    actor = actor_of(request)
    return [
        application
        for application in host_pages.open_applications(actor)
        if Verb.STORE_SOURCE in verbs(actor, application)
    ]


def _application(request: PageRequest) -> Application | None:
    """The application that was chosen; if none was and there is only one to choose, that one."""
    known = _applications(request)
    wanted = request.POST.get("application") or request.GET.get("application", "")
    found = next((application for application in known if application.slug == wanted), None)
    return found or (known[0] if not wanted and len(known) == 1 else None)


def _chosen(request: PageRequest) -> Chosen:
    """The files of the draft, what was added to them, without what was taken out."""
    files: dict[str, bytes] = {}
    problem = ""
    draft = request.POST.get("draft", "")
    if draft:
        kept = drafts.unseal(draft, request.user)
        if kept is None:
            problem = _("The files of this page cannot be used any more. Choose them again.")
        files |= kept or {}
    uploaded = request.FILES.getlist("file")
    if sum(item.size or 0 for item in uploaded) > settings.WORKBENCH_UPLOAD_LIMIT:
        return Chosen({}, _too_large())
    for item in uploaded:
        name, data = item.name or "", item.read()
        if files.get(name) != data:
            files[member_name(name, files)] = data
    pasted = request.POST.get("pasted", "")
    if pasted.strip():
        name = request.POST.get("pasted_name", "").strip() or PASTED
        files[member_name(name, files)] = pasted.replace("\r\n", "\n").encode()
    files = _without(files, request.POST.get("remove", ""))
    size = sum(len(data) for data in files.values())
    if size > settings.WORKBENCH_UPLOAD_LIMIT:
        return Chosen({}, _too_large())
    return Chosen(files, problem)


def _without(files: dict[str, bytes], path: str) -> dict[str, bytes]:
    """The files but one, which may be in an archive: that is unpacked then."""
    if path and path not in files:
        try:
            files = dict(expand(files, STRICT))
        except UnreadableSource:
            return files
    return {name: data for name, data in files.items() if name != path}


def _too_large() -> str:
    most = settings.WORKBENCH_UPLOAD_LIMIT // 1024**2
    return _("The files have more than %(most)s MiB together. Bring them in one by one.") % {
        "most": most
    }


def _looked_at(request: PageRequest, preview: UploadPreview | None) -> Any:
    """The file whose text is shown: the one asked for, else the first that cannot be read."""
    if preview is None:
        return None
    wanted = request.POST.get("look", "") or request.POST.get("looking", "")
    by_path = {file.path: file for file in preview.files}
    first = next(iter(preview.unreadable), None) or next(iter(preview.files), None)
    return by_path.get(wanted) or first


def _answered(preview: UploadPreview | None) -> list[dict[str, Any]]:
    if preview is None:
        return []
    return [
        {**question, "kept": preview.answered[question["id"]]}
        for question in preview.questions
        if question["id"] in preview.answered
    ]


def _on_conflict(request: PageRequest) -> OnConflict:
    wanted = request.POST.get("on_conflict", "")
    known = {choice.value: choice for choice in OnConflict}
    return known.get(wanted, OnConflict.UPDATE)


def _keep_answers(request: PageRequest, application: Application, stored: Stored) -> None:
    """The answers that were given beside the preview, as far as the stored services ask them."""
    given = given_answers(request)
    if not given:
        return
    services = [match.service for match in stored.matches]
    asked = {
        question["id"]
        for questions in Assessment.objects.filter(service__in=services).values_list(
            "questions", flat=True
        )
        for question in questions
    }
    answers: dict[str, str | None] = {key: text for key, text in given.items() if key in asked}
    if not answers:
        return
    try:
        answer_for_application(
            actor=actor_of(request),
            application=application,
            answers=answers,
            schemas=wiring.schemas(),
        )
    except InvalidInput as error:
        # The files are stored by now: what is wrong with the answers is told beside that.
        why = [str(error.message), *(str(problem.message) for problem in error.problems)]
        messages.error(request, " ".join(why))


def _tell(request: PageRequest, stored: Stored) -> None:
    count = len(stored.matches)
    if not stored.created:
        messages.info(request, _("These very files were stored before; nothing was changed."))
        return
    text = ngettext(
        "Stored. It tells of %(n)s service.", "Stored. It tells of %(n)s services.", count
    )
    messages.success(request, text % {"n": count})
