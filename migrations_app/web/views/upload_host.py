"""What runs on a host, as a part of the upload page: asked for apart, since a host may be slow."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from migrations_app.actions.hosts import local_host
from migrations_app.domain.people.roles import Verb
from migrations_app.models import Host
from migrations_app.queries import host_pages
from migrations_app.queries.actors import verbs_anywhere
from migrations_app.web.requests import PageRequest, actor_of, page
from migrations_app.web.views.hosts import may_hosts, running_on


@require_GET
@page
def part(request: PageRequest) -> HttpResponse:
    """The card of the host that is chosen, with what runs on it or why that is not known."""
    context = hosts_card(request)
    host = context["host"]
    if host is None:
        raise Http404
    again = f"{reverse('upload-host')}?host={host.pk}"
    context |= {**running_on(request, host), "again": again}
    return render(request, "upload/_host.html", context)


def hosts_card(request: PageRequest) -> dict[str, Any]:
    """The hosts to choose from; none for somebody who neither captures nor manages them."""
    if not verbs_anywhere(actor_of(request)) & {Verb.CAPTURE, Verb.MANAGE_HOSTS}:
        return {"hosts": [], "host": None, "may": {}}
    local = local_host()
    hosts = list(host_pages.hosts())
    return {"hosts": hosts, "host": _chosen(request, hosts, local), "may": may_hosts(request)}


def _chosen(request: PageRequest, hosts: list[Host], local: Host) -> Host | None:
    """The host that the address or the form names; where neither does, this machine."""
    wanted = request.POST.get("host") or request.GET.get("host")
    if not wanted:
        return local
    try:
        pk = UUID(wanted)
    except ValueError:
        return None
    return next((host for host in hosts if host.pk == pk), None)
