"""The formats there are, by the names that people script against."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.outputs.base import Manifests, Written
from migrations_app.domain.outputs.compose import write_compose
from migrations_app.domain.outputs.helm import write_helm
from migrations_app.domain.outputs.kustomize import write_kustomize
from migrations_app.domain.outputs.podman import write_podman
from migrations_app.domain.outputs.quadlet import write_quadlet

Writer = Callable[[Manifests], Written]


def write_yaml(manifests: Manifests) -> Written:
    """``manifests.yaml``: the objects as they are."""
    return Written({"manifests.yaml": to_yaml(manifests.chosen)})


WRITERS: Mapping[str, Writer] = {
    "yaml": write_yaml,
    "kustomize": write_kustomize,
    "helm": write_helm,
    "podman": write_podman,
    "quadlet": write_quadlet,
    "compose": write_compose,
}

ONE_FILE: Mapping[str, str] = {
    "yaml": "manifests.yaml",
    "podman": "podman.yaml",
    "compose": "compose.yaml",
}
"""The formats that are one file, and what it is called; the others are folders."""

OVERLAID = ("kustomize", "helm")
"""The formats that hold a base and several environments."""
