"""The questions of one service: the recommended answer is chosen beforehand, many go at once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from migrations_app import wiring
from migrations_app.actions.choices import answer_for_application, answer_questions
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.secret_markers import has_marker
from migrations_app.domain.messages import msg
from migrations_app.queries import service_pages
from migrations_app.web.requests import PageRequest, actor_of, page, refusal
from migrations_app.web.views.service_head import find_service, service_page

TAB = "service-questions"
PREFIX = "answer:"
_NOTHING_IS_SAID = frozenset({"service-port"})
"""Codes of questions to which an empty field is an answer, as their text says."""


@require_http_methods(["GET", "POST"])
@page
def questions(request: PageRequest, pk: UUID) -> HttpResponse:
    service = find_service(request, pk)
    refused = None
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = given_answers(request)
        answers = _wanted(request, typed)
        try:
            if not answers:
                raise InvalidInput(msg("The field is empty: give an answer, or take it back."))
            if request.POST.get("scope") == "application":
                answer_for_application(
                    actor=actor_of(request),
                    application=service.application,
                    answers=answers,
                    schemas=wiring.schemas(),
                )
            else:
                answer_questions(
                    actor=actor_of(request),
                    service=service,
                    answers=answers,
                    schemas=wiring.schemas(),
                )
        except InvalidInput as error:
            refused = refusal(error)
            service = find_service(request, pk)
        else:
            messages.success(request, _done(answers))
            return redirect(TAB, pk)
    head = service_pages.head(service)
    kept = service_pages.answers(service)
    asked = [with_typed(question, typed) for question in head.questions]
    context = {
        "open": [q for q in asked if q["answer"] is None],
        "answered": [{**q, "kept": kept.get(q["id"])} for q in asked if q["answer"] is not None],
        "refusal": refused,
    }
    status = 422 if refused else 200
    return service_page(
        request, "services/questions.html", service, TAB, context, head=head, status=status
    )


def _wanted(request: PageRequest, typed: dict[str, str]) -> dict[str, str | None]:
    """What is to be kept; None for the one answer that is taken back instead."""
    withdrawn = request.POST.get("withdraw", "")
    return {withdrawn: None} if withdrawn else {**typed}


def _done(answers: dict[str, str | None]) -> str:
    if None in answers.values():
        return _("The answer is taken back. The question is open again.")
    text = ngettext("%(n)s answer is kept.", "%(n)s answers are kept.", len(answers))
    return text % {"n": len(answers)}


def given_answers(request: PageRequest) -> dict[str, str]:
    """The answers of a form: question id → value. An empty text is one only if it means: nothing.

    Browsers send the lines of a text with the ends that Windows gives them; files have others.
    """
    found: dict[str, str] = {}
    for name, value in request.POST.items():
        if name.startswith(PREFIX) and isinstance(value, str):
            key, text = name.removeprefix(PREFIX), value.replace("\r\n", "\n")
            if text.strip() or key.partition(":")[0] in _NOTHING_IS_SAID:
                found[key] = text if "\n" in text else text.strip()
    return found


def with_typed(question: service_pages.Record, typed: dict[str, str]) -> service_pages.Record:
    """The question with the name of its field, and what was typed instead of the recommendation."""
    recommended = question["recommended"]
    chosen = typed.get(question["id"], "" if has_marker(recommended) else recommended)
    return {**question, "name": f"{PREFIX}{question['id']}", "chosen": chosen}
