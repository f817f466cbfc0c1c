"""A portfolio as a bank would have it: for looking at pages, and for tests that need many rows."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from migrations_app.actions.applications import create_application
from migrations_app.actions.memberships import grant
from migrations_app.actions.presets import create_preset, create_version
from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.actions.users import create_user
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.people.roles import Role
from migrations_app.models import Application, Run, RunStep, Service, User
from migrations_app.queries.actors import Actor
from tests.factories import RehearsalFactory, RunFactory

PASSWORD = "correct horse battery"

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          image: {image}
{more}---
"""
SOUND = """\
          ports: [{name: http, containerPort: 8080}]
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 128Mi}
          readinessProbe: {httpGet: {path: /healthz, port: http}}
          livenessProbe: {httpGet: {path: /healthz, port: http}}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
            seccompProfile: {type: RuntimeDefault}
"""
PRESET = """\
name: bank-registry
scope: {application: card-issuing}
registry:
  rewrite: [{from: localhost, to: registry.example.com/bank}]
  pullPolicy: IfNotPresent
"""
LIMITS = """\
name: bank-production
scope: {application: banking-app, environment: production}
resources:
  default: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
"""

BANKING = (
    # name, owner, phase, days in it, whether it is sound
    ("ledger-reconciliation-nightly-batch-worker", "勘定系バッチ運用チーム", "local", 63, False),
    ("postgres", "田中 直樹", "local", 41, False),
    ("pdf-statement-renderer", "Priya Raman", "local", 8, False),
    ("mail-relay", "Core Banking SRE", "local", 3, True),
    ("api", "高橋 健太", "compatible", 9, False),
    ("auth-proxy", "Jonas Lindqvist", "compatible", 21, True),
    ("redis", "佐藤 美咲", "local", 6, True),
    ("web", "Core Banking SRE", "staging", 4, True),
    ("branch-locator", "Priya Raman", "staging", 17, True),
)
VOLUME = """\
          volumeMounts: [{name: data, mountPath: /var/lib/data}]
      volumes: [{name: data, hostPath: {path: /srv/data, type: DirectoryOrCreate}}]
"""
CARDS = (
    ("customer-notification-gateway", "佐藤 美咲", "local", 12, False),
    ("statement-export", "決済基盤チーム", "compatible", 2, True),
    ("card-bff", "カード開発部", "staging", 1, True),
)


def seed(*, many: int = 0) -> User:
    """Fill an empty database; the person who is returned may do everything. ``many``: more rows."""
    root, schemas = Actor.system(), BundledSchemas()
    people = _people(root)
    banking = create_application(actor=root, slug="banking-app", name="Banking")
    cards = create_application(actor=root, slug="card-issuing", name="Card issuing")
    create_application(actor=root, slug="treasury", name="Treasury")
    grant(actor=root, user=people["priya"], role=Role.OPERATOR, application=banking)
    grant(actor=root, user=people["yamada"], role=Role.VIEWER, application=cards)
    version = create_preset(actor=root, text=PRESET, schemas=schemas)
    create_preset(actor=root, text=LIMITS, schemas=schemas)
    create_version(
        actor=Actor.person(people["misaki"]),
        preset=version.preset,
        text=PRESET.replace("IfNotPresent", "Always"),
        schemas=schemas,
    )
    actor = Actor.person(people["misaki"], request_id="0192f3c1-seed", ip="10.8.4.21")
    _store(actor, banking, schemas, BANKING)
    _store(actor, cards, schemas, CARDS)
    treasury = Application.objects.get(slug="treasury")
    for start in range(0, many, 100):
        rows = tuple(
            (f"service-{n:03}", "", "local", n % 90, n % 3 == 0)
            for n in range(start, min(start + 100, many))
        )
        _store(actor, treasury, schemas, rows, str(start))
    _rehearsed(actor, Service.objects.get(key="redis"), schemas)
    _rehearsed(actor, Service.objects.get(key="mail-relay"), schemas, outcome="failed")
    _work(actor)
    return people["misaki"]


def _people(root: Actor) -> dict[str, User]:
    names = {
        "misaki": "佐藤 美咲",
        "kenta": "高橋 健太",
        "priya": "Priya Raman",
        "yamada": "山田 太郎",
    }
    made = {}
    for username, name in names.items():
        user = create_user(actor=root, username=username, password=PASSWORD)
        User.objects.filter(pk=user.pk).update(first_name=name)
        made[username] = User.objects.get(pk=user.pk)
    for role in (Role.ADMINISTRATOR, Role.OPERATOR, Role.AUDITOR):
        grant(actor=root, user=made["misaki"], role=role)
    grant(actor=root, user=made["kenta"], role=Role.OPERATOR)
    return made


def _store(
    actor: Actor,
    application: Application,
    schemas: BundledSchemas,
    rows: tuple[tuple[str, str, str, int, bool], ...],
    part: str = "",
) -> None:
    text = "".join(
        DEPLOYMENT.format(
            name=name,
            image=f"registry.example.com/bank/{name}:1.4.2" if sound else f"localhost/{name}",
            more=SOUND if sound else VOLUME if "postgres" in name else "",
        )
        for name, _owner, _phase, _days, sound in rows
    )
    store_source(
        actor=actor,
        application=application,
        files={f"{application.slug}{part}.yaml": text.encode()},
        schemas=schemas,
    )
    now = timezone.now()
    for name, owner, phase, days, _sound in rows:
        Service.objects.filter(application=application, key=name).update(
            owner=owner, phase=phase, phase_since=now - timedelta(days=days, hours=2)
        )


def _rehearsed(
    actor: Actor, service: Service, schemas: BundledSchemas, *, outcome: str = "passed"
) -> None:
    """A revision of the service, and a rehearsal of its base."""
    wish = Wish("local", {}, {})
    revision, _new = make_revision(actor=actor, service=service, wish=wish, schemas=schemas)
    RehearsalFactory.create(
        service=service,
        revision=revision,
        run=RunFactory.create(
            service=service,
            application=service.application,
            outcome=outcome,
            actor=actor.as_json(),
            started=timezone.now() - timedelta(minutes=20),
            ended=timezone.now() - timedelta(minutes=18),
        ),
        base_digest=revision.base_digest,
        shared_digest=revision.shared_digest,
        outcome=outcome,
    )


def _work(actor: Actor) -> None:
    now = timezone.now()
    proxy = Service.objects.get(key="auth-proxy")
    run = RunFactory.create(
        kind="rehearsal",
        state="running",
        subject=f"service:{proxy.pk}",
        service=proxy,
        application=proxy.application,
        actor=actor.as_json(),
        started=now - timedelta(seconds=72),
        attempt=1,
    )
    states = ("succeeded", "succeeded", "running", "waiting", "waiting")
    names = ("prepare", "play", "probe", "measure", "clean_up")
    for position, (name, state) in enumerate(zip(names, states, strict=True), start=1):
        RunStep.objects.create(run=run, position=position, name=name, state=state)
    for number, (state, outcome, code) in enumerate(
        (
            ("succeeded", "passed", ""),
            ("failed", "", "engine_unreachable"),
            ("succeeded", "failed", ""),
            ("cancelled", "", ""),
            ("queued", "", ""),
        )
    ):
        Run.objects.create(
            kind="rehearsal" if outcome else "capture",
            state=state,
            subject=f"seed-{number}",
            application=proxy.application,
            service=proxy if outcome else None,
            actor=actor.as_json(),
            outcome=outcome,
            error_code=code,
            started=None if state == "queued" else now - timedelta(hours=number, minutes=3),
            ended=None if state == "queued" else now - timedelta(hours=number),
        )
