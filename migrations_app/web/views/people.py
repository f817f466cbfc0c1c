"""People and their roles, for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from migrations_app.actions import memberships, users
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.domain.people.roles import Role, Verb
from migrations_app.models import Membership, User
from migrations_app.queries import people as queries
from migrations_app.queries.actors import Actor, verbs
from migrations_app.web.forms.people import PersonForm, RoleForm
from migrations_app.web.requests import PageRequest, actor_of, page, paged, status_of


def _administrator(request: PageRequest) -> Actor:
    """The page is not there for anybody else."""
    actor = actor_of(request)
    if Verb.MANAGE_USERS not in verbs(actor):
        raise Http404
    return actor


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    _administrator(request)
    q = request.GET.get("q", "").strip()[:200]
    return render(request, "people/list.html", {"rows": paged(request, queries.listed(q)), "q": q})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    """Make an account with its first role."""
    actor = _administrator(request)
    form = PersonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                made = users.create_user(
                    actor=actor,
                    username=values["username"],
                    email=values["email"],
                    password=values["password"] or None,
                    role=Role(values["role"]),
                    application=values["application"],
                )
            except (InvalidInput, Conflict) as error:
                form.refuse(error)
                status = status_of(error)
            else:
                return redirect("person", made.pk)
    crumbs = [(_("People"), reverse("people")), (_("New account"), "")]
    return render(request, "people/new.html", {"form": form, "crumbs": crumbs}, status=status)


@require_http_methods(["GET", "POST"])
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    """One account; POST takes it out of use or brings it back."""
    actor = _administrator(request)
    person = _person(pk)
    if request.method == "POST":
        users.change_user(actor=actor, user=person, active=request.POST.get("active") == "yes")
        return redirect("person", person.pk)
    return _shown(request, person)


@require_POST
@page
def grant(request: PageRequest, pk: UUID) -> HttpResponse:
    actor = _administrator(request)
    person = _person(pk)
    form = RoleForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            memberships.grant(
                actor=actor,
                user=person,
                role=Role(form.cleaned_data["role"]),
                application=form.cleaned_data["application"],
            )
        except Conflict as error:
            form.refuse(error)
            status = status_of(error)
        else:
            return redirect("person", person.pk)
    return _shown(request, person, status=status, form=form)


@require_POST
@page
def revoke(request: PageRequest, pk: UUID) -> HttpResponse:
    actor = _administrator(request)
    rows = Membership.objects.select_related("user", "application")
    membership = get_object_or_404(rows, pk=pk)
    memberships.revoke(actor=actor, membership=membership)
    messages.success(request, _("The role is taken back."))
    return redirect("person", membership.user_id)


def _person(pk: UUID) -> User:
    return get_object_or_404(queries.listed(), pk=pk)


def _shown(request: PageRequest, person: User, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "person": person,
        "memberships": person.memberships.all(),
        "tokens": queries.tokens(person),
        "form": RoleForm(),
        "crumbs": [(_("People"), reverse("people")), (person.username, "")],
        **more,
    }
    return render(request, "people/person.html", context, status=status)
