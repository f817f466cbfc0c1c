"""Fields that only the API server sets: exported with an object, refused or ignored on return.

Source: Kubernetes API conventions, "Metadata" and "Spec and Status".
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import pod_metadata, replace_at
from migrations_app.domain.mends.base import Mend, each
from migrations_app.domain.messages import msg

_METADATA = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_OWN_STATUS = frozenset({"CustomResourceDefinition"})
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def _without_server_fields(body: Object) -> Object:
    result = body
    if "status" in body and _is_served(body):
        result = {key: value for key, value in body.items() if key != "status"}
    metadata = result.get("metadata")
    if isinstance(metadata, dict) and (trimmed := _trim(metadata)) is not metadata:
        result = {**result, "metadata": trimmed}
    found = pod_metadata(result)
    if found is not None and found[0] != ("metadata",):
        path, template = found
        trimmed = _trim(template)
        if trimmed is not template:
            result = replace_at(result, path, trimmed)
    claims = (result.get("spec") or {}) if isinstance(result.get("spec"), dict) else {}
    listed = claims.get("volumeClaimTemplates")
    if isinstance(listed, list):
        changed = [_trim_claim(claim) for claim in listed]
        if any(new is not old for new, old in zip(changed, listed, strict=True)):
            result = replace_at(result, ("spec", "volumeClaimTemplates"), changed)
    return result


def _is_served(body: Object) -> bool:
    """Built-in kinds and exports; an unknown kind keeps a status that may be its own."""
    version = str(body.get("apiVersion") or "")
    own = "." not in version.partition("/")[0] or version.partition("/")[0].endswith(".k8s.io")
    return own or body.get("kind") in _OWN_STATUS


def _trim(metadata: dict[str, Any]) -> dict[str, Any]:
    found = _METADATA & set(metadata)
    annotations = metadata.get("annotations")
    has_last = isinstance(annotations, dict) and _LAST_APPLIED in annotations
    if not found and not has_last:
        return metadata
    trimmed = {key: value for key, value in metadata.items() if key not in found}
    if has_last and isinstance(annotations, dict):
        left = {key: value for key, value in annotations.items() if key != _LAST_APPLIED}
        trimmed["annotations"] = left
        if not left:
            del trimmed["annotations"]
    return trimmed


def _trim_claim(claim: Any) -> Any:
    if not isinstance(claim, dict):
        return claim
    result = claim
    if "status" in claim:
        result = {key: value for key, value in claim.items() if key != "status"}
    metadata = result.get("metadata")
    if isinstance(metadata, dict) and (trimmed := _trim(metadata)) is not metadata:
        result = {**result, "metadata": trimmed}
    return result


MEND = Mend(
    "SCH-01",
    msg("Only the API server sets this field."),
    each(_without_server_fields),
)
