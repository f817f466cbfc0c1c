"""Checks that look at what stands beside an object before they speak."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from tests.domain.checks.conftest import SCHEMAS
from tests.domain.checks.test_codes import config_map, container
from tests.domain.checks.test_later_codes import DEPLOYMENT

SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: %s}
spec: {selector: {app: %s}, ports: [{name: http, port: 80}]}
"""
ACCOUNT = """
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
automountServiceAccountToken: %s
"""
INGRESS = """
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: nginx
  tls: [{hosts: [%s], secretName: tls}]
  rules:
    - host: shop.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {%s}}}}
"""
ROLLOUT = """
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 1
  strategy: {%s}
  template:
    spec:
      containers: [{name: web, image: r.io/web:1}]
      volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: d}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
"""


@pytest.mark.parametrize(("mounted", "found"), [("false", 0), ("true", 1)])
def test_an_account_may_keep_its_token_out_itself(mounted: str, found: int, look: Any) -> None:
    text = DEPLOYMENT.replace("spec: {containers", "spec: {serviceAccountName: web, containers")

    assert len(look(text + ACCOUNT % mounted, "STG-09", phase=Phase.STAGING)) == found


def test_no_service_is_offered_under_a_name_that_is_taken(look: Any) -> None:
    (free,) = look(DEPLOYMENT, "STG-02", phase=Phase.STAGING)
    (taken,) = look(DEPLOYMENT + SERVICE % ("web", "api"), "STG-02", phase=Phase.STAGING)

    assert (free.fixable, taken.fixable) == (True, False)


@pytest.mark.parametrize(
    ("hosts", "found"),
    [("shop.example.com", 0), ("'*.example.com'", 0), ("", 0), ("www.example.com", 1)],
)
def test_each_host_of_an_ingress_has_a_certificate(hosts: str, found: int, look: Any) -> None:
    text = DEPLOYMENT + SERVICE % ("web", "web") + INGRESS % (hosts, "number: 80")

    assert len(look(text, "STG-03", phase=Phase.STAGING)) == found


@pytest.mark.parametrize(
    ("port", "found"),
    [("number: 80", 0), ("name: http", 0), ("number: 8080", 1), ("name: web", 1)],
)
def test_an_ingress_names_a_port_of_its_service(port: str, found: int, look: Any) -> None:
    text = DEPLOYMENT + SERVICE % ("web", "web") + INGRESS % ("shop.example.com", port)

    paths = [finding.place.path for finding in look(text, "SCH-03")]
    assert paths == ["/spec/rules/0/http/paths/0/backend/service/port"] * found
    assert look(DEPLOYMENT + INGRESS % ("a", port), "SCH-03") == []


def test_a_projected_volume_asks_for_keys_that_are_there(look: Any) -> None:
    text = (
        config_map("settings", "{a: b}")
        + "\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {volumes: [{name: v, "
        "projected: {sources: [{configMap: {name: settings, items: [{key: %s, path: x}]}}]}}]}"
    )

    assert look(text % "a", "SCH-03") == []
    (finding,) = look(text % "c", "SCH-03")
    assert finding.place.path == "/spec/volumes/0/projected/sources/0/configMap/items/0/key"


@pytest.mark.parametrize(
    "taking",
    [
        "envFrom: [{configMapRef: {name: settings}}]",
        "env: [{name: DB, valueFrom: {configMapKeyRef: {name: settings, key: DB}}}]",
    ],
)
def test_localhost_is_found_where_a_container_takes_it_from(taking: str, look: Any) -> None:
    settings = "\n---\n" + config_map("settings", "{DB: 'localhost:5432'}")
    near = "\nports: [{containerPort: 5432}]"

    (finding,) = look(container(taking) + settings, "CFG-04")
    assert (finding.place.object, finding.place.path) == ("ConfigMap/settings", "/data/DB")
    assert look(container(taking + near) + settings, "CFG-04") == []
    assert look(container("image: r.io/a:1") + settings, "CFG-04") == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("[sleep, '30']", 1),
        ("[/bin/sh, -c, 'nginx -s quit; sleep 40']", 1),
        ("[sleep, '5']", 0),
        ("[nosleep, '90']", 0),
    ],
)
def test_a_call_of_sleep_counts_as_waiting(command: str, found: int, look: Any) -> None:
    wait = f"lifecycle: {{preStop: {{exec: {{command: {command}}}}}}}"
    text = DEPLOYMENT.replace("ports:", wait + ", ports:")

    assert len(look(text, "PRD-08", phase=Phase.PRODUCTION)) == found


def test_a_canary_shares_no_claim_of_one_node(look: Any) -> None:
    assert len(look(ROLLOUT % "canary: {steps: [{setWeight: 50}]}", "VOL-04")) == 1
    assert look(ROLLOUT % "blueGreen: {}", "VOL-04") == []


def test_a_field_that_no_source_holds_stands_where_its_service_does() -> None:
    shop = b"services:\n  db:\n    image: r.io/db:1\n  web:\n    image: r.io/web:1\n"
    made = render(read_bundle(MemoryFiles({"compose.yaml": shop}), STRICT), Options(), SCHEMAS)

    places = {(f.code, f.place.object): f.place.line for f in made.findings}
    assert (places["RES-01", "Deployment/db"], places["RES-01", "Deployment/web"]) == (3, 5)
    assert all(finding.place.line for finding in made.findings)
