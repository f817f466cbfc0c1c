"""From a revision to what is really played: a derived copy, with every deviation listed.

The copy is emitted anew, field by field from an allow-list: a field that is not named here is not
played, whatever Podman would do with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrations_app.domain.bundle import Object, object_label
from migrations_app.domain.errors import Problem
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import (
    pod_spec,
)
from migrations_app.domain.messages import Message, Told, msg
from migrations_app.domain.rehearsal.configuration import ConfigIndex, Environment, expand
from migrations_app.domain.rehearsal.peers import Part, needed_peers
from migrations_app.domain.rehearsal.pod_copy import container_copy, pod_security
from migrations_app.domain.rehearsal.policy import violations
from migrations_app.domain.rehearsal.probe_plans import probe_plans
from migrations_app.domain.rehearsal.shape import misshapen
from migrations_app.domain.rehearsal.values import Deviation, PodCopy
from migrations_app.domain.rehearsal.volumes import VolumePlan

LONGEST_HOSTNAME = 63
TO_THE_END = ("Job", "CronJob")


@dataclass(frozen=True, slots=True)
class RehearsalCopy:
    """What is played: peers first, the subject last.

    ``missing_images`` are references without a local image, ``missing`` references to objects
    out of reach, ``substituted`` fields that only a cluster could fill.
    """

    peers: tuple[PodCopy, ...]
    subject: tuple[PodCopy, ...]
    deviations: tuple[Deviation, ...]
    missing_images: tuple[str, ...]
    missing: tuple[str, ...]
    substituted: tuple[str, ...]
    peer_services: tuple[str, ...]


def refusals(objects: Iterable[Object]) -> tuple[Problem, ...]:
    """Every reason why these objects may not be rehearsed at all (``shape``, ``policy``)."""
    problems: list[Problem] = []
    for body in objects:
        problems.extend(misshapen(body))
        found = pod_spec(body)
        if found is not None:
            problems.extend(violations(object_label(body), found[1]))
    return tuple(problems)


def derive(
    subject: Part,
    peers: Sequence[Part],
    shared: Sequence[Object],
    *,
    prefix: str,
    labels: Mapping[str, str],
    escape_references: bool,
) -> RehearsalCopy:
    """The copy of ``subject`` and of those ``peers`` that it needs, directly or through others.

    ``prefix`` begins every name that is made in Podman. ``escape_references``: this Podman
    expands ``$(VAR)`` itself (4.7 and later), so what is meant literally must be escaped.
    """
    needed = needed_peers(subject, peers)
    deviations: list[Deviation] = []
    notes = _Notes()
    index = ConfigIndex.of(
        [*shared, *(body for part in [subject, *needed] for body in part.objects)]
    )
    maker = _Maker(prefix, labels, escape_references, index, deviations, notes)
    peer_pods = tuple(pod for part in needed for pod in maker.pods(part, (subject, *needed)))
    subject_pods = maker.pods(subject, (subject, *needed))
    return RehearsalCopy(
        peers=peer_pods,
        subject=subject_pods,
        deviations=tuple(dict.fromkeys(deviations)),
        missing_images=tuple(dict.fromkeys(notes.images)),
        missing=tuple(dict.fromkeys(notes.missing)),
        substituted=tuple(dict.fromkeys(notes.substituted)),
        peer_services=tuple(part.service for part in needed),
    )


@dataclass(slots=True)
class _Notes:
    images: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    substituted: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Maker:
    prefix: str
    labels: Mapping[str, str]
    escape_references: bool
    index: ConfigIndex
    deviations: list[Deviation]
    notes: _Notes

    def pods(self, part: Part, parts: Sequence[Part]) -> tuple[PodCopy, ...]:
        services = [
            body for other in parts for body in other.objects if body.get("kind") == "Service"
        ]
        return tuple(
            self._pod(body, path, spec, part, services)
            for body in part.objects
            if (found := pod_spec(body)) is not None
            for path, spec in [found]
        )

    def _pod(
        self,
        body: Object,
        path: tuple[str | int, ...],
        spec: dict[str, Any],
        part: Part,
        services: Sequence[Object],
    ) -> PodCopy:
        label = object_label(body)
        metadata = _template_metadata(body, path)
        name = f"{self.prefix}{body['metadata']['name']}"
        self._note_workload(body, label, name)
        volumes = VolumePlan(
            prefix=f"{name}-",
            index=self.index,
            volumes={
                **{str(v.get("name")): v for v in spec.get("volumes") or ()},
                **{
                    str(c["metadata"]["name"]): {"persistentVolumeClaim": {}}
                    for c in (body.get("spec") or {}).get("volumeClaimTemplates") or ()
                },
            },
        )
        namespace = str(body["metadata"].get("namespace") or "default")
        environment = Environment(self.index, name, metadata, namespace)
        emitted: dict[str, list[dict[str, Any]]] = {"initContainers": [], "containers": []}
        for kind in emitted:
            for container in spec.get(kind) or ():
                is_sidecar = kind == "initContainers" and container.get("restartPolicy") == "Always"
                target = "containers" if is_sidecar else kind
                if is_sidecar:
                    self._deviate(
                        msg("Sidecar started beside the others"), container["name"], "container"
                    )
                emitted[target].append(self._container(container, spec, part, environment, volumes))
        self.notes.missing += [*environment.missing, *volumes.missing]
        self.notes.substituted += environment.substituted
        self.deviations += volumes.deviations
        if volumes.files:
            self._deviate(
                msg("Configuration files copied into the containers instead of mounted"),
                label,
                ", ".join(sorted({copied.path for copied in volumes.files})),
            )
        document = self._document(name, metadata, spec, emitted, volumes)
        running = [*(spec.get("containers") or ())]
        return PodCopy(
            name=name,
            workload=label,
            text=to_yaml([document]),
            aliases=self._aliases(metadata, namespace, services),
            containers=tuple(str(container["name"]) for container in emitted["containers"]),
            probes=tuple(probe_plans(running)),
            files=tuple(volumes.files),
            to_the_end=body.get("kind") in TO_THE_END,
            images=dict(part.images),
            grace=int(spec.get("terminationGracePeriodSeconds") or 30),
        )

    def _container(
        self,
        container: Mapping[str, Any],
        spec: Mapping[str, Any],
        part: Part,
        environment: Environment,
        volumes: VolumePlan,
    ) -> dict[str, Any]:
        image = str(container.get("image") or "")
        played_image = part.images.get(image)
        if played_image is None:
            self.notes.images.append(image)
        elif played_image != image:
            at_home = msg("%(image)s, pull policy Never", image=played_image[:19])
            self._deviate(msg("Image not pulled"), image, at_home)
        values = environment.resolve(container)
        words = {
            key: [self._literal(expand(str(word), values)) for word in container[key]]
            for key in ("command", "args")
            if container.get(key)
        }
        variables = [{"name": key, "value": self._literal(value)} for key, value in values.items()]
        copy, deviations = container_copy(container, pod_security(spec))
        self.deviations += deviations
        mounts = volumes.mounts(container)
        return {
            "name": container["name"],
            "image": played_image or image,
            "imagePullPolicy": "Never",
            **words,
            **({"env": variables} if variables else {}),
            **copy,
            **({"volumeMounts": mounts} if mounts else {}),
        }

    def _literal(self, text: str) -> str:
        return text.replace("$(", "$$(") if self.escape_references else text

    def _document(
        self,
        name: str,
        metadata: Mapping[str, Any],
        spec: Mapping[str, Any],
        emitted: Mapping[str, list[dict[str, Any]]],
        volumes: VolumePlan,
    ) -> dict[str, Any]:
        own_name = name.removeprefix(self.prefix)
        pod: dict[str, Any] = {
            "restartPolicy": "Never",
            # Podman would take the pod's name, which is longer than a host's name may be.
            "hostname": str(spec.get("hostname") or own_name)[:LONGEST_HOSTNAME],
        }
        for key in ("hostAliases", "terminationGracePeriodSeconds"):
            if spec.get(key):
                pod[key] = spec[key]
        if spec.get("shareProcessNamespace"):
            pod["shareProcessNamespace"] = True
        groups = (spec.get("securityContext") or {}).get("supplementalGroups")
        if groups:
            pod["securityContext"] = {"supplementalGroups": groups}
        if emitted["initContainers"]:
            pod["initContainers"] = emitted["initContainers"]
        pod["containers"] = emitted["containers"]
        if volumes.declared:
            pod["volumes"] = [
                {"name": played, "emptyDir": options}
                for played, options in volumes.declared.items()
            ]
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "labels": {**_plain(metadata.get("labels")), **self.labels},
            },
            "spec": pod,
        }

    def _aliases(
        self, metadata: Mapping[str, Any], namespace: str, services: Sequence[Object]
    ) -> tuple[str, ...]:
        """The names by which a Service would lead to this pod, short and long."""
        labels = _plain(metadata.get("labels"))
        names: list[str] = []
        for service in services:
            spec = service.get("spec") or {}
            selector = spec.get("selector") or {}
            if not selector or any(labels.get(key) != str(v) for key, v in selector.items()):
                continue
            name = str(service["metadata"]["name"])
            names += [name, f"{name}.{namespace}", f"{name}.{namespace}.svc"]
            self._deviate(
                msg("Service played as a network alias"),
                f"Service/{name}",
                msg("alias %(name)s", name=name),
            )
            for port in spec.get("ports") or ():
                target = port.get("targetPort", port.get("port"))
                if isinstance(target, int) and target != port.get("port"):
                    self._deviate(
                        msg("Port of a Service not mapped"),
                        f"{name}:{port.get('port')}",
                        f"{name}:{target}",
                    )
        return tuple(dict.fromkeys(names))

    def _note_workload(self, body: Object, label: str, name: str) -> None:
        if body.get("kind") != "Pod":
            self._deviate(msg("Workload played as one pod"), label, msg("pod %(name)s", name=name))
        replicas = (body.get("spec") or {}).get("replicas")
        if isinstance(replicas, int) and replicas != 1:
            self._deviate(msg("Replicas reduced"), f"replicas: {replicas}", "1")
        if namespace := body["metadata"].get("namespace"):
            self._deviate(msg("Namespace became a prefix"), str(namespace), name)

    def _deviate(self, what: Message, manifest: Told, played: Told) -> None:
        self.deviations.append(Deviation(what, manifest, played))


def _template_metadata(body: Object, path: tuple[str | int, ...]) -> Mapping[str, Any]:
    """The metadata of the pod itself: of the object for a Pod, else of its template."""
    holder: Any = body
    for step in path[:-1]:
        holder = holder[step]
    return holder.get("metadata") or {}


def _plain(labels: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in labels.items()} if isinstance(labels, dict) else {}
