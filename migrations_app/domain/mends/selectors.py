"""Selectors and template labels that apps/v1 demands, and older versions filled in.

Source: Kubernetes API reference, DeploymentSpec: ``selector`` is required and must match the
labels of the template.
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, mapping, name_of, replace_at
from migrations_app.domain.mends.base import Mend, each
from migrations_app.domain.messages import msg
from migrations_app.domain.names import to_label_value

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_LABELS = ("spec", "template", "metadata", "labels")


def _with_selector(body: Object) -> Object:
    kind = body.get("kind")
    if kind == "ReplicationController":
        return _with_template_labels(body, mapping(get(body, ("spec", "selector"))))
    if kind not in _KINDS or not isinstance(get(body, ("spec", "template")), dict):
        return body
    labels = mapping(get(body, _LABELS))
    selector = get(body, ("spec", "selector"))
    if not isinstance(selector, dict) or not selector:
        labels = labels or mapping(mapping(body.get("metadata")).get("labels"))
        labels = labels or {"app": to_label_value(name_of(body)) or "app"}
        body = replace_at(body, ("spec", "selector"), {"matchLabels": dict(labels)})
        return _with_template_labels(body, labels)
    if "matchLabels" not in selector and "matchExpressions" not in selector:
        body = replace_at(body, ("spec", "selector"), {"matchLabels": selector})
        return _with_template_labels(body, selector)
    return _with_template_labels(body, mapping(selector.get("matchLabels")))


def _with_template_labels(body: Object, needed: dict[str, Any]) -> Object:
    labels = mapping(get(body, _LABELS))
    missing = {key: value for key, value in needed.items() if labels.get(key) != value}
    holders = (get(body, _LABELS[:length]) for length in range(2, len(_LABELS) + 1))
    if not missing or not all(isinstance(holder, dict | None) for holder in holders):
        return body
    return dict(replace_at(body, _LABELS, {**labels, **missing}))


MEND = Mend(
    "SCH-03",
    msg("The selector must be written down and match the labels of the pods."),
    each(_with_selector),
)
