"""One's own tokens: made, shown once, revoked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from migrations_app.actions import tokens
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.people.roles import Scope, scopes_of
from migrations_app.queries import people
from migrations_app.queries.actors import verbs_anywhere
from migrations_app.web.forms.people import TokenForm
from migrations_app.web.requests import PageRequest, actor_of, page
from migrations_app.web.views.account import shown


@never_cache
@require_POST
@page
def create(request: PageRequest) -> HttpResponse:
    """Make a token. The answer is the only page that ever shows it, so it does not redirect."""
    actor = actor_of(request)
    form = TokenForm(request.POST, scopes=scopes_of(verbs_anywhere(actor)))
    if form.is_valid():
        try:
            token, text = tokens.create_token(
                actor=actor,
                user=request.user,
                name=form.cleaned_data["name"],
                scopes=[Scope(value) for value in form.cleaned_data["scopes"]],
                days=form.cleaned_data["days"],
            )
        except InvalidInput as error:
            form.refuse(error)
        else:
            return shown(request, made=token, made_text=text)
    return shown(request, status=422, token_form=form)


@require_POST
@page
def revoke(request: PageRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(people.tokens(request.user).select_related("user"), pk=pk)
    tokens.revoke_token(actor=actor_of(request), token=token)
    messages.success(request, _("The token %(name)s is revoked.") % {"name": token.name})
    return redirect("account")
