"""All addresses: the pages and the API, nothing else."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("migrations_app.api.urls")),
    path("", include("migrations_app.web.urls")),
]

handler400 = "migrations_app.web.views.errors.bad_request"
handler403 = "migrations_app.web.views.errors.forbidden"
handler404 = "migrations_app.web.views.errors.not_found"
handler500 = "migrations_app.web.views.errors.server_error"
