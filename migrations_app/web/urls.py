"""Addresses of the pages. What belongs to one service is in ``urls_services``."""

from __future__ import annotations

from django.urls import include, path

from migrations_app.web.views import (
    account,
    applications,
    audit,
    login,
    moves,
    people,
    portfolio,
    presets,
    runs,
    search,
    styleguide,
    tokens,
)

urlpatterns = [
    path("", portfolio.board, name="portfolio"),
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("search/", search.palette, name="search"),
    path("services/<uuid:pk>/move/", moves.move, name="service-move"),
    path("applications/", applications.listed, name="applications"),
    path("applications/<slug:slug>/", applications.detail, name="application"),
    path("applications/<slug:slug>/archive/", applications.archive, name="application-archive"),
    path(
        "applications/<slug:slug>/environments/<slug:name>/",
        applications.environment,
        name="application-environment",
    ),
    path("runs/", runs.listed, name="runs"),
    path("presets/", presets.listed, name="presets"),
    path("presets/new/", presets.new, name="preset-new"),
    path("presets/preview/", presets.preview, name="preset-preview"),
    path("presets/<uuid:pk>/", presets.detail, name="preset"),
    path("presets/<uuid:pk>/impact/", presets.impact, name="preset-impact"),
    path("audit/", audit.trail, name="audit"),
    path("audit/verify/", audit.verify, name="audit-verify"),
    path("audit/<int:seq>/", audit.event, name="audit-event"),
    path("account/", account.detail, name="account"),
    path("account/taste/", account.taste, name="account-taste"),
    path("account/password/", account.password, name="account-password"),
    path("account/tokens/", tokens.create, name="token-create"),
    path("account/tokens/<uuid:pk>/revoke/", tokens.revoke, name="token-revoke"),
    path("people/", people.listed, name="people"),
    path("people/new/", people.new, name="person-new"),
    path("people/<uuid:pk>/", people.change, name="person"),
    path("people/<uuid:pk>/grant/", people.grant, name="person-grant"),
    path("people/memberships/<uuid:pk>/revoke/", people.revoke, name="membership-revoke"),
    path("styleguide/", styleguide.parts, name="styleguide"),
    path("", include("migrations_app.web.urls_services")),
]
