"""Every part of the interface on one page, for whoever changes one: what it breaks shows here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from migrations_app.domain import records
from migrations_app.domain.errors import GateClosed, InvalidPreset, Problem, StaleState
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.diff import compare
from migrations_app.domain.messages import msg
from migrations_app.domain.people.roles import Verb
from migrations_app.domain.pipeline.gates import Gate
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.runs import RunState
from migrations_app.queries.actors import verbs
from migrations_app.web.requests import PageRequest, actor_of, page, refusal

_FINDING = Finding(
    code="IMG-01",
    severity=Severity.HIGH,
    place=Place("compose.yaml", 13, 7, "Deployment/api", "/spec/template/spec/containers/0/image"),
    message=msg("%(image)s is not pinned.", image="localhost/api"),
    why=msg("The image can change between the rehearsal and the rollout."),
    fix=msg("Pin a tag or a digest in the registry preset."),
    fixable=True,
)
_QUESTION = Question(
    id="volume-kind/pgdata",
    code="volume-kind",
    text=msg("Where will %(name)s keep its data in the cluster?", name="postgres"),
    why=msg("It writes to a volume. A cluster has no such volume until somebody asks for one."),
    choices=(
        Choice("claim", msg("A new claim, one writer")),
        Choice("existing", msg("A claim that exists")),
        Choice("none", msg("Nowhere, the data may be lost")),
    ),
    recommended="claim",
)
_GATES = (
    Gate("rehearsal", open=False, why=msg("The base of revision 14 was not rehearsed yet.")),
    Gate("images", open=False, why=_FINDING.message, findings=(_FINDING,)),
    Gate("schema", open=True, why=msg("Every object fits the target's schema.")),
    Gate("probes", open=True, why=msg("Every container that keeps running has probes.")),
)
_BEFORE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api"}, "spec": {}}
_AFTER = {**_BEFORE, "spec": {"ports": [{"name": "http", "port": 8000}]}}


@require_GET
@page
def parts(request: PageRequest) -> HttpResponse:
    """For administrators, and for everybody while debugging."""
    if not settings.DEBUG and Verb.MANAGE_USERS not in verbs(actor_of(request)):
        raise Http404
    return render(request, "styleguide.html", _context())


def _context() -> dict[str, Any]:
    closed = GateClosed(msg("%(count)s gates are closed.", count=2), _GATES)
    invalid = InvalidPreset(
        msg("The preset does not follow its schema."),
        [Problem("unknown", msg("There is no key tags."), Place("preset.yaml", 4, 3))],
    )
    stale = StaleState(msg("%(name)s changed this a minute ago.", name="高橋 健太"))
    now = timezone.now()
    return {
        "severities": [item.value for item in Severity],
        "phases": [item.value for item in Phase],
        "states": [*(item.value for item in RunState), "passed", "inconclusive"],
        "tones": ["proven", "simulated", "not-proven", "changed", "accent", "plain", "unknown"],
        "alerts": ["accent", "success", "warning", "danger", "neutral"],
        "recent": now - timedelta(hours=3),
        "old": now - timedelta(days=63),
        "sha": "41d8e0" + "9f2c41b7" * 7 + "ab",
        "gates": _GATES,
        "closed": refusal(closed, title=_("Not moved to Staging: 2 of 4 gates are closed")),
        "invalid": refusal(invalid),
        "stale": refusal(stale),
        "finding": records.finding(_FINDING),
        "question": {**records.question(_QUESTION), "name": "q", "chosen": "claim"},
        "service": {"pk": UUID(int=0)},
        "may": {"accept_fix": True},
        "head": {"closed": [1, 2, 3]},
        "banner": {
            "title": _("add the missing Service, then rehearse."),
            "text": _("It adds one object and opens 2 of the 3 closed gates."),
            "address": "#",
            "icon": "fix",
            "action": _("Fix and rehearse"),
        },
        "rows": Paginator(range(200), 25).page(2),
        "crumbs": [(_("Portfolio"), "/"), ("banking-app", "/applications/"), ("api", "")],
        "tabs": [
            {"text": _("Overview"), "address": "#", "current": False},
            {"text": _("Manifest"), "address": "#", "current": True},
            {"text": _("Findings"), "address": "#", "count": 7},
        ],
        "span": [
            {"phase": "local", "number": 1, "done": True, "current": False, "arc": "crossed"},
            {"phase": "compatible", "number": 2, "done": False, "current": True, "arc": "next"},
            {"phase": "staging", "number": 3, "done": False, "current": False, "arc": "later"},
            {"phase": "production", "number": 4, "done": False, "current": False},
        ],
        "differences": compare([_BEFORE], [_AFTER]),
        "lines": [
            {"at": now, "source": source, "stream": stream, "text": text}
            for source, stream, text in (
                ("api", "stdout", "INFO pool opened, size=10 host=postgres"),
                ("prober", "stdout", "readiness GET /healthz 200 in 12 ms, ready"),
                ("api", "stderr", "WARN cache: connection refused, retry 1/5"),
            )
        ],
    }
