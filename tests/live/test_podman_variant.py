"""Both versions of Podman take the variant that is written for them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import (
    map_containers,
    map_pod_specs,
    replace_at,
)
from migrations_app.domain.outputs.podman import podman_variant
from tests.live import output_cases
from tests.live.podman_kit import IMAGE, Service

pytestmark = pytest.mark.live

EVERYTHING = Path(__file__).parent / "podman_variant.yaml"
CASES = {
    **{
        name: objects
        for name, objects in output_cases.golden_cases()
        if podman_variant(objects).workloads
    },
    "everything": output_cases.manifests_of(EVERYTHING),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "everything" or not place % 6 else pytest.mark.long)
        for place, name in enumerate(CASES)
    ],
)
def test_podman_creates_what_the_variant_says(name: str, podman: Service, tmp_path: Path) -> None:
    variant = podman_variant(_at_home(CASES[name], f"kout-{name}", tmp_path))
    file = tmp_path / "podman.yaml"
    file.write_text(to_yaml(variant.objects), encoding="utf-8")
    names = {played.body["metadata"]["name"] for played in variant.workloads}
    with _cleaned(podman, f"kout-{re.sub('[^a-z]', '.', name)}"):
        podman.run("kube", "play", "--start=false", str(file))
        pods = podman.run("pod", "ps", "--format", "{{.Name}}").split()
        made = {re.sub(r"-pod(-0)?$", "", pod) for pod in pods} & {
            re.sub(r"-pod(-0)?$", "", name) for name in names
        }
        assert len(made) == len(names), (names, pods)


class _cleaned:  # noqa: N801
    """Takes away what a play left behind, by its prefix."""

    def __init__(self, podman: Service, prefix: str) -> None:
        self.podman, self.prefix = podman, prefix

    def __enter__(self) -> None:
        self.__exit__()

    def __exit__(self, *_error: object) -> None:
        for listing, removing in (
            (("pod", "ps", "--format", "{{.Name}}"), ("pod", "rm", "-f")),
            (("volume", "ls", "--format", "{{.Name}}"), ("volume", "rm", "-f")),
            (("secret", "ls", "--format", "{{.Name}}"), ("secret", "rm")),
        ):
            for name in self.podman.run(*listing).split():
                if re.match(self.prefix, name):
                    # Others remove pods at the same time: what is left shows at the next play.
                    subprocess.run(
                        [*self.podman.command, *removing, name],
                        env=self.podman.environment,
                        capture_output=True,
                        check=False,
                    )


def _at_home(objects: Objects, namespace: str, folder: Path) -> Objects:
    """The objects with an image that is here, nothing of the host, and names of our own."""
    held = map_containers(objects, lambda it: {**it, "image": IMAGE, "imagePullPolicy": "Never"})
    held = map_pod_specs(held, lambda _body, spec: _without_host(spec, folder))
    return tuple(_in(namespace, body) for body in held)


def _in(namespace: str, body: Object) -> Object:
    return dict(replace_at(body, ("metadata", "namespace"), namespace))


def _without_host(spec: dict[str, Any], folder: Path) -> dict[str, Any]:
    volumes = [
        {**volume, "hostPath": {"path": str(folder), "type": "Directory"}}
        if "hostPath" in volume
        else volume
        for volume in spec.get("volumes") or ()
    ]
    return {**spec, "volumes": volumes} if volumes else spec
