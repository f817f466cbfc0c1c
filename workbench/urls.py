"""All addresses: the pages and the API, nothing else."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("migrations_app.api.urls")),
    path("", include("migrations_app.web.urls")),
]

handler400 = "workbench.errors.bad_request"
handler403 = "workbench.errors.forbidden"
handler404 = "workbench.errors.not_found"
handler500 = "workbench.errors.server_error"
