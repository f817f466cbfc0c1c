"""Services for all ports, and routes for those that outside is to reach."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.domain.bundle import Facts
from migrations_app.domain.errors import InvalidPreset
from migrations_app.domain.presets.schema import Preset
from tests.domain.transforms.applying import applied, run, setters

HOST = "exposure: {host: '{name}.example.com'}"


def deployment(name: str, ports: str, more: str = "") -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: main
        image: example.com/x:1
        ports: {ports}
{more}
"""


def of_kind(objects: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [body for body in objects if body["kind"] == kind]


def test_every_declared_port_gets_a_service_and_leaves_the_host() -> None:
    source = deployment(
        "web",
        "[{containerPort: 80, hostPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]",
    )

    made = applied(source, "exposure: {hostPorts: remove}")

    (service,) = of_kind(made, "Service")
    assert service["spec"] == {
        "type": "ClusterIP",
        "selector": {"app": "web"},
        "ports": [
            {"name": "tcp-80", "port": 80, "protocol": "TCP", "targetPort": 80},
            {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns"},
        ],
    }
    assert "hostPort" not in str(made)


def test_a_service_that_lacks_a_port_gets_it() -> None:
    service = """
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, type: NodePort, ports: [{port: 80, nodePort: 30080}]}
"""
    source = deployment("web", "[{containerPort: 80}, {containerPort: 9000}]") + service

    made = applied(source, "exposure: {type: ClusterIP, sessionAffinity: ClientIP}")

    (service_made,) = of_kind(made, "Service")
    assert service_made["spec"] == {
        "selector": {"app": "web"},
        "type": "ClusterIP",
        "sessionAffinity": "ClientIP",
        "ports": [
            {"port": 80, "name": "tcp-80"},
            {"name": "tcp-9000", "port": 9000, "protocol": "TCP", "targetPort": 9000},
        ],
    }


def test_only_what_was_opened_and_looks_like_http_is_exposed() -> None:
    source = "---".join(
        (
            deployment("web", "[{name: http, containerPort: 8080}]"),
            deployment("db", "[{containerPort: 5432, hostPort: 5432}]"),
            deployment("inner", "[{containerPort: 8080}]"),
        )
    )
    facts = Facts(published={"Deployment/web": ("8080/tcp",)})

    (ingress,) = of_kind(applied(source, HOST, facts=facts), "Ingress")

    assert ingress["metadata"]["name"] == "web"
    assert ingress["spec"]["rules"] == [
        {
            "host": "web.example.com",
            "http": {
                "paths": [
                    {
                        "path": "/",
                        "pathType": "Prefix",
                        "backend": {"service": {"name": "web", "port": {"name": "http"}}},
                    }
                ]
            },
        }
    ]


def test_a_port_that_may_be_anything_is_asked_about_and_not_exposed_meanwhile() -> None:
    source = deployment("web", "[{containerPort: 7777, hostPort: 7777}]")

    running = run(source, HOST)
    (question,) = running.questions.values()

    assert question.id == "exposed-port:web:port"
    assert question.recommended == "none"
    assert [choice.value for choice in question.choices] == ["7777", "none"]
    assert not of_kind(list(running.bodies), "Ingress")
    answered = applied(source, HOST, answers={"exposed-port:web:port": "7777"})
    assert of_kind(answered, "Ingress")


def test_of_several_http_ports_the_first_is_recommended() -> None:
    source = deployment(
        "web", "[{containerPort: 80, hostPort: 80}, {containerPort: 8443, hostPort: 1}]"
    )

    running = run(source, HOST)

    (question,) = running.questions.values()
    assert question.recommended == "80"
    (ingress,) = of_kind(list(running.bodies), "Ingress")
    assert "tcp-80" in str(ingress)


def test_of_several_http_ports_one_in_clear_is_recommended() -> None:
    """A route ends TLS, and asks the pods in clear."""
    source = deployment(
        "web", "[{containerPort: 8443, hostPort: 443}, {containerPort: 8080, hostPort: 80}]"
    )

    (question,) = run(source, HOST).questions.values()

    assert question.recommended == "8080"


def test_one_host_for_several_services_is_asked_about() -> None:
    source = "---".join(
        deployment(name, "[{containerPort: 80, hostPort: 80}]") for name in ("one", "two")
    )
    preset = "exposure: {host: shop.example.com}"

    running = run(source, preset)
    (question,) = running.questions.values()

    assert question.id == "exposed-service:shop.example.com"
    (ingress,) = of_kind(list(running.bodies), "Ingress")
    assert ingress["metadata"]["name"] == "one"
    made = applied(source, preset, answers={question.id: "two"})
    assert [body["metadata"]["name"] for body in of_kind(made, "Ingress")] == ["two"]


def test_each_preset_is_named_behind_what_it_added_to_the_route() -> None:
    source = deployment("web", "[{containerPort: 80, hostPort: 80}]")

    running = run(
        source,
        "exposure: {class: nginx, tls: {clusterIssuer: letsencrypt}}",
        HOST,
        "exposure: {workloads: {web: {path: /shop}}}",
    )

    ingress = next(item for item in running.objects if item.body["kind"] == "Ingress")
    rule = ("spec", "rules", 0)
    by = {
        path: ingress.origin.at(path).steps[-1].by
        for path in (
            (*rule, "host"),
            ("spec", "ingressClassName"),
            ("spec", "tls"),
            (*rule, "http", "paths", 0, "path"),
        )
    }
    assert list(by.values()) == ["p2", "p1", "p1", "p3"]
    assert ingress.body["spec"]["tls"] == [{"hosts": ["web.example.com"], "secretName": "web-tls"}]
    assert "p1" in setters(running)


def test_with_parents_the_route_hangs_on_a_gateway() -> None:
    source = deployment("web", "[{containerPort: 80, hostPort: 80}]")

    made = applied(
        source,
        "exposure: {host: web.example.com, parents: [{name: outer, namespace: edge}],"
        " ports: {'80': 8000}}",
    )

    (route,) = of_kind(made, "HTTPRoute")
    assert route["spec"] == {
        "parentRefs": [{"name": "outer", "namespace": "edge"}],
        "hostnames": ["web.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [{"name": "web", "port": 8000}],
            }
        ],
    }


def test_what_the_source_routes_already_stays() -> None:
    ingress = """
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
"""
    source = deployment("web", "[{containerPort: 80, hostPort: 80}]") + ingress

    assert len(of_kind(applied(source, HOST), "Ingress")) == 1


@pytest.mark.parametrize("said", ["none", "{route: none}"])
def test_a_workload_can_be_left_out_by_name(said: str) -> None:
    source = deployment("web", "[{containerPort: 80, hostPort: 80}]")

    made = applied(source, HOST, f"exposure: {{workloads: {{web: {said}}}}}")

    assert not of_kind(made, "Ingress")


def test_a_host_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidPreset) as caught:
        Preset.from_text("exposure: {host: 'Web Site'}")

    assert "host name" in str(caught.value.problems[0].message)
