"""Whatever a source says, what is built is valid, complete and the same again."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import Bundle
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.manifests.resources import containers, pod_spec
from tests.domain.manifests.nasty_specs import nasty_services

SCHEMAS = BundledSchemas()
SEEDS = range(60)


def made_of(seed: int) -> Made:
    return render(Bundle(specs=nasty_services(seed)), Options(), SCHEMAS)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_built_is_valid(seed: int) -> None:
    made = made_of(seed)
    for item in made.objects:
        assert [*SCHEMAS.violations(made.version, item.body)] == []
        assert [*SCHEMAS.violations("1.28", item.body)] == []
        _holds_together(item.body)


def _holds_together(body: dict[str, Any]) -> None:
    """What a schema does not say and a server refuses."""
    found = pod_spec(body)
    if found is None:
        return
    spec = found[1]
    assert spec["containers"]
    names = [container["name"] for _path, container in containers(body)]
    assert len(set(names)) == len(names)
    volumes = [volume["name"] for volume in spec.get("volumes", ())]
    assert len(set(volumes)) == len(volumes)
    for _path, container in containers(body):
        assert container["image"] == container["image"].strip() != ""
        paths = [mount["mountPath"] for mount in container.get("volumeMounts", ())]
        assert len(set(paths)) == len(paths)
        assert all(path.startswith("/") and ":" not in path for path in paths)
        assert all(0 < port["containerPort"] < 2**16 for port in container.get("ports", ()))
        context = container.get("securityContext", {})
        if context.get("privileged"):
            assert "allowPrivilegeEscalation" not in context
    assert not (spec.get("hostPID") and spec.get("shareProcessNamespace"))


def test_the_same_services_make_the_same_bytes() -> None:
    for seed in SEEDS[::10]:
        assert made_of(seed).text == made_of(seed).text
