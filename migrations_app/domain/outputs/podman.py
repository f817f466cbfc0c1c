"""What ``podman kube play`` takes: the same application on one host.

Services become ports of the host, there is one of each pod, and a namespace is a prefix of names.
Written for Podman 4.3 and later: kinds that 4.3 does not play become pods, and everything that
Podman does not read is left out and named in the loss report.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Object, Objects, object_label
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.loss import LossRow
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import (
    claim_names,
    get,
    group,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    pod_spec,
    replace_at,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.outputs.base import Losses, Manifests, Written
from migrations_app.domain.outputs.podman_names import CONFIGURATION, Naming, prefixed
from migrations_app.domain.outputs.podman_pods import PodWriter
from migrations_app.domain.outputs.podman_ports import HostPorts, Published
from migrations_app.domain.outputs.sound import sound
from migrations_app.domain.places import Path
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.rehearsal.configuration import ConfigIndex

_TO_THE_END = ("Job", "CronJob")
_STORAGE = ("spec", "resources", "requests", "storage")


@dataclass(frozen=True, slots=True)
class Played:
    """One workload in Podman, the configuration that it uses, and its ports of the host."""

    source: Object
    body: Object
    ports: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A manifest for Podman: configuration first, then the pods."""

    configuration: Objects
    workloads: tuple[Played, ...]
    loss: tuple[LossRow, ...]

    @property
    def objects(self) -> Objects:
        return (*self.configuration, *(played.body for played in self.workloads))


def write_podman(manifests: Manifests) -> Written:
    """``podman.yaml``."""
    variant = podman_variant(manifests.chosen)
    return Written({"podman.yaml": to_yaml(variant.objects)}, variant.loss)


def podman_variant(objects: Objects) -> Variant:
    """The objects as Podman plays them."""
    losses = Losses()
    objects = sound(objects, losses)
    naming = Naming.of(objects)
    ports = HostPorts(losses).publish(objects)
    configuration: list[Object] = []
    workloads: list[Played] = []
    by_namespace: dict[str, list[Object]] = {}
    for body in objects:
        by_namespace.setdefault(namespace_of(body), []).append(body)
    indexes = {namespace: ConfigIndex.of(bodies) for namespace, bodies in by_namespace.items()}
    for place, body in enumerate(objects):
        kind = str(body.get("kind"))
        if kind in CONFIGURATION and group(body) == "":
            configuration.append(_configuration(body, naming, losses))
        elif (found := pod_spec(body)) is not None and kind != "PodTemplate":
            published = tuple(ports[place])
            pods = _Pods(naming, losses, configuration, indexes[namespace_of(body)])
            workloads.append(Played(body, pods.workload(body, *found, published), published))
        elif kind == "Namespace":
            losses.converted(
                object_label(body),
                f"{name_of(body)}-",
                msg("Podman knows no namespaces: a prefix."),
            )
        elif kind != "Service":
            losses.dropped(
                object_label(body), msg("Podman plays no %(kind)s: it is left out.", kind=kind)
            )
    return Variant(tuple(configuration), tuple(workloads), losses.all())


def _configuration(body: Object, naming: Naming, losses: Losses) -> Object:
    """A ConfigMap, a Secret or a claim, with the fields that Podman reads."""
    kind = str(body["kind"])
    name = naming.name(kind, namespace_of(body), name_of(body))
    played: Object = {"apiVersion": "v1", "kind": kind, "metadata": _metadata(body, name)}
    if kind == "PersistentVolumeClaim":
        spec = mapping(body.get("spec"))
        kept = {key: spec[key] for key in ("accessModes", "resources") if key in spec}
        for key in sorted(set(spec) - set(kept)):
            losses.dropped(
                f"{object_label(body)}/spec/{key}", msg("A volume of Podman's has none of it.")
            )
        return _whole_storage({**played, "spec": kept})
    for key in ("binaryData", "type"):
        if key in body:
            played[key] = body[key]
    data = dict(mapping(body.get("data")))
    if kind == "Secret":
        # Podman 4.3 cannot read stringData that is in the same file.
        for key, value in mapping(body.get("stringData")).items():
            data[key] = base64.b64encode(str(value).encode()).decode()
    return {**played, "data": data}


def _whole_storage(body: Object) -> Object:
    size = get(body, _STORAGE)
    try:
        quantity = Quantity.parse(str(size))
    except InvalidInput:
        return body
    return replace_at(body, _STORAGE, quantity.whole_binary()) if "." in quantity.text else body


@dataclass(frozen=True, slots=True)
class _Pods:
    """Makes pods and Deployments; claims that they need join the configuration."""

    naming: Naming
    losses: Losses
    configuration: list[Object]
    index: ConfigIndex

    def workload(
        self, body: Object, path: Path, spec: dict[str, Any], ports: tuple[Published, ...]
    ) -> Object:
        label, kind = object_label(body), str(body["kind"])
        namespace = namespace_of(body)
        name = prefixed(namespace, name_of(body))
        claims = _claims(body, self.configuration, self.losses)
        where = f"{label}/{'/'.join(map(str, path))}"
        writer = PodWriter(
            name, namespace, where, self.naming, self.losses, ports, claims, self.index
        )
        restart = str(spec.get("restartPolicy") or "Always")
        pod = writer.spec(spec, "Never" if kind in _TO_THE_END and restart == "Always" else restart)
        template = _template(body)
        _note(body, label, kind, self.losses)
        annotations = {
            **mapping(mapping(body.get("metadata")).get("annotations")),
            **template.get("annotations", {}),
        }
        carried = {"annotations": annotations} if annotations else {}
        if kind != "Deployment":
            metadata = {"name": name, **template, **carried}
            return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {**_metadata(body, name), **carried},
            "spec": {
                "replicas": 1,
                "selector": mapping(body.get("spec")).get("selector") or {},
                "template": {"metadata": template, "spec": pod},
            },
        }


def _template(body: Object) -> dict[str, Any]:
    found = pod_metadata(body)
    metadata = found[1] if found else {}
    return {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)}


def _note(body: Object, label: str, kind: str, losses: Losses) -> None:
    """What becomes of the workload itself."""
    spec = mapping(body.get("spec"))
    if kind == "Deployment" and _template(body).get("annotations"):
        losses.converted(
            f"{label}/spec/template/metadata/annotations",
            f"{label}/metadata/annotations",
            msg("Podman gives containers the annotations of a Deployment, not of its template."),
        )
    if kind not in ("Pod", "Deployment"):
        losses.converted(label, "Pod", msg("Podman 4.3 plays it as one pod."))
    if namespace := namespace_of(body):
        losses.converted(
            f"{label}/metadata/namespace",
            f"{namespace}-",
            msg("Podman knows no namespaces: a prefix."),
        )
    if spec.get("replicas") not in (None, 1):
        losses.converted(f"{label}/spec/replicas", "1", msg("Podman runs one of each pod."))
    if "schedule" in spec:
        losses.dropped(
            f"{label}/spec/schedule",
            msg("Podman starts it once: let a timer of the host play it again."),
        )
    known = ("replicas", "selector", "template", "schedule", "jobTemplate", "volumeClaimTemplates")
    if kind != "Pod":
        for key in sorted(set(spec) - set(known)):
            losses.dropped(f"{label}/spec/{key}", msg("Podman does not read this field."))


def _claims(body: Object, configuration: list[Object], losses: Losses) -> Mapping[str, str]:
    """The claims of a StatefulSet's templates, as claims of the one pod that there is."""
    claims: dict[str, str] = {}
    for index, template in claim_names(body).items():
        claim = prefixed(namespace_of(body), f"{template}-{name_of(body)}-0")
        claims[template] = claim
        written = get(body, ("spec", "volumeClaimTemplates", index))
        spec = mapping(written.get("spec"))
        kept = {key: spec[key] for key in ("accessModes", "resources") if key in spec}
        configuration.append(
            _whole_storage(
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {"name": claim},
                    "spec": kept,
                }
            )
        )
        losses.converted(
            f"{object_label(body)}/spec/volumeClaimTemplates/{index}",
            f"PersistentVolumeClaim/{claim}",
            msg("One pod needs one claim."),
        )
    return claims


def _metadata(body: Object, name: str) -> dict[str, Any]:
    metadata = mapping(body.get("metadata"))
    kept = {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)}
    return {"name": name, **kept}
