"""Addresses of the API, and of the probes, which stand outside its versions."""

from __future__ import annotations

from django.urls import include, path

from migrations_app.api import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include("migrations_app.api.v1.urls")),
]
