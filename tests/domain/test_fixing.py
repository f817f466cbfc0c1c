"""Each fix takes its finding away, changes nothing else, and nothing when it is run again."""

from __future__ import annotations

from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.presets.schema import Preset
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
    assert {f.code for f in after.findings if f.code.startswith("SCH")} <= {"SCH-07"}
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


DIGEST = "sha256:" + "4b" * 32


def named(image: str) -> Object:
    return deployment({"image": image})


@pytest.mark.parametrize(
    ("image", "known", "wanted"),
    [
        ("r.io/team/web:latest", "r.io/team/web:latest", f"r.io/team/web:latest@{DIGEST}"),
        ("r.io/team/web", "r.io/team/web", f"r.io/team/web@{DIGEST}"),
        ("docker.io/nginx", "docker.io/library/nginx", f"docker.io/nginx@{DIGEST}"),
    ],
)
def test_a_digest_that_is_known_is_pinned(image: str, known: str, wanted: str) -> None:
    assert fixed(named(image), code="IMG-02", image_digests={known: DIGEST}) == [named(wanted)]


@pytest.mark.parametrize(
    ("image", "digests"),
    [
        ("r.io/team/web:latest", {}),
        ("r.io/team/web:latest", {"r.io/team/web:1": DIGEST}),
        ("r.io/team/web:latest", {"r.io/team/web:latest": "sha256:no"}),
        ("localhost/web:latest", {"localhost/web:latest": DIGEST}),
    ],
)
def test_a_digest_that_nobody_knows_is_for_a_person(image: str, digests: Object) -> None:
    assert found(named(image), code="IMG-02", image_digests=digests) == [False]


def test_an_image_that_was_sent_elsewhere_is_pinned_by_what_it_was() -> None:
    layers = (house("r.io", "registry.example.com/bank"),)
    digests = {"r.io/team/web:latest": DIGEST}

    (body,) = fixed(
        named("r.io/team/web:latest"), code="IMG-02", layers=layers, image_digests=digests
    )

    assert body == named(f"registry.example.com/bank/team/web:latest@{DIGEST}")


def test_an_image_that_was_set_by_hand_is_not_the_one_of_the_source() -> None:
    given = {"web": "r.io/other:latest"}
    digests = {"r.io/team/web:latest": DIGEST}

    told = found(named("r.io/team/web:latest"), code="IMG-02", images=given, image_digests=digests)

    assert told == [False]


def test_a_short_name_gets_its_registry_and_its_digest_at_once() -> None:
    body, digests = named("nginx:latest"), {"nginx:latest": DIGEST}
    told = made(body, image_digests=digests)
    accepted = _fixes(told, "IMG-01") | _fixes(told, "IMG-02")

    after = made(body, accepted=accepted, image_digests=digests)

    assert after.images == (f"docker.io/library/nginx:latest@{DIGEST}",)


def test_an_image_is_pinned_before_it_is_sent_to_the_house() -> None:
    body, digests = (
        deployment({**LIMITED, "image": "quay.io/web:1"}, **ARM),
        {"quay.io/web:1": DIGEST},
    )
    given = {
        "layers": (house("localhost", "registry.example.com"),),
        "image_digests": digests,
        **EDGE,
    }
    told = made(body, **given)
    accepted = _fixes(told, "IMG-03") | _fixes(told, "EDG-01")
    assert len(accepted) == 2

    after = made(body, accepted=accepted, **given)

    assert after.images == (f"registry.example.com/web:1@{DIGEST}",)


def house(*pairs: str) -> Preset:
    rules = zip(pairs[::2], pairs[1::2], strict=True)
    rewrite = ", ".join(f"{{from: {before}, to: {after}}}" for before, after in rules)
    return Preset.from_text(f"name: house\nregistry: {{rewrite: [{rewrite}]}}\n", "house.yaml")


def test_an_image_from_elsewhere_comes_below_the_one_registry_of_the_house() -> None:
    layers = (house("localhost", "registry.example.com/bank", "a.io", "registry.example.com/bank"),)

    for version in (":1.4", f"@{DIGEST}", f":1.4@{DIGEST}"):
        (body,) = fixed(named(f"quay.io:443/shop/web{version}"), code="IMG-03", layers=layers)
        assert body == named(f"registry.example.com/bank/shop/web{version}")


def test_of_two_registries_a_person_chooses() -> None:
    layers = (house("localhost", "registry.example.com/bank", "a.io", "other.example.com"),)

    assert found(named("quay.io/shop/web:1"), code="IMG-03", layers=layers) == [False]


def rollout(replicas: int | None, *shares: int, **pod: Any) -> Object:
    body = deployment({}, **pod)
    spec = {key: value for key, value in body["spec"].items() if key != "replicas"}
    steps = [step for share in shares for step in ({"setWeight": share}, {"pause": {}})]
    return {
        **body,
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "spec": {
            **spec,
            **({} if replicas is None else {"replicas": replicas}),
            "strategy": {"canary": {"steps": steps}},
        },
    }


PRODUCTION = {"phase": Phase.PRODUCTION}


@pytest.mark.parametrize(
    ("replicas", "shares", "wanted"),
    [(2, (10,), 5), (None, (50,), 2), (3, (10, 50), 5), (2, (1, 99), 9), (7, (1,), 9)],
)
def test_a_canary_gets_the_least_number_of_pods_for_all_steps(
    replicas: int | None, shares: tuple[int, ...], wanted: int
) -> None:
    body = rollout(replicas, *shares)

    assert fixed(body, code="PRD-03", **PRODUCTION) == [rollout(wanted, *shares)]


def test_every_share_can_be_had() -> None:
    for share in range(1, 90):
        fixed(rollout(1, share), code="PRD-03", **PRODUCTION)


def test_pods_that_an_autoscaler_counts_stay_as_many_as_they_are() -> None:
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "maxReplicas": 4,
            "scaleTargetRef": {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "Rollout",
                "name": "web",
            },
        },
    }

    assert found(rollout(2, 10), scaler, code="PRD-03", **PRODUCTION) == [False]


def test_pods_with_a_claim_stay_as_many_as_they_are() -> None:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]

    assert found(rollout(1, 10, volumes=volumes), code="PRD-03", **PRODUCTION) == [False]


def test_a_canary_that_is_switched_off_has_no_steps_to_reach() -> None:
    assert found(rollout(0, 10), code="PRD-03", **PRODUCTION) == []


EDGE = {"environment": "edge"}
LIMITED = {"resources": {"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}}}
ARM = {"nodeSelector": {"kubernetes.io/arch": "arm64"}}


def test_an_edge_site_pulls_what_is_missing_by_its_digest() -> None:
    before = deployment({**LIMITED, "image": "r.io/web", "imagePullPolicy": "Always"}, **ARM)
    wanted = {**LIMITED, "image": f"r.io/web@{DIGEST}", "imagePullPolicy": "IfNotPresent"}

    after = fixed(before, code="EDG-01", image_digests={"r.io/web": DIGEST}, **EDGE)

    assert after == [deployment(wanted, **ARM)]


def test_a_policy_that_nobody_wrote_is_added_where_a_cluster_would_pull_again() -> None:
    before = deployment({**LIMITED, "image": "r.io/web:latest"}, **ARM)

    after = fixed(before, code="EDG-01", **EDGE)

    assert after[0]["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == (
        "IfNotPresent"
    )
    assert found(*after, code="EDG-01", **EDGE) == [False], "the digest"


def test_an_architecture_may_be_chosen_by_affinity_too() -> None:
    rule = {"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}
    node = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    body = deployment({"image": "r.io/web:1"}, affinity={"nodeAffinity": node})

    assert (
        len(found(body, code="EDG-01", **EDGE))
        == len(found(named("r.io/web:1"), code="EDG-01", **EDGE)) - 1
    )


def test_what_an_edge_site_has_only_a_person_knows() -> None:
    assert found(named("r.io/web:1"), code="EDG-01", **EDGE) == [False, False, False]
