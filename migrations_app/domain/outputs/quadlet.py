"""A bundle for hosts that run Quadlet: a ``.kube`` unit and its YAML for each workload.

Each workload is a unit of its own, so that a host starts, stops and updates them one by one. The
YAML is the variant that Podman plays; ports of the host stand in the unit, where an operator of an
edge host looks for them, and ConfigMaps in a file of their own that a host may replace.

Source: podman-systemd.unit(5), "Kube units" (Yaml, ConfigMap, PublishPort, AutoUpdate).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.images import ImageRef
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import (
    containers,
    is_init,
    map_containers,
    mapping,
    name_of,
    sequence,
)
from migrations_app.domain.outputs.base import Manifests, Written
from migrations_app.domain.outputs.podman import Played, podman_variant
from migrations_app.domain.outputs.podman_ports import Published
from migrations_app.domain.places import Path

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")
_PULLS = 900
"""Seconds that a start may take: the first one pulls images."""


def write_quadlet(manifests: Manifests) -> Written:
    """``NAME.kube`` with ``NAME.yaml``, and ``NAME-config.yaml`` where it uses ConfigMaps."""
    variant = podman_variant(manifests.chosen)
    files: dict[str, str] = {}
    claimed: set[str] = set()
    for played in variant.workloads:
        name = _NOT_IN_NAMES.sub("-", name_of(played.body))
        used = [body for body in variant.configuration if _uses(played.body, body)]
        maps = [body for body in used if body["kind"] == "ConfigMap"]
        others = [
            body
            for body in used
            if body["kind"] != "ConfigMap" and not (_is_claim(body) and name_of(body) in claimed)
        ]
        claimed |= {name_of(body) for body in others if _is_claim(body)}
        files[f"{name}.kube"] = _unit(name, played, with_config=bool(maps))
        files[f"{name}.yaml"] = to_yaml([*others, _without_host_ports(played.body)])
        if maps:
            files[f"{name}-config.yaml"] = to_yaml(maps)
    return Written(files, variant.loss)


def _unit(name: str, played: Played, *, with_config: bool) -> str:
    lines = [
        *("[Unit]", f"Description={name}", ""),
        *("[Kube]", f"Yaml={name}.yaml"),
        *([f"ConfigMap={name}-config.yaml"] if with_config else []),
        *(f"PublishPort={_port(port)}" for port in played.ports),
        *(f"AutoUpdate={container}/{how}" for container, how in _updated(played.body)),
        *("", "[Service]", f"TimeoutStartSec={_PULLS}", "Restart=on-failure"),
        *("", "[Install]", "WantedBy=default.target"),
    ]
    return "\n".join(lines) + "\n"


def _port(port: Published) -> str:
    address = f"{port.host_ip}:" if port.host_ip else ""
    protocol = "" if port.protocol == "TCP" else f"/{port.protocol.lower()}"
    return f"{address}{port.host_port}:{port.port}{protocol}"


def _updated(body: Object) -> Iterator[tuple[str, str]]:
    """The containers whose image may have a newer one of the same name, and where that would be."""
    for path, container in containers(body):
        if is_init(path):
            continue
        try:
            image = ImageRef.parse(str(container.get("image")))
        except InvalidInput:
            continue
        if not image.digest and not image.is_short:
            yield str(container.get("name")), "local" if image.is_local else "registry"


def _without_host_ports(body: Object) -> Object:
    """Published once, by the unit."""
    [changed] = map_containers([body], _without_ports)
    return changed


def _without_ports(container: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in container.items() if key != "ports"}


def _is_claim(body: Object) -> bool:
    return str(body["kind"]) == "PersistentVolumeClaim"


_REFERENCES: Mapping[str, tuple[Path, ...]] = {
    "ConfigMap": (("configMap", "name"), ("configMapRef", "name"), ("configMapKeyRef", "name")),
    "Secret": (("secret", "secretName"), ("secretRef", "name"), ("secretKeyRef", "name")),
    "PersistentVolumeClaim": (("persistentVolumeClaim", "claimName"),),
}


def _uses(value: Any, configuration: Object) -> bool:
    """Whether a pod refers to a ConfigMap, a Secret or a claim."""
    if isinstance(value, dict):
        name = name_of(configuration)
        for holder, key in _REFERENCES[str(configuration["kind"])]:
            if mapping(value.get(holder)).get(str(key)) == name:
                return True
        return any(_uses(item, configuration) for item in value.values())
    return any(_uses(item, configuration) for item in sequence(value))
