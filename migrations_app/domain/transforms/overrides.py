"""What whoever renders asks for by hand: other images, another namespace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    get,
    group,
    map_containers,
    mapping,
    name_of,
    namespace_of,
    replace_at,
    sequence,
)
from migrations_app.domain.manifests.scope import is_namespaced
from migrations_app.domain.messages import msg
from migrations_app.domain.names import to_label
from migrations_app.domain.provenance import Step, StepKind


@dataclass(frozen=True, slots=True)
class SetImages:
    """Container name → image. A name also means the container that was renamed to fit it."""

    images: Mapping[str, str]

    @property
    def step(self) -> Step:
        return Step(StepKind.ANSWER, "images", msg("This image was asked for."))

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        wanted = {to_label(name): image for name, image in self.images.items()} | dict(self.images)

        def change(container: Mapping[str, Any]) -> Mapping[str, Any]:
            image = wanted.get(str(container.get("name")))
            if image is None or image == container.get("image"):
                return container
            return {**container, "image": image}

        return map_containers(objects, change)


@dataclass(frozen=True, slots=True)
class SetNamespace:
    """Moves every namespaced object into one namespace, and what points at them there."""

    namespace: str

    @property
    def step(self) -> Step:
        return Step(StepKind.ENVIRONMENT, "namespace", msg("This namespace was asked for."))

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        cluster_kinds = {
            (str(get(body, ("spec", "group"))), str(get(body, ("spec", "names", "kind"))))
            for body in objects
            if body.get("kind") == "CustomResourceDefinition"
            and get(body, ("spec", "scope")) == "Cluster"
        }
        moving = [
            is_namespaced(body) and (group(body), str(body.get("kind"))) not in cluster_kinds
            for body in objects
        ]
        left = {namespace_of(body) for body, moves in zip(objects, moving, strict=True) if moves}
        results: list[Object | None] = []
        declared = False
        for body, moves in zip(objects, moving, strict=True):
            if body.get("kind") == "Namespace" and name_of(body) in left | {self.namespace}:
                results.append(None if declared else self._renamed(body))
                declared = True
            else:
                moved = self._moved(body) if moves else body
                results.append(self._pointing(moved, left))
        return results

    def _renamed(self, body: Object) -> Object:
        if name_of(body) == self.namespace:
            return body
        return dict(replace_at(body, ("metadata", "name"), self.namespace))

    def _moved(self, body: Object) -> Object:
        if namespace_of(body) == self.namespace:
            return body
        return dict(replace_at(body, ("metadata", "namespace"), self.namespace))

    def _pointing(self, body: Object, left: set[str]) -> Object:
        """Role bindings name their subjects with a namespace, webhooks their Service."""
        result = body
        for index, subject in enumerate(sequence(body.get("subjects"))):
            old = mapping(subject).get("namespace")
            own = mapping(subject).get("kind") == "ServiceAccount" and str(old or "") in left
            if own and old != self.namespace:
                result = replace_at(result, ("subjects", index, "namespace"), self.namespace)
        for index, hook in enumerate(sequence(body.get("webhooks"))):
            old = get(hook, ("clientConfig", "service", "namespace"))
            if isinstance(old, str) and old in left and old != self.namespace:
                path = ("webhooks", index, "clientConfig", "service", "namespace")
                result = replace_at(result, path, self.namespace)
        return result
