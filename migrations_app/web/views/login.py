"""Logging in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from migrations_app.actions import logins
from migrations_app.actions.logins import LoginLocked, LoginRefused
from migrations_app.models import User
from migrations_app.web.forms.people import LoginForm
from migrations_app.web.requests import actor_of, client_ip


@never_cache
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return redirect(_next(request))
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                user = logins.log_in(
                    username=form.cleaned_data["username"],
                    password=form.cleaned_data["password"],
                    ip=client_ip(request),
                    request_id=getattr(request, "request_id", ""),
                )
            except (LoginRefused, LoginLocked) as refused:
                form.refuse(refused)
                status = 429 if isinstance(refused, LoginLocked) else 422
            else:
                login(request, user, settings.AUTHENTICATION_BACKENDS[0])
                return redirect(_next(request))
        else:
            status = 422
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "registration/login.html", context, status=status)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        logins.log_out(actor=actor_of(request))
        logout(request)
    return redirect("login")


def _next(request: HttpRequest) -> str:
    wish = request.POST.get("next", request.GET.get("next", ""))
    if url_has_allowed_host_and_scheme(
        wish, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wish
    return reverse("portfolio")
