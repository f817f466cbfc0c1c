"""What whoever renders chose: images, a namespace, hidden secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.digests import SECRET_MARKER
from migrations_app.domain.manifests.resources import map_containers, mapping, replace_at
from migrations_app.domain.messages import msg
from migrations_app.domain.provenance import Step, StepKind

CLUSTER_SCOPED = frozenset(
    "APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding "
    "ComponentStatus CustomResourceDefinition DeviceClass FlowSchema IPAddress IngressClass "
    "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace "
    "Node PersistentVolume PodSecurityPolicy PriorityClass PriorityLevelConfiguration "
    "ResourceSlice RuntimeClass SelfSubjectAccessReview SelfSubjectReview SelfSubjectRulesReview "
    "ServiceCIDR StorageClass StorageVersion StorageVersionMigration SubjectAccessReview "
    "TokenReview ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding "
    "ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass GatewayClass "
    "ClusterIssuer".split()
)
"""Kinds that live in no namespace (Kubernetes API reference, ``kubectl api-resources``)."""


@dataclass(frozen=True, slots=True)
class UseImages:
    """Replace the images of containers by name."""

    images: Mapping[str, str]

    @property
    def step(self) -> Step:
        return Step(StepKind.ANSWER, "images", msg("The image was given when rendering."))

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_containers(objects, self._container)

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        image = self.images.get(str(container.get("name")))
        if image is None or container.get("image") == image:
            return container
        return {**container, "image": image}


@dataclass(frozen=True, slots=True)
class InNamespace:
    """Put every namespaced object into one namespace."""

    namespace: str

    @property
    def step(self) -> Step:
        return Step(
            StepKind.ENVIRONMENT, "namespace", msg("The namespace of the target environment.")
        )

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._placed(body) for body in objects]

    def _placed(self, body: Object) -> Object:
        if body.get("kind") in CLUSTER_SCOPED:
            return body
        if mapping(body.get("metadata")).get("namespace") == self.namespace:
            return body
        return dict(replace_at(body, ("metadata", "namespace"), self.namespace))


@dataclass(frozen=True, slots=True)
class PlaceholderSecrets:
    """Write a fixed marker for every value of a Secret."""

    @property
    def step(self) -> Step:
        return Step(StepKind.DEFAULT, "secrets", msg("Values of Secrets are not written out."))

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._hidden(body) for body in objects]

    def _hidden(self, body: Object) -> Object:
        if body.get("kind") != "Secret" or body.get("apiVersion") != "v1":
            return body
        keys = [*mapping(body.get("data")), *mapping(body.get("stringData"))]
        hidden = dict.fromkeys(keys, SECRET_MARKER)
        if body.get("stringData") == hidden and not body.get("data"):
            return body
        left = {key: value for key, value in body.items() if key not in ("data", "stringData")}
        return {**left, "stringData": hidden} if hidden else left
