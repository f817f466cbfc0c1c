"""Requests and limits: what the source set wins over defaults, what is set by name over all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.provenance import Step, StepKind
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.transforms.resources import LimitResources

STEP = Step(StepKind.PRESET, "bank@1")


def resources_of(section: dict[str, Any], written: dict[str, Any] | None = None) -> Any:
    container = {"name": "web", **({"resources": written} if written is not None else {})}
    body = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [container]}}
    transform = LimitResources(STEP, section.get("default") or {}, section.get("containers") or {})
    (made,) = transform((body,))
    assert made is not None
    (again,) = transform((made,))
    assert again is made
    return made["spec"]["containers"][0].get("resources")


def test_a_default_fills_what_is_open() -> None:
    default = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}

    assert resources_of({"default": default}) == default
    assert resources_of({"default": default}, {"requests": {"cpu": "50m"}, "claims": []}) == {
        "requests": {"cpu": "50m", "memory": "128Mi"},
        "limits": {"memory": "256Mi"},
        "claims": [],
    }


def test_what_is_said_by_name_wins_over_everything() -> None:
    section = {
        "default": {"limits": {"memory": "256Mi"}},
        "containers": {"web": {"limits": {"cpu": "1", "memory": "512Mi"}}},
    }

    assert resources_of(section, {"limits": {"cpu": "2", "memory": "1Gi"}}) == {
        "limits": {"cpu": "1", "memory": "512Mi"}
    }


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ({"limits": {"cpu": None}}, {"limits": {"memory": "1Gi"}, "requests": {"cpu": "1"}}),
        ({"limits": None}, {"requests": {"cpu": "1"}}),
        (None, None),
    ],
)
def test_a_null_deletes(own: Any, left: Any) -> None:
    written = {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "memory": "1Gi"}}

    assert resources_of({"containers": {"web": own}}, written) == left


def test_a_null_also_keeps_the_default_away() -> None:
    section = {
        "default": {"limits": {"cpu": "1", "memory": "1Gi"}},
        "containers": {"web": {"limits": {"cpu": None}}},
    }

    assert resources_of(section) == {"limits": {"memory": "1Gi"}}


@pytest.mark.parametrize(
    ("cpu", "memory", "expected"),
    [
        (0.5, "0.5Gi", ("500m", "512Mi")),
        ("1.5", "1.5G", ("1500m", "1500000000")),
        (1, 1073741824, ("1", "1073741824")),
        ("2.0", "1.0Gi", ("2", "1Gi")),
    ],
)
def test_fractions_are_written_as_whole_units(cpu: Any, memory: Any, expected: Any) -> None:
    made = resources_of({"default": {"limits": {"cpu": cpu, "memory": memory}}})

    assert (made["limits"]["cpu"], made["limits"]["memory"]) == expected


@pytest.mark.parametrize(
    ("section", "written", "expected"),
    [
        # A default request gives way to the source's limit.
        (
            {"default": {"requests": {"memory": "128Mi"}}},
            {"limits": {"memory": "64Mi"}},
            {"requests": {"memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        ),
        # A default limit gives way to the source's request.
        (
            {"default": {"limits": {"memory": "256Mi"}}},
            {"requests": {"memory": "1Gi"}},
            {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        ),
        # A limit set by name lowers the source's request.
        (
            {"containers": {"web": {"limits": {"memory": "64Mi"}}}},
            {"requests": {"memory": "1Gi"}},
            {"requests": {"memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        ),
        # A request set by name raises the source's limit.
        (
            {"containers": {"web": {"requests": {"memory": "1Gi"}}}},
            {"limits": {"memory": "64Mi"}},
            {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        ),
    ],
)
def test_requests_never_exceed_limits(section: Any, written: Any, expected: Any) -> None:
    assert resources_of(section, written) == expected


def test_ephemeral_containers_take_no_resources() -> None:
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "spec": {"containers": [{"name": "a"}], "ephemeralContainers": [{"name": "debug"}]},
    }

    (made,) = LimitResources(STEP, {"limits": {"cpu": "1"}})((body,))

    assert made is not None
    assert made["spec"]["ephemeralContainers"] == [{"name": "debug"}]


def test_each_transform_changes_only_what_its_preset_set() -> None:
    default = {"requests": {"cpu": "100m", "memory": "128Mi"}}
    body = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a"}]}}
    first = LimitResources(STEP, default, {}, frozenset({("default", "requests", "cpu")}))
    second = LimitResources(STEP, default, {}, frozenset({("default", "requests", "memory")}))

    (once,) = first((body,))
    assert once is not None
    assert once["spec"]["containers"][0]["resources"] == {"requests": {"cpu": "100m"}}
    (twice,) = second((once,))
    assert twice is not None
    assert twice["spec"]["containers"][0]["resources"] == default


_AMOUNTS = st.sampled_from(["100m", "0.5", "1", "2Gi", "1.5Gi", "64Mi", 1, 0.25])
_SIDE = st.dictionaries(st.sampled_from(["cpu", "memory"]), _AMOUNTS)
_OWN = st.dictionaries(
    st.sampled_from(["requests", "limits"]),
    st.none() | st.dictionaries(st.sampled_from(["cpu", "memory"]), st.none() | _AMOUNTS),
)


@given(
    st.fixed_dictionaries({}, optional={"requests": _SIDE, "limits": _SIDE}),
    st.none() | _OWN,
    st.fixed_dictionaries({}, optional={"requests": _SIDE, "limits": _SIDE}),
)
def test_a_second_run_changes_nothing(default: Any, own: Any, written: Any) -> None:
    made = resources_of({"default": default, "containers": {"web": own}}, written) or {}

    for name, request in made.get("requests", {}).items():
        limit = made.get("limits", {}).get(name)
        if limit is not None and name in (default.get("requests") or {}):
            assert Quantity.parse(str(request)) <= Quantity.parse(str(limit))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda v: (
            st.lists(v)
            | st.dictionaries(
                st.sampled_from(["containers", "resources", "name", "limits", "cpu"]), v
            )
        ),
        max_leaves=12,
    )
)
def test_it_survives_any_shape(spec: Any) -> None:
    body = {"apiVersion": "v1", "kind": "Pod", "spec": spec}
    transform = LimitResources(STEP, {"limits": {"cpu": "1"}}, {"web": {"requests": None}})

    (made,) = transform((body,))

    assert transform((made,)) == [made]
