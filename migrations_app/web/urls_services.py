"""Addresses of services and of the work on them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from migrations_app.web.views import (
    hosts,
    rehearsals,
    run,
    service_edit,
    service_findings,
    service_loss,
    service_manifest,
    service_moves,
    service_presets,
    service_questions,
    service_rehearsals,
    service_revisions,
    service_source,
    service_timeline,
    services,
    sources,
    upload,
    upload_host,
)

_SERVICE = "services/<uuid:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(_SERVICE, services.overview, name="service"),
    path(f"{_SERVICE}edit/", services.edit, name="service-edit"),
    path(f"{_SERVICE}archive/", services.archive, name="service-archive"),
    path(f"{_SERVICE}source/", service_source.source, name="service-source"),
    path(f"{_SERVICE}manifest/", service_manifest.manifest_page, name="service-manifest"),
    path(f"{_SERVICE}manifest/edit/", service_edit.edit, name="service-manifest-edit"),
    path(f"{_SERVICE}manifest/edit/settle/", service_edit.settle, name="service-edit-settle"),
    path(f"{_SERVICE}manifest/edit/remove/", service_edit.remove, name="service-edit-remove"),
    path(f"{_SERVICE}findings/", service_findings.findings, name="service-findings"),
    path(f"{_SERVICE}findings/fix/", service_findings.fix_all, name="service-fix-all"),
    path(f"{_SERVICE}findings/<slug:fingerprint>/fix/", service_findings.fix, name="service-fix"),
    path(
        f"{_SERVICE}findings/<slug:fingerprint>/undo/",
        service_findings.undo,
        name="service-fix-undo",
    ),
    path(
        f"{_SERVICE}findings/<slug:fingerprint>/waive/",
        service_findings.waive,
        name="service-waive",
    ),
    path(
        f"{_SERVICE}waivers/<uuid:waiver>/revoke/",
        service_findings.revoke,
        name="service-waiver-revoke",
    ),
    path(f"{_SERVICE}questions/", service_questions.questions, name="service-questions"),
    path(f"{_SERVICE}loss-report/", service_loss.report_page, name="service-loss-report"),
    path(f"{_SERVICE}rehearsals/", service_rehearsals.rehearsals, name="service-rehearsals"),
    path(f"{_SERVICE}timeline/", service_timeline.timeline, name="service-timeline"),
    path(f"{_SERVICE}revisions/new/", service_revisions.make, name="service-revision"),
    path(f"{_SERVICE}gates/", service_moves.move, name="service-gates"),
    path(f"{_SERVICE}presets/", service_presets.presets, name="service-presets"),
    path(
        "applications/<slug:slug>/rehearse/",
        service_rehearsals.rehearse_application,
        name="application-rehearse",
    ),
    path("revisions/<uuid:pk>/", service_manifest.revision, name="revision"),
    path(
        "revisions/<uuid:pk>/download/<slug:written_as>/",
        service_manifest.revision_download,
        name="revision-download",
    ),
    path("rehearsals/<uuid:pk>/", rehearsals.rehearsal, name="rehearsal"),
    path("runs/<uuid:pk>/", run.run, name="run"),
    path("runs/<uuid:pk>/progress/", run.progress, name="run-progress"),
    path("runs/<uuid:pk>/log/", run.log, name="run-log"),
    path("runs/<uuid:pk>/cancel/", run.cancel, name="run-cancel"),
    path("runs/<uuid:pk>/retry/", run.retry, name="run-retry"),
    path("upload/", upload.upload, name="upload"),
    path("upload/check/", upload.check, name="upload-check"),
    path("upload/host/", upload_host.part, name="upload-host"),
    path("upload/store/", upload.store, name="upload-store"),
    path("sources/<uuid:pk>/", sources.source, name="source"),
    path("sources/<uuid:pk>/purge/", sources.purge, name="source-purge"),
    path("hosts/", hosts.listed, name="hosts"),
    path("hosts/<uuid:pk>/", hosts.host, name="host"),
    path("hosts/<uuid:pk>/workloads/", hosts.workloads, name="host-workloads"),
    path("hosts/<uuid:pk>/test/", hosts.test, name="host-test"),
    path("hosts/<uuid:pk>/edit/", hosts.edit, name="host-edit"),
    path("hosts/<uuid:pk>/capture/", hosts.capture, name="host-capture"),
]
