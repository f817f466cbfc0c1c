"""The workloads of a pod that is split: one for each group of its containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import (
    CLAIM_TEMPLATES,
    get,
    mapping,
    namespace_of,
    sequence,
)
from migrations_app.domain.manifests.topology import Workload
from migrations_app.domain.names import to_label, unique
from migrations_app.domain.transforms.splitting_groups import CLAIM, Group, shared_volumes

COMPONENT = "app.kubernetes.io/component"
_PART = "kakehashi.dev/part"
_TAKEN_ALONG = ("namespace", "annotations")
_OF_STATEFUL_SETS = (
    "serviceName",
    "podManagementPolicy",
    "updateStrategy",
    "persistentVolumeClaimRetentionPolicy",
    "ordinals",
)


@dataclass(slots=True)
class Division:
    """The objects on their way, and what went where.

    parts: label of a new workload → label of the one it was split from.
    moved: label and container → the label of the workload that the container is in now.
    places: where a container stood → where it stands now, for what was said of it before.
    """

    objects: list[Object | None]
    parts: dict[str, str] = field(default_factory=dict)
    moved: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    names: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def free(self, kind: str, namespace: str, name: str, source: str) -> str:
        """A name that no object of the kind has, taken from now on."""
        taken = self.names.get((kind, namespace))
        if taken is None:
            taken = {
                str(get(body, ("metadata", "name")))
                for body in self.objects
                if body is not None and body.get("kind") == kind and namespace_of(body) == namespace
            }
            self.names[kind, namespace] = taken
        found = unique(name, taken, source) if name in taken else name
        taken.add(found)
        return found


class Workloads:
    """The groups of one workload, and the containers as they are on the way."""

    def __init__(self, division: Division, workload: Workload, groups: tuple[Group, ...]) -> None:
        self.division = division
        self.workload = workload
        self.groups = groups
        self.containers = {str(item["name"]): item for item in workload.containers}
        self.key = COMPONENT if COMPONENT not in workload.labels else _PART
        self.base = dict(workload.labels) or {"app": to_label(workload.name)}

    def labels(self, group: Group) -> dict[str, Any]:
        return {**self.base, self.key: to_label(group.component)}

    def selector(self, group: Group) -> dict[str, Any]:
        selector = dict(self.workload.selector) or self.base
        return {**selector, self.key: to_label(group.component)}

    def governing(self, number: int) -> str:
        """The Service that gives the pods of a StatefulSet their names."""
        return self.groups[number].name

    def workload_of(self, number: int, claims: Mapping[str, str]) -> Object:
        """The workload of a group; the first one keeps the place of the old one."""
        group = self.groups[number]
        old = self.workload
        pod = self._pod(group, claims)
        labels, selector = self.labels(group), self.selector(group)
        template_metadata = {**self._template_metadata(), "labels": labels}
        template = {"metadata": template_metadata, "spec": pod}
        metadata = mapping(old.body.get("metadata"))
        templates = self._templates(group)
        kind = (
            "StatefulSet"
            if templates or (old.kind == "StatefulSet" and number == 0)
            else ("Deployment")
        )
        name = group.name
        if number:
            name = self.division.free(kind, old.namespace, group.name, old.label)
            metadata = {
                "name": name,
                **{key: metadata[key] for key in _TAKEN_ALONG if key in metadata},
            }
        if metadata.get("labels") or number:
            metadata = {**metadata, "labels": {**mapping(metadata.get("labels")), **labels}}
        if old.kind == "Pod":
            annotated = metadata.get("annotations")
            if annotated:
                template["metadata"] = {**template_metadata, "annotations": annotated}
            spec: dict[str, Any] = {"replicas": 1}
            if _claims(pod):
                spec["strategy"] = {"type": "Recreate"}
        else:
            spec = dict(mapping(old.body.get("spec")))
            if kind != old.kind:
                for key in (*_OF_STATEFUL_SETS, "volumeClaimTemplates"):
                    spec.pop(key, None)
        spec = {**spec, "selector": {"matchLabels": selector}, "template": template}
        if kind == "StatefulSet" and number:
            spec["serviceName"] = self.governing(number)
        if templates:
            spec["volumeClaimTemplates"] = templates
        elif kind == "StatefulSet":
            spec.pop("volumeClaimTemplates", None)
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec}

    def _template_metadata(self) -> dict[str, Any]:
        if self.workload.kind == "Pod":
            return {}
        return mapping(get(self.workload.body, (*self.workload.path[:-1], "metadata")))

    def _templates(self, group: Group) -> list[Any]:
        mounted = self._mounted(group)
        return [
            claim
            for claim in sequence(get(self.workload.body, CLAIM_TEMPLATES))
            if get(claim, ("metadata", "name")) in mounted
        ]

    def _mounted(self, group: Group) -> set[Any]:
        named = {*group.containers, *group.init}
        listed = [*self.containers.values(), *sequence(self.workload.spec.get("initContainers"))]
        return {
            mapping(mount).get("name")
            for container in listed
            if mapping(container).get("name") in named
            for kind in ("volumeMounts", "volumeDevices")
            for mount in sequence(mapping(container).get(kind))
        }

    def _pod(self, group: Group, claims: Mapping[str, str]) -> dict[str, Any]:
        spec = dict(self.workload.spec)
        spec["containers"] = [self.containers[name] for name in group.containers]
        init = [
            item
            for item in sequence(spec.get("initContainers"))
            if mapping(item).get("name") in group.init
        ]
        mounted = self._mounted(group)
        volumes = [
            _with_claim(volume, claims)
            for volume in sequence(spec.get("volumes"))
            if mapping(volume).get("name") in mounted
        ]
        for key, value in (("initContainers", init), ("volumes", volumes)):
            if value:
                spec[key] = value
            else:
                spec.pop(key, None)
        if group is not self.groups[0]:
            spec.pop("hostname", None)
            spec.pop("subdomain", None)
        if self.workload.kind == "Pod":
            spec.pop("restartPolicy", None)
            spec.pop("nodeName", None)
        return spec

    def shared_claims(self, answers: Mapping[str, str]) -> dict[str, str]:
        """Volumes that were empty at first and become claims, with the names of those."""
        found: dict[str, str] = {}
        for question, volume, _sharing in shared_volumes(self.workload, {}):
            answer = answers.get(question.id)
            if "emptyDir" not in volume or answer != CLAIM:
                continue
            wanted = to_label(f"{self.workload.name}-{volume['name']}")
            space = self.workload.namespace
            name = self.division.free("PersistentVolumeClaim", space, wanted, self.workload.label)
            size = get(volume, ("emptyDir", "sizeLimit")) or "1Gi"
            found[str(volume["name"])] = name
            self.division.objects.append(
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": self.metadata(name, self.base),
                    "spec": {
                        "accessModes": ["ReadWriteMany"],
                        "resources": {"requests": {"storage": size}},
                    },
                }
            )
        return found

    def metadata(self, name: str, labels: Mapping[str, Any]) -> dict[str, Any]:
        """What stands at the head of a new object."""
        space = {"namespace": self.workload.namespace} if self.workload.namespace else {}
        return {"name": name, **space, "labels": dict(labels)}


def _with_claim(volume: Any, claims: Mapping[str, str]) -> Any:
    name = claims.get(str(mapping(volume).get("name")))
    if name is None:
        return volume
    return {"name": volume["name"], "persistentVolumeClaim": {"claimName": name}}


def _claims(pod: Mapping[str, Any]) -> bool:
    return any("persistentVolumeClaim" in mapping(item) for item in sequence(pod.get("volumes")))
