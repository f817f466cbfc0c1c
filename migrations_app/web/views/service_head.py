"""Finding a service, and what stands around all of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from migrations_app.domain.pipeline.next_step import NextStep
from migrations_app.domain.pipeline.phases import MOVES, Direction, Phase
from migrations_app.models import Application, Service
from migrations_app.queries import service_pages
from migrations_app.queries.actors import verbs
from migrations_app.queries.service_pages import Head
from migrations_app.web.requests import actor_of


@dataclass(frozen=True, slots=True)
class Tab:
    text: str
    address: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """One of the four posts of the bridge."""

    phase: str
    number: int
    done: bool
    current: bool
    arc: str


@dataclass(frozen=True, slots=True)
class Banner:
    """The one thing to do next. ``verb`` is what it takes; without it only the words are shown."""

    title: str
    text: str
    address: str = ""
    action: str = ""
    icon: str = "arrow-right"


def find_service(request: HttpRequest, pk: UUID) -> Service:
    """The service, if whoever asks may see it; else there is none."""
    return get_object_or_404(service_pages.find(actor_of(request), pk))


def may(request: HttpRequest, application: Application | None) -> dict[str, bool]:
    """What whoever asks may do, for templates: ``{% if may.rehearse %}``."""
    return {verb.value: True for verb in verbs(actor_of(request), application)}


def service_page(
    request: HttpRequest,
    template: str,
    service: Service,
    tab: str,
    context: Mapping[str, Any] | None = None,
    *,
    head: Head | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page of a service with everything around it."""
    return render(
        request,
        template,
        {**around(request, service, tab, head=head), **(context or {})},
        status=status,
    )


def around(
    request: HttpRequest, service: Service, tab: str, *, head: Head | None = None
) -> dict[str, Any]:
    """The context that ``services/base.html`` needs."""
    found = head or service_pages.head(service)
    allowed = may(request, service.application)
    return {
        "head": found,
        "service": service,
        "application": service.application,
        "may": allowed,
        "tab": tab,
        "tabs": _tabs(found, tab),
        "span": _span(Phase(service.phase)),
        "banner": _banner(found, allowed),
        "ways": _ways(Phase(service.phase)),
        "crumbs": [
            (_("Portfolio"), reverse("portfolio")),
            (service.application.slug, reverse("application", args=[service.application.slug])),
            (service.key, ""),
        ],
    }


def _tabs(head: Head, current: str) -> list[Tab]:
    pk = head.service.pk
    rows = (
        ("service", _("Overview"), 0),
        ("service-source", _("Source"), head.sources if head.sources > 1 else 0),
        ("service-manifest", _("Manifest"), 0),
        ("service-findings", _("Findings"), len(head.findings)),
        ("service-questions", _("Questions"), head.card.open_questions),
        ("service-loss-report", _("Loss report"), head.lost),
        ("service-rehearsals", _("Rehearsals"), head.rehearsals),
        ("service-timeline", _("Timeline"), 0),
    )
    return [
        Tab(text, reverse(name, args=[pk]), name == current, count) for name, text, count in rows
    ]


def _span(now: Phase) -> list[Post]:
    posts = []
    for phase in Phase:
        arc = "later"
        if phase.rank < now.rank:
            arc = "crossed"
        elif phase is now:
            arc = "next"
        posts.append(Post(phase.value, phase.rank, phase.rank < now.rank, phase is now, arc))
    return posts


def _ways(now: Phase) -> list[dict[str, Any]]:
    """Where a service may go from here, by menu or by key."""
    return [
        {"phase": to.value, "number": to.rank, "back": way is Direction.BACK}
        for (start, to), way in MOVES.items()
        if start is now
    ]


def _banner(head: Head, allowed: Mapping[str, bool]) -> Banner:
    """What to do next, why, and the page's one primary button (if the role allows it)."""
    pk = head.service.pk
    step = head.card.next_step
    made = {
        NextStep.WAIT: _wait,
        NextStep.UPLOAD: _upload,
        NextStep.ANSWER: _answer,
        NextStep.FIX: _fix,
        NextStep.MAKE_REVISION: _revise,
        NextStep.REHEARSE: _rehearse,
        NextStep.MOVE: _move,
        NextStep.DEPLOY: _deploy,
    }[step](head, pk)
    needed = {
        NextStep.UPLOAD: "store_source",
        NextStep.ANSWER: "answer",
        NextStep.FIX: "accept_fix",
        NextStep.MAKE_REVISION: "make_revision",
        NextStep.REHEARSE: "rehearse",
        NextStep.MOVE: "move_service",
    }.get(step)
    if needed and not allowed.get(needed):
        return Banner(made.title, made.text)
    return made


def _wait(head: Head, pk: UUID) -> Banner:
    return Banner(
        _("wait for the run."),
        _("Work on this service is under way."),
        reverse("run", args=[head.card.active_run]),
        _("Open the run"),
        "runs",
    )


def _upload(head: Head, _pk: UUID) -> Banner:
    address = f"{reverse('upload')}?application={head.service.application.slug}"
    return Banner(
        _("upload the source again."),
        _("No source in force tells of this service."),
        address,
        _("Upload"),
        "upload",
    )


def _answer(head: Head, pk: UUID) -> Banner:
    count = head.card.open_questions
    return Banner(
        ngettext("answer %(n)s question.", "answer %(n)s questions.", count) % {"n": count},
        _("Recommended answers are filled in; they shape the manifest until you decide."),
        reverse("service-questions", args=[pk]),
        ngettext("Answer it", "Answer them", count),
        "answer",
    )


def _fix(head: Head, pk: UUID) -> Banner:
    serious = [f for f in head.findings if f["severity"] in ("blocker", "high")]
    ready = [f for f in serious if f["fixable"]]
    title = ngettext("mend %(n)s finding.", "mend %(n)s findings.", len(serious))
    if ready:
        text = ngettext(
            "%(n)s of them takes one click, with the change shown first.",
            "%(n)s of them take one click, with the change shown first.",
            len(ready),
        ) % {"n": len(ready)}
        address, action = reverse("service-fix-all", args=[pk]), _("See the fixes")
    else:
        text = _("They need a preset or another source: each says what to do.")
        address, action = reverse("service-findings", args=[pk]), _("Open the findings")
    return Banner(title % {"n": len(serious)}, text, address, action, "fix")


def _revise(head: Head, pk: UUID) -> Banner:
    text = _("A revision fixes the manifest under a digest, so that it can be rehearsed.")
    if head.revision is not None:
        text = _("Source, answers, fixes or presets have changed since revision %(n)s.") % {
            "n": head.revision.number
        }
    return Banner(
        _("make a revision."),
        text,
        reverse("service-revision", args=[pk]),
        _("Make a revision"),
        "stamp",
    )


def _rehearse(head: Head, pk: UUID) -> Banner:
    count = len(head.closed)
    text = ngettext(
        "A passed rehearsal opens one of the %(n)s closed gate.",
        "A passed rehearsal opens one of the %(n)s closed gates.",
        count,
    )
    return Banner(
        _("rehearse it in Podman."),
        text % {"n": count},
        reverse("service-rehearsals", args=[pk]),
        _("Rehearse"),
        "rehearsal",
    )


def _move(head: Head, pk: UUID) -> Banner:
    return Banner(
        _("move it on."),
        _("Every gate before the next phase is open."),
        f"{reverse('service-gates', args=[pk])}?to={head.to}",
        _("Move to the next phase"),
        "move",
    )


def _deploy(head: Head, pk: UUID) -> Banner:
    return Banner(
        _("add a cluster."),
        _("What staging asks for can be seen only on a cluster."),
        f"{reverse('service-gates', args=[pk])}?to={head.to}" if head.to else "",
        _("See the gates") if head.to else "",
        "gate-closed",
    )
