"""Images move to the house's registries, keep their paths, and are tagged and pinned."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.transforms.registry import (
    AddPullSecrets,
    Rewrite,
    RewriteImages,
    SetPullPolicy,
)

STEP = Step(StepKind.PRESET, "bank@1")
DIGEST = "sha256:" + "a" * 64
RULES = (
    Rewrite("localhost", "registry.example.com/bank"),
    Rewrite("docker.io", "mirror.example.com/hub"),
    Rewrite("docker.io/bitnami", "mirror.example.com/vendor"),
    Rewrite("quay.io:443/team", "registry.example.com/team"),
)


@pytest.mark.parametrize(
    ("written", "moved"),
    [
        ("localhost/web:1", "registry.example.com/bank/web:1"),
        ("localhost/shop/front/web", "registry.example.com/bank/shop/front/web"),
        ("nginx", "mirror.example.com/hub/library/nginx"),
        ("nginx:1.25", "mirror.example.com/hub/library/nginx:1.25"),
        ("docker.io/nginx:1.25", "mirror.example.com/hub/library/nginx:1.25"),
        ("docker.io/library/nginx", "mirror.example.com/hub/library/nginx"),
        ("index.docker.io/grafana/grafana:9", "mirror.example.com/hub/grafana/grafana:9"),
        ("docker://docker.io/grafana/grafana", "mirror.example.com/hub/grafana/grafana"),
        ("bitnami/redis:7", "mirror.example.com/vendor/redis:7"),
        ("quay.io:443/team/a/b:2", "registry.example.com/team/a/b:2"),
        (f"localhost/web@{DIGEST}", f"registry.example.com/bank/web@{DIGEST}"),
        ("quay.io/other/app:1", "quay.io/other/app:1"),
        ("localhosts.io/app", "localhosts.io/app"),
        ("localhost:5000/app", "localhost:5000/app"),
        ("mirror.example.com/hub/library/nginx", "mirror.example.com/hub/library/nginx"),
        ("Not An Image", "Not An Image"),
    ],
)
def test_the_longest_rule_wins_and_paths_are_kept(written: str, moved: str) -> None:
    assert RewriteImages(STEP, RULES).rewritten(written) == moved


def test_a_rule_can_name_a_short_name() -> None:
    rules = (Rewrite("web", "registry.example.com/bank"),)

    assert RewriteImages(STEP, rules).rewritten("web:1") == "registry.example.com/bank/web:1"


def test_a_more_special_rule_below_another_rules_target_still_applies() -> None:
    rules = (Rewrite("localhost", "r.io"), Rewrite("r.io/old", "r.io/new"))
    transform = RewriteImages(STEP, rules)

    assert transform.rewritten("r.io/old/app") == "r.io/new/app"
    assert transform.rewritten("r.io/new/app") == "r.io/new/app"


def test_the_tag_standard_is_for_images_that_move() -> None:
    transform = RewriteImages(STEP, RULES, tag="c0ffee")

    assert transform.rewritten("localhost/web:latest") == "registry.example.com/bank/web:c0ffee"
    assert transform.rewritten("quay.io/other/app:1") == "quay.io/other/app:1"
    assert (
        transform.rewritten(f"docker.io/library/redis:7@{DIGEST}")
        == f"mirror.example.com/hub/library/redis:7@{DIGEST}"
    )


def test_known_digests_are_pinned() -> None:
    digests = {
        "nginx:1.25": DIGEST,
        "localhost/web:1": DIGEST,
        "registry.example.com/bank/api:c0ffee": DIGEST,
        "quay.io/other/app:1": DIGEST,
    }
    kept = RewriteImages(STEP, RULES, pin=True, digests=digests)
    tagged = RewriteImages(STEP, RULES, tag="c0ffee", pin=True, digests=digests)

    assert kept.rewritten("nginx:1.25") == f"mirror.example.com/hub/library/nginx:1.25@{DIGEST}"
    assert kept.rewritten("quay.io/other/app:1") == f"quay.io/other/app:1@{DIGEST}"
    assert tagged.rewritten("localhost/api") == f"registry.example.com/bank/api:c0ffee@{DIGEST}"


def test_a_digest_of_another_image_is_not_pinned() -> None:
    digests = {"nginx:1.25": DIGEST, "localhost/web:1": DIGEST}

    def rewritten(text: str, tag: str) -> str:
        return RewriteImages(STEP, RULES, tag=tag, pin=True, digests=digests).rewritten(text)

    assert rewritten("localhost/web:1", "keep") == "registry.example.com/bank/web:1"
    assert rewritten("nginx:1.25", "c0ffee") == "mirror.example.com/hub/library/nginx:c0ffee"
    assert rewritten("quay.io/unknown:1", "keep") == "quay.io/unknown:1"


def pod(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}


def test_init_containers_move_too() -> None:
    body = pod(initContainers=[{"image": "localhost/i"}], containers=[{"image": "localhost/c"}])

    (made,) = RewriteImages(STEP, RULES)((body,))

    assert made is not None
    assert made["spec"]["initContainers"][0]["image"] == "registry.example.com/bank/i"
    assert made["spec"]["containers"][0]["image"] == "registry.example.com/bank/c"


def test_pull_policy_and_secrets() -> None:
    body = pod(containers=[{"image": "a"}], imagePullSecrets=[{"name": "own"}])

    (made,) = SetPullPolicy(STEP, "IfNotPresent")((body,))
    assert made is not None
    (made,) = AddPullSecrets(STEP, ("own", "bank"))((made,))

    assert made is not None
    assert made["spec"]["containers"] == [{"image": "a", "imagePullPolicy": "IfNotPresent"}]
    assert made["spec"]["imagePullSecrets"] == [{"name": "own"}, {"name": "bank"}]


@pytest.mark.parametrize("target", ["bank", "not a place", "registry.example.com/Bank", ""])
def test_a_target_where_no_image_can_be_is_refused(target: str) -> None:
    with pytest.raises(InvalidInput):
        Rewrite.of({"from": "localhost", "to": target})


_PARTS = st.sampled_from(["a", "bank", "library", "nginx", "x-y", "a_b"])
_HOSTS = st.sampled_from(["", "localhost", "docker.io", "r.io", "r.io:5000", "mirror.example.com"])
_PATHS = st.lists(_PARTS, min_size=1, max_size=3).map("/".join)
_PLACES = st.tuples(_HOSTS, _PATHS).map(lambda pair: "/".join(filter(None, pair)))
_TARGETS = _PLACES.filter(lambda place: "." in place or ":" in place or "localhost" in place)
_IMAGES = st.tuples(_PLACES, st.sampled_from(["", ":1", ":latest", f"@{DIGEST}"])).map("".join)


@pytest.mark.parametrize(
    ("rules", "image", "rest"),
    [
        ([("docker.io", "docker.io/b"), ("docker.io/b/library", "l.io/a")], "a", "l.io/a/a"),
        ([("q.q/b", "c.d"), ("c.d/b", "q.q")], "q.q/b/b", "c.d/b"),
        ([("q.q/b", "c.d"), ("c.d/b", "q.q")], "q.q/b", "c.d/b"),
    ],
)
def test_an_image_moves_on_until_it_comes_to_rest(
    rules: list[tuple[str, str]], image: str, rest: str
) -> None:
    """Rules that lead in a circle put it in one and the same place of it, wherever it begins."""
    transform = RewriteImages(STEP, tuple(Rewrite(*rule) for rule in rules))
    assert transform.rewritten(image) == rest
    assert transform.rewritten(rest) == rest


@given(
    st.lists(st.builds(Rewrite, _PLACES | _HOSTS.filter(bool), _TARGETS), max_size=3),
    st.sampled_from(["keep", "v2"]),
    st.booleans(),
    _IMAGES,
)
def test_a_second_run_changes_nothing(
    rules: list[Rewrite], tag: str, pin: bool, image: str
) -> None:
    transform = RewriteImages(STEP, tuple(rules), tag, pin, {"nginx": DIGEST})
    once = transform.rewritten(image)

    assert transform.rewritten(once) == once
