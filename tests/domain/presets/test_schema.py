"""What a preset may say, and how it is told what it may not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.domain.errors import InvalidPreset
from migrations_app.domain.presets.document import PRESET, SECTIONS, json_schema
from migrations_app.domain.presets.schema import Parameter, Preset
from migrations_app.domain.presets.shape import Shape

PUBLISHED = Path(__file__).parents[3] / "docs" / "preset.schema.json"

CONTRACT = """
name: bank-production
scope: {application: banking-app, environment: production}
parameters: {GIT_COMMIT: {required: true}}
registry:
  rewrite:
    [{from: localhost, to: registry.example.com/bank},
     {from: docker.io, to: mirror.example.com/hub}]
  tag: "${GIT_COMMIT}"
  pin: digest
  pullPolicy: IfNotPresent
  pullSecrets: [bank-registry]
resources:
  default: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
  containers: {web: {limits: {cpu: "1", memory: 512Mi}}}
probes:
  readiness: {httpGet: {path: /healthz, port: http}, periodSeconds: 5}
  liveness: fromHealthcheck
  startup: {tcpSocket: {port: http}, failureThreshold: 30}
  containers: {db: {readiness: {exec: {command: [pg_isready]}}}}
"""


def problems(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(InvalidPreset) as caught:
        Preset.from_text(text, "p.yaml")
    return [(p.code, p.place.line, p.place.column) for p in caught.value.problems]


def test_it_reads_the_whole_example() -> None:
    preset = Preset.from_text(CONTRACT, "bank.yaml", version=3)

    assert (preset.label, preset.application, preset.environment) == (
        "bank-production@3",
        "banking-app",
        "production",
    )
    assert preset.parameters == {"GIT_COMMIT": Parameter(required=True)}
    assert list(preset.sections) == ["registry", "resources", "probes"]


def test_it_reports_every_problem_where_it_stands() -> None:
    text = (
        "name: p\n"
        "registri: {}\n"
        "registry:\n"
        "  tag: 1.20\n"
        "  pullpolicy: Always\n"
        "resources:\n"
        "  default: {limits: {memory: 1 Gi}}\n"
    )

    assert problems(text) == [
        ("unknown_key", 2, 1),
        ("wrong_type", 4, 8),
        ("unknown_key", 5, 3),
        ("wrong_type", 7, 30),
    ]


def test_it_points_at_an_unknown_key_whose_value_is_a_block() -> None:
    assert problems("name: p\nprobs:\n  readiness:\n    none\n") == [("unknown_key", 2, 1)]


def test_it_names_the_nearest_key() -> None:
    with pytest.raises(InvalidPreset) as caught:
        Preset.from_text("name: p\nresorces: {}\n")

    assert "Did you mean resources?" in str(caught.value)


def test_it_refuses_a_parameter_that_nobody_declared() -> None:
    assert problems('name: p\nregistry:\n  tag: "v-${TAG}"\n') == [("unknown_parameter", 3, 8)]


@pytest.mark.parametrize(
    "text",
    [
        "name: p\nregistry: {rewrite: [{from: localhost, to: not a registry}]}\n",
        "name: p\nregistry: {rewrite: [{from: localhost, to: bank}]}\n",
        "name: p\nprobes: {readiness: {tcpSocket: {port: 1}, httpGet: {port: 1}}}\n",
        "name: p\nsecurity: {writablePaths: [data]}\n",
        "name: p\nsecurity: {containers: {web: {writablePaths: [/]}}}\n",
        "name: p\nsecurity: {seccomp: {localhostProfile: ../x.json}}\n",
    ],
)
def test_it_refuses_values_that_no_cluster_could_use(text: str) -> None:
    assert [code for code, _line, _column in problems(text)] == ["wrong_value"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a\n", "wrong_type"),
        ("name: p\n---\nname: q\n", "one_document"),
        ("", "one_document"),
        ("name: p\nname: q\n", "yaml_duplicate_key"),
        ("name: p\nregistry: {rewrite: [{from: a.b}]}\n", "missing_key"),
        ("name: p\nprobes: {readiness: sometimes}\n", "wrong_type"),
        ("name: p\nprobes: {readiness: {periodSeconds: 0}}\n", "wrong_type"),
        ("name: p\nresources: {default: {limits: {cpu: -1}}}\n", "wrong_type"),
    ],
)
def test_it_refuses_what_breaks_the_shape(text: str, code: str) -> None:
    assert [found for found, _line, _column in problems(text)] == [code]


def test_without_a_name_it_is_called_like_its_file() -> None:
    assert Preset.from_text("registry: {pin: none}", "presets/bank.prod.yaml").name == "bank.prod"


def test_a_preset_that_is_stored_has_a_name() -> None:
    with pytest.raises(InvalidPreset) as caught:
        Preset.from_text("registry: {pin: none}", named=True)
    assert [problem.code for problem in caught.value.problems] == ["missing_key"]


def test_the_published_schema_is_the_one_that_is_checked(update_golden: bool) -> None:
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if update_golden:
        PUBLISHED.write_text(text, encoding="utf-8")

    assert PUBLISHED.read_text(encoding="utf-8") == text, (
        "docs/preset.schema.json is out of date: run bin/test tests/domain/presets --update-golden"
    )


_SCALARS = st.sampled_from(
    ["none", "restricted", "/a", "fromPorts", "100m", "1 Gi", "keep", "Always", "digest", "${A}",
     "", 0, 1, -1, 1.5, True, None, "a.b/c", "HTTP"]
)  # fmt: skip


def _words(shape: Shape) -> set[str]:
    """Every key and every choice below a shape."""
    words = {*(shape.keys or {}), *shape.choices}
    for inner in (*(shape.keys or {}).values(), shape.values, shape.items):
        words |= _words(inner) if inner is not None else set()
    return words


_KEYS = st.sampled_from(sorted(_words(PRESET)))
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.dictionaries(_KEYS, inner, max_size=4) | st.lists(inner, max_size=2),
    max_leaves=8,
)
_SECTIONS = st.fixed_dictionaries(
    {"name": st.just("p")},
    optional={
        "scope": _VALUES,
        **{
            section.name: st.dictionaries(
                st.sampled_from(sorted(section.shape.keys or {"volume-size": None})) | _KEYS,
                _VALUES,
                max_size=3,
            )
            for section in SECTIONS
        },
    },
)
_VALIDATOR = jsonschema_rs.validator_for(json_schema())
_BEYOND_SCHEMA = {"unknown_parameter", "wrong_value"}


@given(_SECTIONS)
def test_the_schema_and_the_reader_agree(value: dict[str, Any]) -> None:
    try:
        Preset.from_value(value)
        ours = True
    except InvalidPreset as error:
        ours = all(problem.code in _BEYOND_SCHEMA for problem in error.problems)

    assert ours == _VALIDATOR.is_valid(value)


@pytest.mark.parametrize(
    "text",
    [
        "workload: {priorityClass: A B}",
        "workload: {serviceAccount: /data}",
        "workload: {replicas: 2147483648}",
        "workload: {minReadySeconds: 70, progressDeadlineSeconds: 70}",
        "workload: {schedule: 61 * * * *}",
        "workload: {spread: {topologyKeys: [/data]}}",
        "workload: {preStop: {exec: []}}",
        "resources: {default: {limits: {/data: 1}}}",
        "resources: {containers: {web: {requests: {gpu: 1}}}}",
        "probes: {liveness: {tcpSocket: {port: 70000}}}",
        "probes: {liveness: {successThreshold: 2}}",
        "probes: {readiness: {exec: {command: []}}}",
        "probes: {readiness: {terminationGracePeriodSeconds: 3}}",
        "probes: {readiness: {httpGet: {port: 1, httpHeaders: [{name: A B, value: x}]}}}",
        "storage: {class: x-}",
        "scaling: {behavior: {scaleUp: {policies: []}}}",
        "scaling: {behavior: {scaleUp: {policies: [{type: Pods, value: null, periodSeconds: 5}]}}}",
        "scaling: {behavior: {scaleDown: {stabilizationWindowSeconds: 3601}}}",
        "exposure: {parents: [null]}",
        "exposure: {path: metrics}",
        "exposure: {tls: {secret: /data}}",
        "network: {monitoring: {labels: {/metrics: a}}}",
        "registry: {pullSecrets: [A_B]}",
        'workload: {priorityClass: "a\\n"}',
    ],
)
def test_it_refuses_what_an_api_server_would_refuse(text: str) -> None:
    assert len(problems(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "exposure: {tls: {secret: 'tls-{name}.x'}}",
        "exposure: {tls: {secret: '{name}-tls'}, path: /a}",
        "probes: {readiness: {httpGet: {port: http, httpHeaders: [{name: X-A, value: ''}]}}}",
        "probes: {readiness: {tcpSocket: {port: '8080'}}}",
        "resources: {default: {limits: {example.com/gpu: 1, hugepages-2Mi: 4Mi, memory: 1Gi}}}",
        "storage: {class: null}",
        "workload: {schedule: '@daily', spread: {topologyKeys: [kubernetes.io/hostname, zone]}}",
    ],
)
def test_it_takes_what_an_api_server_takes(text: str) -> None:
    assert Preset.from_text(f"name: p\n{text}\n").sections
