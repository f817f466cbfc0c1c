"""The pod of a service: its containers, and what they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_devices import ask_about_devices
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    changed,
    said,
    without_empty,
)
from migrations_app.domain.manifests.build_hosts import (
    dns,
    host_aliases,
    host_namespaces,
    node_selector,
)
from migrations_app.domain.manifests.build_limits import resources
from migrations_app.domain.manifests.build_ports import NamedPort, container_ports
from migrations_app.domain.manifests.build_secrets import Vault, environment
from migrations_app.domain.manifests.build_security import container_security, pod_security
from migrations_app.domain.manifests.build_volumes import PodVolumes
from migrations_app.domain.manifests.expansion import literals
from migrations_app.domain.manifests.probe_names import at_home, own_names
from migrations_app.domain.manifests.probes import probes_from_healthcheck
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.names import to_label
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import (
    ContainerSpec,
    HealthCheck,
    ServiceSpec,
)


@dataclass(slots=True)
class PodParts:
    """What the pod of one service is made of."""

    service: ServiceSpec
    ledger: Ledger
    vault: Vault
    volumes: PodVolumes
    ports: Sequence[NamedPort]
    probed: bool = True


def pod_spec(parts: PodParts, restart: str) -> dict[str, Any]:
    """The pod specification; ``restart`` is the policy that the workload's kind asks for."""
    service, ledger = parts.service, parts.ledger
    first = before_the_others(service)
    bodies = [(item, _container(parts, item)) for item in service.containers]
    spec: dict[str, Any] = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "hostname": said(service.places, "hostname", service.hostname or None),
        "hostAliases": host_aliases(service, ledger),
        "dnsConfig": dns(service, ledger),
        **host_namespaces(service, ledger),
        "nodeSelector": node_selector(service, ledger),
        "initContainers": [body for item, body in bodies if item in first],
        "containers": [body for item, body in bodies if item not in first],
        "restartPolicy": restart if restart != "Always" else None,
        "securityContext": pod_security(service, ledger),
        "terminationGracePeriodSeconds": _grace(service),
        "volumes": list(parts.volumes.volumes.values()),
    }
    return without_empty(spec)


def _container(parts: PodParts, container: ContainerSpec) -> dict[str, Any]:
    service, ledger = parts.service, parts.ledger
    places = container.places
    escaped = msg("Dollar signs that Kubernetes would expand are doubled.")
    mounts = parts.volumes.mounts(container)
    for device in ask_about_devices(service, container, ledger):
        mounts.append(parts.volumes.device(container, device))
    body: dict[str, Any] = {
        "name": said(places, "name", container.name),
        "image": _image(service, container, ledger),
        "command": _words(container, "command", container.command, escaped),
        "args": _words(container, "args", container.args, escaped),
        "workingDir": said(places, "working_dir", container.working_dir or None),
        "imagePullPolicy": _pull_policy(container, ledger),
        "env": environment(service, container, ledger, parts.vault),
        "ports": container_ports(container, parts.ports),
        "resources": resources(service, container, ledger),
        "volumeMounts": mounts,
        "securityContext": container_security(service, container, ledger),
        "stdin": said(places, "stdin", container.stdin or None),
        "tty": said(places, "tty", container.tty or None),
    }
    if container not in before_the_others(service) and parts.probed:
        body |= _probes(service, container)
    return without_empty(body)


def before_the_others(service: ServiceSpec) -> tuple[ContainerSpec, ...]:
    """The containers that run first, to their end; where all do, they are the pod itself."""
    first = tuple(container for container in service.containers if container.init)
    return first if len(first) < len(service.containers) else ()


_PULLS = {
    "always": ("Always", msg("The same, by another name.")),
    "missing": ("IfNotPresent", msg("The same, by another name.")),
    "if_not_present": ("IfNotPresent", msg("The same, by another name.")),
    "never": ("Never", msg("The same, by another name.")),
    "newer": ("Always", msg("A node that always asks the registry gets the newer image.")),
    "daily": ("Always", msg("A node that always asks the registry gets the newer image.")),
    "weekly": ("Always", msg("A node that always asks the registry gets the newer image.")),
}


def _pull_policy(container: ContainerSpec, ledger: Ledger) -> Any:
    policy = container.pull_policy.lower()
    if policy in _PULLS:
        word, reason = _PULLS[policy]
        return changed(container.places, "pull_policy", word, reason)
    if policy:
        reason = msg("A node pulls images; it does not build them, nor can it decide so.")
        ledger.drop(container.places.get("pull_policy"), reason)
    return None


def _image(service: ServiceSpec, container: ContainerSpec, ledger: Ledger) -> Any:
    """The image as it is written; one that has no name yet is asked for."""
    image = container.image.strip()
    if image and not container.image_unnamed:
        return said(container.places, "image", image)
    only = len(service.containers) == 1
    placeholder = f"localhost/{to_label(service.name if only else container.name)}:latest"
    answer = ledger.ask(
        Question(
            id=f"image-name:{service.name}:{container.name}",
            code="image-name",
            text=msg("Which image does container %(name)s run?", name=container.name),
            why=msg("The source names no image, and a cluster pulls images by name."),
            recommended=placeholder,
            place=container.places.get("image") or container.places.get("name", NOWHERE),
        )
    )
    ledger.note(
        container.places.get("image"),
        Outcome.QUESTION,
        "",
        msg("The image has no name; see the question."),
    )
    return answer.strip() or placeholder


def _words(
    container: ContainerSpec,
    attribute: str,
    words: Sequence[str] | None,
    reason: Message,
) -> Any:
    if words is None:
        return None
    escaped = literals(words)
    if escaped == list(words):
        return said(container.places, attribute, escaped)
    return changed(container.places, attribute, escaped, reason)


def _probes(service: ServiceSpec, container: ContainerSpec) -> dict[str, Any]:
    if container.health is None:
        return {}
    own = own_names(service, container)
    startup = container.startup_health
    probes = probes_from_healthcheck(
        at_home(container.health, own), at_home(startup, own) if startup else None
    )
    reason = msg("A health check becomes probes; on a cluster a failed one has consequences.")
    made: dict[str, Any] = {}
    for kind, probe in probes.items():
        check: HealthCheck = container.health
        if kind == "startupProbe" and container.startup_health is not None:
            check = container.startup_health
        made[kind] = changed(check.places, "", probe, reason)
    return made


_PODMANS_STOP_TIMEOUT = 10


def _grace(service: ServiceSpec) -> Any:
    """The longest stop time of the containers: a pod has one for all.

    A container of which nothing is said counts with the time that Podman and compose give it.
    """
    slowest = max(
        (item for item in service.containers if item.stop_timeout is not None),
        key=lambda item: item.stop_timeout or 0,
        default=None,
    )
    if slowest is None:
        return None
    reason = msg("A pod has one time to stop for all its containers: the longest.")
    unsaid = any(item.stop_timeout is None and not item.init for item in service.containers)
    least = _PODMANS_STOP_TIMEOUT if unsaid else 0
    seconds = max(least, math.ceil(slowest.stop_timeout or 0))
    return changed(slowest.places, "stop_timeout", seconds, reason)
