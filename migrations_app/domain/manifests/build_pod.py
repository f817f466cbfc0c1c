"""The pod of a service: its containers, and what they share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    changed,
    said,
    without_empty,
)
from migrations_app.domain.manifests.build_ports import NamedPort, container_ports
from migrations_app.domain.manifests.build_secrets import Vault, environment
from migrations_app.domain.manifests.build_security import (
    ask_about_devices,
    container_security,
    pod_security,
)
from migrations_app.domain.manifests.build_volumes import PodVolumes
from migrations_app.domain.manifests.expansion import literals
from migrations_app.domain.manifests.probes import probes_from_healthcheck
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.names import to_label
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import (
    ContainerSpec,
    HealthCheck,
    Resources,
    ServiceSpec,
)

_DNS_OPTION = re.compile(r"([^:]+)(?::(.*))?")


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
    bodies = [(item, _container(parts, item)) for item in service.containers]
    spec: dict[str, Any] = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "hostname": said(service.places, "hostname", service.hostname or None),
        "hostAliases": _host_aliases(service),
        "dnsConfig": _dns(service),
        "hostNetwork": _host(service, "host_network", ledger),
        "hostPID": _host(service, "host_pid", ledger),
        "hostIPC": _host(service, "host_ipc", ledger),
        "shareProcessNamespace": said(
            service.places,
            "share_process_namespace",
            service.share_process_namespace or None,
        ),
        "initContainers": [body for item, body in bodies if item.init],
        "containers": [body for item, body in bodies if not item.init],
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
        name = to_label(f"{container.name}-{device}")
        parts.volumes.volumes[name] = {
            "name": name,
            "hostPath": {"path": device, "type": "CharDevice"},
        }
        mounts.append({"name": name, "mountPath": device})
    body: dict[str, Any] = {
        "name": said(places, "name", container.name),
        "image": _image(service, container, ledger),
        "command": _words(container, "command", container.command, escaped),
        "args": _words(container, "args", container.args, escaped),
        "workingDir": said(places, "working_dir", container.working_dir or None),
        "env": environment(service, container, ledger, parts.vault),
        "ports": container_ports(container, parts.ports),
        "resources": _resources(container.resources),
        "volumeMounts": mounts,
        "securityContext": container_security(service, container, ledger),
        "stdin": said(places, "stdin", container.stdin or None),
        "tty": said(places, "tty", container.tty or None),
    }
    if not container.init and parts.probed:
        body |= _probes(container)
    return without_empty(body)


def _image(service: ServiceSpec, container: ContainerSpec, ledger: Ledger) -> Any:
    """The image as it is written; one that has no name yet is asked for."""
    if container.image and not container.image_unnamed:
        return said(container.places, "image", container.image)
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
    return answer


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


def _resources(resources: Resources) -> dict[str, Any]:
    limits = without_empty(
        {
            "cpu": _cpu(resources, "cpu_limit", resources.cpu_limit),
            "memory": _memory(resources, "memory_limit", resources.memory_limit),
        }
    )
    requests = without_empty(
        {
            "cpu": _cpu(resources, "cpu_request", resources.cpu_request),
            "memory": _memory(resources, "memory_request", resources.memory_request),
        }
    )
    return without_empty({"limits": limits, "requests": requests})


def _cpu(resources: Resources, attribute: str, cpus: str | None) -> Any:
    if cpus is None:
        return None
    milli = int(Quantity.parse(cpus).amount * 1000)
    text = str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"
    return changed(resources.places, attribute, text, msg("CPUs in Kubernetes' notation."))


def _memory(resources: Resources, attribute: str, size: int | None) -> Any:
    if size is None:
        return None
    text = Quantity.of_bytes(size).text
    return changed(resources.places, attribute, text, msg("Bytes in Kubernetes' notation."))


def _probes(container: ContainerSpec) -> dict[str, Any]:
    if container.health is None:
        return {}
    probes = probes_from_healthcheck(container.health, container.startup_health)
    reason = msg("A health check becomes probes; on a cluster a failed one has consequences.")
    made: dict[str, Any] = {}
    for kind, probe in probes.items():
        check: HealthCheck = container.health
        if kind == "startupProbe" and container.startup_health is not None:
            check = container.startup_health
        made[kind] = changed(check.places, "", probe, reason)
    return made


def _host_aliases(service: ServiceSpec) -> list[dict[str, Any]]:
    by_address: dict[str, list[Any]] = {}
    for name, address in service.extra_hosts.items():
        entry = said(service.places, f"extra_hosts/{name}", name)
        by_address.setdefault(address, []).append(entry)
    return [{"ip": address, "hostnames": names} for address, names in by_address.items()]


def _dns(service: ServiceSpec) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    for option in service.dns_options:
        match = _DNS_OPTION.fullmatch(option)
        if match is not None:
            options.append(without_empty({"name": match.group(1), "value": match.group(2)}))
    return without_empty(
        {
            "nameservers": said(service.places, "dns_servers", list(service.dns_servers)),
            "searches": said(service.places, "dns_search", list(service.dns_search)),
            "options": said(service.places, "dns_options", options),
        }
    )


_HOST_NAMESPACES = {
    "host_network": msg("the network"),
    "host_pid": msg("the processes"),
    "host_ipc": msg("the shared memory"),
}


def _host(service: ServiceSpec, attribute: str, ledger: Ledger) -> Any:
    """A namespace of the host is kept, and found."""
    if not getattr(service, attribute):
        return None
    place = service.places.get(attribute, NOWHERE)
    ledger.findings.append(
        Finding(
            "SEC-08",
            Severity.HIGH,
            place,
            msg(
                "Service %(name)s uses %(namespace)s of its host.",
                name=service.name,
                namespace=_HOST_NAMESPACES[attribute],
            ),
            msg("Most clusters refuse such pods, since they see and disturb their neighbours."),
            msg("Leave it out, if the service does not need it."),
            subject=attribute,
        )
    )
    return said(service.places, attribute, value=True)


def _grace(service: ServiceSpec) -> Any:
    """The longest stop time of the containers: a pod has one for all."""
    slowest = max(
        (item for item in service.containers if item.stop_timeout is not None),
        key=lambda item: item.stop_timeout or 0,
        default=None,
    )
    if slowest is None:
        return None
    reason = msg("A pod has one time to stop for all its containers: the longest.")
    return changed(slowest.places, "stop_timeout", int(slowest.stop_timeout or 0), reason)
