"""API versions that clusters no longer serve, moved to today's with their changed fields.

Source: Kubernetes documentation, "Deprecated API Migration Guide".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import mapping, replace_at, sequence
from migrations_app.domain.mends.base import Mend, each
from migrations_app.domain.messages import msg

MOVES: Mapping[tuple[str, str], str] = {
    **{
        (version, kind): "apps/v1"
        for version in ("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2")
        for kind in ("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet")
    },
    ("apps/v1beta2", "ControllerRevision"): "apps/v1",
    ("apps/v1beta1", "ControllerRevision"): "apps/v1",
    ("extensions/v1beta1", "Ingress"): "networking.k8s.io/v1",
    ("networking.k8s.io/v1beta1", "Ingress"): "networking.k8s.io/v1",
    ("networking.k8s.io/v1beta1", "IngressClass"): "networking.k8s.io/v1",
    ("extensions/v1beta1", "NetworkPolicy"): "networking.k8s.io/v1",
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): "autoscaling/v2",
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): "autoscaling/v2",
    ("policy/v1beta1", "PodDisruptionBudget"): "policy/v1",
    ("batch/v1beta1", "CronJob"): "batch/v1",
    ("batch/v2alpha1", "CronJob"): "batch/v1",
    **{
        (version, kind): "rbac.authorization.k8s.io/v1"
        for version in ("rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1")
        for kind in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
    },
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): "apiextensions.k8s.io/v1",
    ("apiregistration.k8s.io/v1beta1", "APIService"): "apiregistration.k8s.io/v1",
    **{
        ("admissionregistration.k8s.io/v1beta1", kind): "admissionregistration.k8s.io/v1"
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    },
    **{
        (version, kind): "storage.k8s.io/v1"
        for version in ("storage.k8s.io/v1beta1", "storage.k8s.io/v1alpha1")
        for kind in ("StorageClass", "CSIDriver", "CSINode", "VolumeAttachment")
    },
    **{
        (version, "PriorityClass"): "scheduling.k8s.io/v1"
        for version in ("scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1alpha1")
    },
    ("coordination.k8s.io/v1beta1", "Lease"): "coordination.k8s.io/v1",
    ("discovery.k8s.io/v1beta1", "EndpointSlice"): "discovery.k8s.io/v1",
    ("events.k8s.io/v1beta1", "Event"): "events.k8s.io/v1",
    ("node.k8s.io/v1beta1", "RuntimeClass"): "node.k8s.io/v1",
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest"): "certificates.k8s.io/v1",
}

GONE: frozenset[tuple[str, str]] = frozenset(
    {("policy/v1beta1", "PodSecurityPolicy"), ("extensions/v1beta1", "PodSecurityPolicy")}
)
"""Kinds that were removed without a successor."""


def _modern(body: Object) -> Object:
    old = (str(body.get("apiVersion")), str(body.get("kind")))
    new = MOVES.get(old)
    if new is None:
        return body
    moved = {**body, "apiVersion": new}
    change = _CHANGES.get(old[1])
    return change(moved, old[0]) if change else moved


def _ingress(body: Object, _old: str) -> Object:
    """Backends got a nested shape, and every path needs a type."""
    spec = mapping(body.get("spec"))
    result = dict(spec)
    if "backend" in result:
        result["defaultBackend"] = _backend(result.pop("backend"))
    result["rules"] = [_rule(rule) for rule in sequence(spec.get("rules"))]
    if not result["rules"]:
        del result["rules"]
    metadata = mapping(body.get("metadata"))
    annotations = mapping(metadata.get("annotations"))
    name = annotations.get("kubernetes.io/ingress.class")
    if isinstance(name, str) and "ingressClassName" not in result:
        result["ingressClassName"] = name
        left = {k: v for k, v in annotations.items() if k != "kubernetes.io/ingress.class"}
        trimmed = {key: value for key, value in metadata.items() if key != "annotations"}
        body = {**body, "metadata": {**trimmed, "annotations": left} if left else trimmed}
    return {**body, "spec": result}


def _rule(rule: Any) -> Any:
    http = mapping(mapping(rule).get("http"))
    if not isinstance(http.get("paths"), list):
        return rule
    paths = [
        {"pathType": "ImplementationSpecific", **path, "backend": _backend(path.get("backend"))}
        if isinstance(path, dict)
        else path
        for path in http["paths"]
    ]
    return {**rule, "http": {**http, "paths": paths}}


def _backend(backend: Any) -> Any:
    if not isinstance(backend, dict) or "serviceName" not in backend:
        return backend
    port = backend.get("servicePort")
    left = {k: v for k, v in backend.items() if k not in ("serviceName", "servicePort")}
    service: dict[str, Any] = {"name": backend["serviceName"]}
    if port is not None:
        numeric = isinstance(port, int) or str(port).isdigit()
        service["port"] = {"number": int(port)} if numeric else {"name": str(port)}
    return {**left, "service": service}


def _autoscaler(body: Object, old: str) -> Object:
    """v2beta1 wrote targets beside the metric; v2 writes them under ``target``."""
    metrics = mapping(body.get("spec")).get("metrics")
    if old != "autoscaling/v2beta1" or not isinstance(metrics, list):
        return body
    return dict(replace_at(body, ("spec", "metrics"), [_metric(metric) for metric in metrics]))


def _metric(metric: Any) -> Any:
    if not isinstance(metric, dict):
        return metric
    result = dict(metric)
    for key in ("resource", "pods", "object", "external", "containerResource"):
        source = metric.get(key)
        if isinstance(source, dict):
            result[key] = _metric_source(source)
    return result


_TARGETS = {
    "targetAverageUtilization": ("Utilization", "averageUtilization"),
    "targetAverageValue": ("AverageValue", "averageValue"),
    "averageValue": ("AverageValue", "averageValue"),
    "targetValue": ("Value", "value"),
}


def _metric_source(source: dict[str, Any]) -> dict[str, Any]:
    result = {key: value for key, value in source.items() if key not in _TARGETS}
    described = result.pop("target", None)
    if isinstance(described, dict) and "kind" in described:
        result["describedObject"] = described
    for key, (kind, field) in _TARGETS.items():
        if key in source:
            result["target"] = {"type": kind, field: source[key]}
            break
    name = result.pop("metricName", None)
    selector = result.pop("selector", None) or result.pop("metricSelector", None)
    if name is not None:
        result["metric"] = {"name": name, **({"selector": selector} if selector else {})}
    return result


def _definition(body: Object, _old: str) -> Object:
    """v1 keeps schema, columns and subresources per version, and demands a schema."""
    spec = dict(mapping(body.get("spec")))
    version = spec.pop("version", None)
    versions = sequence(spec.get("versions"))
    if not versions and version:
        versions = [{"name": version, "served": True, "storage": True}]
    schema = mapping(spec.pop("validation", None)).get("openAPIV3Schema")
    shared = {
        "subresources": spec.pop("subresources", None),
        "additionalPrinterColumns": _columns(spec.pop("additionalPrinterColumns", None)),
    }
    preserve = spec.pop("preserveUnknownFields", True)
    open_schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    spec["versions"] = [
        {
            **{key: value for key, value in shared.items() if value},
            "schema": {
                "openAPIV3Schema": _structural(schema, preserve=bool(preserve)) or open_schema
            },
            **mapping(item),
        }
        for item in versions
    ]
    for item in spec["versions"]:
        if "additionalPrinterColumns" in item:
            item["additionalPrinterColumns"] = _columns(item["additionalPrinterColumns"])
    conversion = spec.get("conversion")
    if isinstance(conversion, dict) and "webhookClientConfig" in conversion:
        moved = {k: v for k, v in conversion.items() if not k.startswith(("webhook", "conversion"))}
        spec["conversion"] = {
            **moved,
            "webhook": {
                "clientConfig": conversion["webhookClientConfig"],
                "conversionReviewVersions": conversion.get("conversionReviewVersions") or ["v1"],
            },
        }
    spec.setdefault("scope", "Namespaced")
    return {**body, "spec": spec}


def _columns(columns: Any) -> Any:
    if not isinstance(columns, list):
        return None
    return [
        {
            **{k: v for k, v in column.items() if k != "JSONPath"},
            **({"jsonPath": column["JSONPath"]} if "JSONPath" in column else {}),
        }
        for column in columns
        if isinstance(column, dict)
    ]


def _structural(schema: Any, *, preserve: bool) -> dict[str, Any] | None:
    if not isinstance(schema, dict) or not schema:
        return None
    result = {"type": "object", **schema}
    if preserve:
        result["x-kubernetes-preserve-unknown-fields"] = True
    return result


def _webhooks(body: Object, _old: str) -> Object:
    hooks = [
        {"sideEffects": "None", "admissionReviewVersions": ["v1", "v1beta1"], **hook}
        if isinstance(hook, dict)
        else hook
        for hook in sequence(body.get("webhooks"))
    ]
    return {**body, "webhooks": hooks} if hooks else body


def _workload(body: Object, _old: str) -> Object:
    spec = body.get("spec")
    if isinstance(spec, dict) and "rollbackTo" in spec:
        return {**body, "spec": {key: v for key, v in spec.items() if key != "rollbackTo"}}
    return body


_CHANGES: Mapping[str, Callable[[Object, str], Object]] = {
    "Ingress": _ingress,
    "HorizontalPodAutoscaler": _autoscaler,
    "CustomResourceDefinition": _definition,
    "MutatingWebhookConfiguration": _webhooks,
    "ValidatingWebhookConfiguration": _webhooks,
    "Deployment": _workload,
}

MEND = Mend(
    "SCH-02",
    msg("This API version is no longer served; the object moved to today's."),
    each(_modern),
)
