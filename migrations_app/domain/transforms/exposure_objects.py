"""The objects by which outside reaches a Service: an Ingress or an HTTPRoute of the Gateway API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.manifests.topology import Workload
from migrations_app.domain.names import to_label
from migrations_app.domain.presets.sections.exposure import NAME

GATEWAY = "gateway"
GATEWAY_GROUP = "gateway.networking.k8s.io"
_ISSUERS = {"issuer": "cert-manager.io/issuer", "clusterIssuer": "cert-manager.io/cluster-issuer"}


def route_to(
    workload: Workload, service: str, port: Mapping[str, Any], said: Mapping[str, Any]
) -> Object:
    """The route to a port of a Service."""
    host = filled(said["host"], workload)
    usual = GATEWAY if said.get("parents") else "ingress"
    gateway = (said.get("route") or usual) == GATEWAY
    space = {"namespace": workload.namespace} if workload.namespace else {}
    annotations = dict(mapping(said.get("annotations")))
    tls = mapping(said.get("tls"))
    if not gateway:
        annotations |= {key: tls[name] for name, key in _ISSUERS.items() if tls.get(name)}
    metadata = {
        "name": to_label(workload.name),
        **space,
        "labels": dict(workload.selector),
        **({"annotations": annotations} if annotations else {}),
    }
    if gateway:
        return _http_route(metadata, host, service, port, said)
    return _ingress(metadata, host, service, port, said, workload)


def _ingress(
    metadata: Object,
    host: str,
    service: str,
    port: Mapping[str, Any],
    said: Mapping[str, Any],
    workload: Workload,
) -> Object:
    backend = {"name": port["name"]} if port.get("name") else {"number": port["port"]}
    path = {
        "path": said.get("path") or "/",
        "pathType": said.get("pathType") or "Prefix",
        "backend": {"service": {"name": service, "port": backend}},
    }
    spec: dict[str, Any] = {"rules": [{"host": host, "http": {"paths": [path]}}]}
    if said.get("class"):
        spec["ingressClassName"] = said["class"]
    if said.get("tls"):
        secret = filled(said["tls"].get("secret") or f"{NAME}-tls", workload)
        spec["tls"] = [{"hosts": [host], "secretName": secret}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": spec,
    }


def _http_route(
    metadata: Object, host: str, service: str, port: Mapping[str, Any], said: Mapping[str, Any]
) -> Object:
    kind = "Exact" if said.get("pathType") == "Exact" else "PathPrefix"
    rule = {
        "matches": [{"path": {"type": kind, "value": said.get("path") or "/"}}],
        "backendRefs": [{"name": service, "port": port["port"]}],
    }
    spec: dict[str, Any] = {"hostnames": [host], "rules": [rule]}
    parents = [
        {key: value for key, value in parent.items() if value}
        for parent in sequence(said.get("parents"))
    ]
    if parents:
        spec["parentRefs"] = parents
    return {
        "apiVersion": f"{GATEWAY_GROUP}/v1",
        "kind": "HTTPRoute",
        "metadata": metadata,
        "spec": spec,
    }


def hosts_of(route: Object) -> list[Any]:
    """The hosts that a route is for."""
    spec = mapping(route.get("spec"))
    rules = [mapping(rule).get("host") for rule in sequence(spec.get("rules"))]
    return [*sequence(spec.get("hostnames")), *(host for host in rules if host)]


def filled(template: Any, workload: Workload) -> str:
    """A template with the name of the workload in it."""
    return str(template or "").replace(NAME, to_label(workload.name))
