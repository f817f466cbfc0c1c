"""One's own account: how the pages look, the password, the tokens."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from migrations_app.actions import users
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.people.roles import scopes_of
from migrations_app.queries import people
from migrations_app.queries.actors import verbs_anywhere
from migrations_app.web.forms.people import PasswordForm, TokenForm
from migrations_app.web.requests import PageRequest, actor_of, back_address, page

TASTE = ("language", "theme", "density", "time_zone")


@require_GET
@page
def detail(request: PageRequest) -> HttpResponse:
    return shown(request)


@require_POST
@page
def taste(request: PageRequest) -> HttpResponse:
    """Language, theme, density and time zone, each alone or together."""
    values = {key: request.POST[key] for key in TASTE if key in request.POST}
    users.change_taste(actor=actor_of(request), values=values)
    return redirect(back_address(request, request.POST.get("next", "")))


@sensitive_post_parameters()
@require_POST
@page
def password(request: PageRequest) -> HttpResponse:
    """Change one's password; this session stays, the others end."""
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            user = users.change_password(
                actor=actor_of(request),
                current=form.cleaned_data["current"],
                new=form.cleaned_data["new"],
            )
        except InvalidInput as error:
            form.refuse(error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("The password is changed. Other sessions have ended."))
            return redirect("account")
    return shown(request, status=422, password_form=form)


def shown(request: PageRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page, with a form that was refused or a token that was just made."""
    allowed = scopes_of(verbs_anywhere(actor_of(request)))
    context = {
        "person": request.user,
        "memberships": request.user.memberships.select_related("application"),
        "tokens": people.tokens(request.user),
        "now": timezone.now(),
        "token_form": TokenForm(
            scopes=allowed, initial={"scopes": [scope.value for scope in allowed], "days": 90}
        ),
        "password_form": PasswordForm(),
        "time_zones": sorted(zoneinfo.available_timezones()),
        **more,
    }
    return render(request, "account/page.html", context, status=status)
