"""What the demo starts: the shape of the exercise."""

from __future__ import annotations

from collections import Counter

from migrations_app.domain.presets.schema import Preset
from workbench.demo.images import FOLDER, SERVICES, tag
from workbench.demo.scenario import LABEL, NETWORK, POD, SECRET, WORKLOADS, containers, pod_body
from workbench.demo.story import PRESETS, SLUG


def test_it_is_a_pod_of_two_containers_and_two_containers() -> None:
    assert Counter(container.pod for container in containers()) == {POD: 2, "": 2}
    free = {container.name for container in containers() if not container.pod}
    assert set(WORKLOADS) == {POD, *free}


def test_everything_carries_the_label_by_which_it_is_removed() -> None:
    for body in (pod_body(), *(container.body() for container in containers())):
        assert body["labels"] == {LABEL: "yes"}


def test_every_container_has_limits_and_an_image_of_the_demo() -> None:
    images = {tag(service) for service in SERVICES}
    for container in containers():
        limits = container.spec["resource_limits"]
        assert limits["memory"]["limit"] > 0
        assert 0 < limits["cpu"]["quota"] < limits["cpu"]["period"]
        assert container.spec["image"] in images
    assert {container.spec["image"] for container in containers()} == images


def test_free_containers_and_the_pod_meet_on_one_network() -> None:
    assert pod_body()["Networks"] == {NETWORK: {}}
    for container in containers():
        assert container.body().get("Networks") == (None if container.pod else {NETWORK: {}})


def test_it_has_what_the_exercise_asks_for() -> None:
    specs = [container.spec for container in containers()]
    assert sum("healthconfig" in spec for spec in specs) == 3
    assert any(spec.get("volumes") for spec in specs)
    assert any(spec.get("env") for spec in specs)
    mounts = [mount for spec in specs for mount in spec.get("mounts", ())]
    assert [mount["Destination"] for mount in mounts] == ["/srv/www/prices.txt"]
    assert (FOLDER / "prices.txt").read_text()


def test_the_secret_is_named_and_its_value_stands_nowhere() -> None:
    named = [use for c in containers() for use in c.spec.get("secrets", ())]
    assert [use["Source"] for use in named] == [SECRET, SECRET]
    assert all("value" not in str(use).lower() for use in named)


def test_the_presets_are_valid_and_for_the_demo_alone() -> None:
    for name in PRESETS:
        preset = Preset.from_text((FOLDER / "presets" / f"{name}.yaml").read_text())
        assert preset.name == f"demo-{name}"
        assert preset.application == SLUG
        assert list(preset.sections) == [name]
