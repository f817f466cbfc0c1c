"""Each fix takes its finding away, changes nothing else, and nothing when it is run again."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

SCHEMAS = BundledSchemas()
Object = dict[str, Any]


def made(*bodies: Object, accepted: frozenset[str] = frozenset(), **options: Any) -> Made:
    files = MemoryFiles({"a.yaml": to_yaml(bodies).encode()})
    given = Options(kubernetes_version="1.34", accepted_fixes=accepted, **options)
    return render(read_bundle(files, STRICT), given, SCHEMAS)


def fixed(*bodies: Object, code: str, **options: Any) -> list[Object]:
    """The objects with every fix of a code, which then finds nothing and fits the schema."""
    before = made(*bodies, **options)
    accepted = _fixes(before, code)
    assert accepted
    after = made(*bodies, accepted=accepted, **options)
    assert not _fixes(after, code)
    assert not [f for f in after.findings if f.code.startswith("SCH")]
    results = [item.body for item in after.objects]
    again = made(*results, accepted=accepted, **options)
    assert again.text == after.text
    return results


def _fixes(told: Made, code: str) -> frozenset[str]:
    return frozenset(f.fingerprint for f in told.findings if f.code == code and f.fixable)


def found(*bodies: Object, code: str, **options: Any) -> list[bool]:
    """Whether each finding of a code can be fixed."""
    return [f.fixable for f in made(*bodies, **options).findings if f.code == code]


def deployment(container: Object, **spec: Any) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [{"name": "web", "image": "r.io/team/web:1", **container}],
                    **spec,
                },
            },
        },
    }


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (
            {},
            {
                "requests": {"cpu": "250m", "memory": "64Mi"},
                "limits": {"cpu": "500m", "memory": "128Mi"},
            },
        ),
        (
            {"requests": {"cpu": "1", "memory": "32Mi"}},
            {
                "requests": {"cpu": "1", "memory": "32Mi"},
                "limits": {"cpu": "1", "memory": "128Mi"},
            },
        ),
        (
            {"limits": {"memory": "48Mi"}},
            {
                "requests": {"cpu": "250m", "memory": "48Mi"},
                "limits": {"memory": "48Mi"},
            },
        ),
        (
            {"requests": {"ephemeral-storage": "1Gi"}},
            {
                "requests": {"ephemeral-storage": "1Gi"},
                "limits": {"cpu": "500m", "memory": "128Mi"},
            },
        ),
    ],
)
def test_amounts_to_begin_with_leave_alone_what_is_there(written: Object, wanted: Object) -> None:
    before = deployment({"resources": written} if written else {})

    assert fixed(before, code="RES-01") == [deployment({"resources": wanted})]


def test_each_container_has_a_fix_of_its_own() -> None:
    body = deployment({}, initContainers=[{"name": "once", "image": "r.io/team/once:1"}])
    accepted = sorted(_fixes(made(body), "RES-01"))
    assert len(accepted) == 2

    (one,) = made(body, accepted=frozenset(accepted[:1])).objects

    assert len(_fixes(made(one.body), "RES-01")) == 1


def test_a_pod_with_amounts_of_its_own_needs_a_person() -> None:
    body = deployment({}, resources={"limits": {"memory": "64Mi"}})

    assert found(body, code="RES-01") == [False]
