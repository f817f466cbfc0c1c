"""One of everything, and for every address of the API a request that succeeds in it.

Each route says which verb it takes and where; who may do it then follows from the table of roles,
and not from the code that is tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from migrations_app import wiring
from migrations_app.actions.presets import create_preset
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.adapters.fakes.podman import FakePodman
from migrations_app.domain.people.roles import Verb
from migrations_app.models import (
    AcceptedFix,
    Application,
    FindingWaiver,
    Host,
    ManifestEdit,
    Membership,
    PresetVersion,
    Rehearsal,
    Revision,
    Run,
    Service,
    Source,
)
from migrations_app.queries.actors import Actor
from tests.factories import MembershipFactory, RehearsalFactory, RunFactory, UserFactory

PRESET = "name: bank\nscope: {application: banking-app}\nregistry: {pullPolicy: IfNotPresent}\n"
WEB = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {}}
EDITED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 3, template: {spec: {containers: [{name: web, image: "r.example/web:1"}]}}}
"""
SOON = timezone.localdate() + timedelta(days=2)
WAIVER = {
    "fingerprint": "2e9313e336ff74fd",  # RES-01 of the service: it stays while code and path do
    "reason": "the vendor has no other",
    "expires": SOON.isoformat(),
}
XML = b'<testsuite><testcase name="a"/></testsuite>'


@dataclass(slots=True)
class World:
    application: Application
    service: Service
    source: Source
    revision: Revision
    rehearsal: Rehearsal
    run: Run
    ended: Run
    preset: PresetVersion
    host: Host
    membership: Membership
    waiver: FindingWaiver
    fingerprint: str
    in_force: str
    engine: FakePodman

    def values(self) -> dict[str, str]:
        """What stands for the parts of addresses."""
        return {
            "slug": self.application.slug,
            "key": self.service.key,
            "name": "staging",
            "service_id": str(self.service.pk),
            "source_id": str(self.source.pk),
            "revision_id": str(self.revision.pk),
            "rehearsal_id": str(self.rehearsal.pk),
            "run_id": str(self.run.pk),
            "ended_id": str(self.ended.pk),
            "digest": self.revision.digest,
            "preset_id": str(self.preset.preset_id),
            "host": self.host.name,
            "user_id": str(self.membership.user_id),
            "membership_id": str(self.membership.pk),
            "waiver_id": str(self.waiver.pk),
            "fingerprint": self.fingerprint,
            "in_force": self.in_force,
        }


def made_world(operator: Actor, service: Service, engine: FakePodman) -> World:
    """Fill the world around a service that was stored already."""
    application, schemas = service.application, wiring.schemas()
    assert operator.user is not None
    preset = create_preset(actor=operator, text=PRESET, schemas=schemas)
    service.refresh_from_db()
    in_force = AcceptedFix.objects.create(service=service, fingerprint="f" * 16, code="IMG-01")
    edited(service, "", {}, {"minReadySeconds": 1})
    edited(service, "production", {"replicas": 9}, {"replicas": 8})  # none are generated now
    revision, _new = make_revision(
        actor=operator, service=service, wish=Wish("local", {}, {}), schemas=schemas
    )
    Service.objects.filter(pk=service.pk).update(phase="compatible")
    of = {"application": application, "service": service, "initiator": operator.user}
    host = Host.objects.create(name="local", allow_rehearsal=True)
    return World(
        application=application,
        service=Service.objects.get(pk=service.pk),
        source=Source.objects.get(),
        revision=revision,
        rehearsal=RehearsalFactory.create(
            run=RunFactory.create(**of),
            revision=revision,
            service=service,
            base_digest=revision.base_digest,
        ),
        run=RunFactory.create(**of, state="queued"),
        ended=RunFactory.create(
            **of,
            kind="revision",
            state="failed",
            params=Wish("local", {}, {}).as_params(),
            environment="local",
        ),
        preset=preset,
        host=host,
        membership=MembershipFactory.create(user=UserFactory.create(username="ursula")),
        waiver=FindingWaiver.objects.create(
            service=service,
            fingerprint="e" * 16,
            code="PRB-01",
            finding={},
            reason="a test",
            expires=SOON,
            by_name="olga",
        ),
        fingerprint=next(f["fingerprint"] for f in service.assessment.findings if f["fixable"]),
        in_force=in_force.fingerprint,
        engine=engine,
    )


def edited(
    service: Service, environment: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """An edit of fields of the Deployment's specification."""
    ManifestEdit.objects.create(
        service=service,
        environment=environment,
        generated=[{**WEB, "spec": before}],
        edited=[{**WEB, "spec": after}],
        by_name="olga",
    )


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address. ``where`` says what the verb is asked for:

    ``application``: the bank's (invisible to strangers: 404) · ``anywhere``: some application ·
    ``organisation``: all of them · ``list``: everybody gets their own part · ``own``: everybody.
    """

    method: str
    path: str
    verb: Verb = Verb.VIEW
    where: str = "application"
    body: Any = None
    content_type: str = "application/json"
    audited: bool = True
    fills: Mapping[str, str] = field(default_factory=dict)

    @property
    def safe(self) -> bool:
        return self.method == "GET"

    def address(self, world: World, **more: str) -> str:
        values = {**world.values(), **more}
        values |= {name: values[source] for name, source in self.fills.items()}
        return "/api/v1/" + self.path.format(**values)


def _service(prefix: str) -> list[Route]:
    """A service by either of its addresses."""
    return [
        Route("GET", prefix),
        Route("PATCH", prefix, Verb.EDIT_SERVICE, body={"owner": "team-a"}),
        Route("POST", f"{prefix}archive/", Verb.ARCHIVE_SERVICE),
        Route("GET", f"{prefix}loss-report/"),
        Route("GET", f"{prefix}findings/"),
        Route("POST", f"{prefix}findings/{{fingerprint}}/fix/", Verb.ACCEPT_FIX),
        Route(
            "DELETE",
            f"{prefix}findings/{{fingerprint}}/fix/",
            Verb.ACCEPT_FIX,
            fills={"fingerprint": "in_force"},
        ),
        Route("GET", f"{prefix}questions/"),
        Route("GET", f"{prefix}questions/preset/"),
        Route("PUT", f"{prefix}answers/", Verb.ANSWER, body={}),
        Route("PUT", f"{prefix}questions/answers/", Verb.ANSWER, body={}),
        Route("GET", f"{prefix}edits/"),
        Route("PUT", f"{prefix}edits/", Verb.EDIT_MANIFEST, body={"manifest": EDITED}),
        Route("DELETE", f"{prefix}edits/", Verb.EDIT_MANIFEST),
        Route("GET", f"{prefix}edits/desk/"),
        Route(
            "POST",
            f"{prefix}edits/settle/",
            Verb.EDIT_MANIFEST,
            body={"environment": "production", "choices": {"Deployment/web/spec/replicas": "mine"}},
        ),
        Route("GET", f"{prefix}waivers/"),
        Route("POST", f"{prefix}waivers/", Verb.WAIVE, body=WAIVER),
        Route("GET", f"{prefix}timeline/"),
        Route("GET", f"{prefix}presets/"),
        Route("PUT", f"{prefix}presets/", Verb.PIN_PRESET, body=[{"preset": "bank", "version": 1}]),
        Route("GET", f"{prefix}revisions/"),
        Route("POST", f"{prefix}revisions/", Verb.MAKE_REVISION, body={"environment": "staging"}),
        Route("GET", f"{prefix}rehearsals/"),
        Route("POST", f"{prefix}rehearsals/", Verb.REHEARSE, body={"peers": "none"}),
        Route("GET", f"{prefix}runs/"),
        Route("GET", f"{prefix}test-reports/"),
        Route(
            "POST",
            f"{prefix}test-reports/",
            Verb.POST_TEST_REPORT,
            body=XML,
            content_type="text/xml",
        ),
        Route("GET", f"{prefix}gates/"),
        Route("GET", f"{prefix}moves/"),
        Route(
            "POST", f"{prefix}moves/", Verb.MOVE_SERVICE, body={"to": "local", "reason": "a test"}
        ),
    ]


_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: p, image: p}]}\n"

ROUTES: list[Route] = [
    Route("GET", "applications/", where="list"),
    Route(
        "POST", "applications/", Verb.CREATE_APPLICATION, "organisation", body={"slug": "insurance"}
    ),
    Route("GET", "applications/{slug}/"),
    Route("PATCH", "applications/{slug}/", Verb.EDIT_APPLICATION, body={"name": "Bank"}),
    Route("POST", "applications/{slug}/archive/", Verb.EDIT_APPLICATION),
    Route("GET", "applications/{slug}/shared/"),
    Route("GET", "applications/{slug}/environments/"),
    Route("GET", "applications/{slug}/environments/{name}/"),
    Route(
        "PUT",
        "applications/{slug}/environments/{name}/",
        Verb.EDIT_ENVIRONMENT,
        body={"namespace": "bank"},
    ),
    Route("GET", "applications/{slug}/questions/"),
    Route("GET", "applications/{slug}/questions/preset/"),
    Route("PUT", "applications/{slug}/answers/", Verb.ANSWER, body={}),
    Route("PUT", "applications/{slug}/questions/answers/", Verb.ANSWER, body={}),
    Route("GET", "applications/{slug}/rehearsals/"),
    Route("POST", "applications/{slug}/rehearsals/", Verb.REHEARSE, body={}),
    Route("GET", "applications/{slug}/services/"),
    Route("GET", "applications/{slug}/sources/"),
    Route("GET", "applications/{slug}/runs/"),
    *_service("applications/{slug}/services/{key}/"),
    Route("GET", "sources/", where="list"),
    Route(
        "POST",
        "sources/",
        Verb.STORE_SOURCE,
        "named",
        body={"application": "banking-app", "content": _POD},
    ),
    Route("GET", "sources/{source_id}/"),
    Route("GET", "sources/{source_id}/raw/"),
    Route("GET", "services/", where="list"),
    *_service("services/{service_id}/"),
    Route("GET", "revisions/{revision_id}/"),
    Route("GET", "revisions/{revision_id}/manifest/"),
    Route("GET", "revisions/{revision_id}/diff/"),
    Route("GET", "revisions/{revision_id}/provenance/"),
    Route("GET", "rehearsals/{rehearsal_id}/"),
    Route("GET", "digests/{digest}/"),
    Route("GET", "waivers/{waiver_id}/"),
    Route("DELETE", "waivers/{waiver_id}/", Verb.WAIVE),
    Route("GET", "runs/", where="list"),
    Route("GET", "runs/{run_id}/"),
    Route("GET", "runs/{run_id}/log/"),
    Route("GET", "runs/{run_id}/events/"),
    Route("POST", "runs/{run_id}/cancel/", Verb.CANCEL_RUN),
    Route("POST", "runs/{run_id}/retry/", Verb.RETRY_RUN, fills={"run_id": "ended_id"}),
    Route("GET", "presets/", where="list"),
    Route(
        "POST", "presets/", Verb.EDIT_ORGANISATION_PRESET, "organisation", {"text": "name: org\n"}
    ),
    Route("GET", "presets/{preset_id}/"),
    Route("GET", "presets/{preset_id}/impact/"),
    Route("GET", "presets/{preset_id}/versions/"),
    Route(
        "POST",
        "presets/{preset_id}/versions/",
        Verb.EDIT_PRESET,
        body={"text": PRESET.replace("IfNotPresent", "Always")},
    ),
    Route("POST", "preview/", Verb.VIEW, "anywhere", {"content": _POD}, audited=False),
    Route("POST", "check/", Verb.VIEW, "anywhere", {"content": _POD}, audited=False),
    Route("GET", "hosts/", where="anywhere"),
    Route(
        "POST",
        "hosts/",
        Verb.MANAGE_HOSTS,
        "organisation",
        {"name": "far", "url": "ssh://podman@far.example.com/run/podman/podman.sock"},
    ),
    Route("GET", "hosts/{host}/", where="hidden"),
    Route("PATCH", "hosts/{host}/", Verb.MANAGE_HOSTS, "organisation", {"allow_rehearsal": False}),
    Route("POST", "hosts/{host}/test/", Verb.MANAGE_HOSTS, "organisation"),
    Route("GET", "hosts/{host}/workloads/", Verb.CAPTURE, "anywhere"),
    Route(
        "POST",
        "hosts/{host}/captures/",
        Verb.CAPTURE,
        "named",
        {"names": ["web"], "application": "banking-app"},
    ),
    Route("GET", "users/", Verb.MANAGE_USERS, "organisation"),
    Route("POST", "users/", Verb.MANAGE_USERS, "organisation", {"username": "ines"}),
    Route("GET", "users/{user_id}/", Verb.MANAGE_USERS, "organisation"),
    Route("PATCH", "users/{user_id}/", Verb.MANAGE_USERS, "organisation", {"active": False}),
    Route("GET", "memberships/", Verb.MANAGE_USERS, "organisation"),
    Route(
        "POST",
        "memberships/",
        Verb.MANAGE_USERS,
        "organisation",
        {"user": "ursula", "role": "operator", "application": "banking-app"},
    ),
    Route("GET", "memberships/{membership_id}/", Verb.MANAGE_USERS, "organisation"),
    Route("DELETE", "memberships/{membership_id}/", Verb.MANAGE_USERS, "organisation"),
    Route("GET", "tokens/", where="list"),
    Route("POST", "tokens/", Verb.VIEW, "session", {"name": "ci"}),
    Route("GET", "tokens/{token_id}/", where="own"),
    Route("POST", "tokens/{token_id}/revoke/", where="own"),
    Route("GET", "audit/events/", Verb.READ_AUDIT, "anywhere"),
    Route("GET", "audit/verification/", Verb.READ_AUDIT, "anywhere"),
    Route("GET", "audit/export/", Verb.READ_AUDIT, "anywhere"),
    Route("GET", "schema/", where="list"),
    Route("GET", "docs/", where="list"),
]


def described(callback: Any) -> Iterator[str]:
    """The methods that a view answers."""
    actions: Mapping[str, str] = getattr(callback, "actions", None) or {"get": "get"}
    yield from (method.upper() for method in actions if method not in ("head", "options"))


def addresses() -> set[tuple[str, str]]:
    """Every method of every address that the API has, as templates."""
    found: set[tuple[str, str]] = set()

    def walk(patterns: list[Any], prefix: str) -> None:
        for item in patterns:
            here = prefix + _template(str(item.pattern))
            if isinstance(item, URLResolver):
                walk(item.url_patterns, here)
            elif isinstance(item, URLPattern):
                found.update((method, here) for method in described(item.callback))

    walk(get_resolver("migrations_app.api.v1.urls").url_patterns, "")
    return {(method, path) for method, path in found if ".*" not in path}


def _template(pattern: str) -> str:
    if pattern.startswith("^digests"):
        return "digests/{digest}/"
    return "/".join(
        "{" + step.strip("<>").rpartition(":")[2] + "}" if step.startswith("<") else step
        for step in pattern.split("/")
    )
