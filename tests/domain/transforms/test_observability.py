"""Where metrics are, and names for ports."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.transforms.applying import applied, run

SERVICE = """---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


def workload(ports: str, name: str = "web") -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: main, image: x, ports: {ports}}}]}}
"""


METRICS = "[{containerPort: 80}, {name: metrics, containerPort: 9100}]"


def annotations(body: dict[str, Any]) -> Any:
    return body["spec"]["template"]["metadata"].get("annotations")


def test_a_port_that_is_called_so_is_scraped() -> None:
    (body,) = applied(workload(METRICS), "observability: {metrics: annotations}")

    assert annotations(body) == {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9100",
        "prometheus.io/path": "/metrics",
    }


@pytest.mark.parametrize(
    ("ports", "preset", "port"),
    [
        ("[{containerPort: 8080}]", "{port: 8080, path: /m}", "8080"),
        ("[{containerPort: 8080}]", "{port: 9090}", None),
        ("[{containerPort: 8080}]", "{metrics: annotations}", None),
        ("[{containerPort: 8080}]", "{workloads: {web: {metrics: annotations}}}", "8080"),
        ("[{containerPort: 80}, {containerPort: 81}]", "{workloads: {web: {path: /m}}}", None),
        (METRICS, "{metrics: annotations, workloads: {web: none}}", None),
        (METRICS, "{metrics: none}", None),
    ],
)
def test_only_a_port_that_is_known_to_have_metrics(
    ports: str, preset: str, port: str | None
) -> None:
    (body,) = applied(workload(ports), f"observability: {preset}")

    assert (annotations(body) or {}).get("prometheus.io/port") == port


def test_a_monitor_finds_the_service_by_its_labels() -> None:
    running = run(
        workload(METRICS) + SERVICE,
        "observability: {interval: 30s, labels: {release: prometheus}}",
        "observability: {metrics: serviceMonitor}",
    )

    monitor = running.objects[-1]
    assert monitor.body["kind"] == "ServiceMonitor"
    assert monitor.body["metadata"]["labels"] == {"app": "web", "release": "prometheus"}
    assert monitor.body["spec"] == {
        "selector": {"matchLabels": {"app": "web"}},
        "endpoints": [{"targetPort": "metrics", "path": "/metrics", "interval": "30s"}],
    }
    assert monitor.origin.at(("spec", "selector")).steps[-1].by == "p2"
    assert monitor.origin.at(("metadata", "labels", "release")).steps[-1].by == "p1"


def test_of_two_services_with_the_same_labels_one_is_asked() -> None:
    headless = SERVICE.replace("{name: web,", "{name: web-headless,").replace(
        "spec: {", "spec: {clusterIP: None, "
    )
    text = workload(METRICS) + headless + SERVICE

    monitor = applied(text, "observability: {metrics: serviceMonitor}")[-1]

    assert monitor["spec"]["endpoints"][0]["relabelings"] == [
        {"action": "keep", "sourceLabels": ["__meta_kubernetes_service_name"], "regex": "web"}
    ]


@pytest.mark.parametrize("way", ["podMonitor", "serviceMonitor"])
def test_pods_that_no_service_leads_to_are_monitored_themselves(way: str) -> None:
    made = applied(workload(METRICS), f"observability: {{metrics: {way}}}")

    assert made[-1]["kind"] == "PodMonitor"
    assert made[-1]["spec"]["podMetricsEndpoints"] == [{"port": "metrics", "path": "/metrics"}]


def test_ports_get_names_that_no_other_has() -> None:
    (body,) = applied(
        workload(
            "[{containerPort: 8080}, {containerPort: 80}, {containerPort: 53, protocol: UDP}]"
        ),
        "observability: {portNames: true}",
    )

    ports = body["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert [port["name"] for port in ports] == ["http", "tcp-80", "udp-53"]
