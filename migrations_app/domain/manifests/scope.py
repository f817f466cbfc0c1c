"""Which objects live in a namespace, and which belong to the whole cluster."""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import group

_CLUSTER_SCOPED: Mapping[str, frozenset[str]] = {
    "": frozenset({"Namespace", "Node", "PersistentVolume", "ComponentStatus"}),
    "rbac.authorization.k8s.io": frozenset({"ClusterRole", "ClusterRoleBinding"}),
    "networking.k8s.io": frozenset({"IngressClass", "IPAddress", "ServiceCIDR"}),
    "storage.k8s.io": frozenset(
        {"StorageClass", "CSIDriver", "CSINode", "VolumeAttachment", "VolumeAttributesClass"}
    ),
    "resource.k8s.io": frozenset({"DeviceClass", "ResourceSlice", "DeviceTaintRule"}),
    "gateway.networking.k8s.io": frozenset({"GatewayClass"}),
    "policy": frozenset({"PodSecurityPolicy"}),
}
"""Source: ``kubectl api-resources --namespaced=false``, for groups that hold both sorts."""

_CLUSTER_GROUPS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "certificates.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "node.k8s.io",
        "scheduling.k8s.io",
        "storagemigration.k8s.io",
    }
)


def is_namespaced(body: Object) -> bool:
    """Whether an object lives in a namespace; unknown kinds do, unless their name says Cluster."""
    own, kind = group(body), str(body.get("kind"))
    if own in _CLUSTER_GROUPS or kind in _CLUSTER_SCOPED.get(own, ()):
        return False
    return not (kind.startswith("Cluster") and "." in own)
