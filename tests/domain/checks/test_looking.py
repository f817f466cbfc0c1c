"""Checks only look, whatever shape the objects have, and each finding stays recognisable."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain import checks
from migrations_app.domain.bundle import Facts, SourceObject
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.fixes import apply_accepted, fix_for
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.domain.provenance import Origin
from migrations_app.domain.transforms.base import Running

SCHEMAS = BundledSchemas()

_WORDS = (
    "metadata name namespace labels annotations spec template selector matchLabels containers "
    "initContainers image env value valueFrom secretKeyRef key ports port targetPort containerPort "
    "protocol volumes volumeMounts mountPath hostPath path secret secretName items configMap "
    "resources limits requests memory securityContext runAsUser runAsNonRoot capabilities add "
    "livenessProbe httpGet data stringData volumeClaimTemplates restartPolicy readinessProbe exec "
    "command args lifecycle preStop sleep seconds readOnlyRootFilesystem persistentVolumeClaim "
    "claimName replicas strategy rollingUpdate hostPort tolerations affinity podAntiAffinity "
    "schedule ingress from rules http paths backend service metrics webhooks"
)
_KEYS = st.sampled_from(_WORDS.split())
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 3)
    | st.sampled_from(["", "a", "A_b", "1.5Gi", "x/y/z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)
_CONTAINER = st.dictionaries(_KEYS, _VALUES, max_size=5)
_POD = st.fixed_dictionaries(
    {"containers": st.lists(_CONTAINER | _VALUES, max_size=2) | _VALUES},
    optional={"volumes": _VALUES, "securityContext": _VALUES, "hostname": _VALUES},
)
_CANARY = st.fixed_dictionaries(
    {"steps": st.lists(st.fixed_dictionaries({"setWeight": st.integers(-1, 101)}) | _VALUES)}
)
_OBJECTS = st.one_of(
    st.fixed_dictionaries(
        {"apiVersion": st.just("v1"), "kind": st.just("Pod"), "spec": _POD},
        optional={"metadata": _VALUES},
    ),
    st.fixed_dictionaries(
        {
            "apiVersion": st.just("apps/v1"),
            "kind": st.sampled_from(["Deployment", "StatefulSet"]),
            "spec": st.fixed_dictionaries(
                {"template": st.fixed_dictionaries({"spec": _POD}, optional={"metadata": _VALUES})},
                optional={"selector": _VALUES, "volumeClaimTemplates": _VALUES},
            ),
        },
        optional={"metadata": _VALUES},
    ),
    st.fixed_dictionaries(
        {
            "apiVersion": st.just("v1"),
            "kind": st.sampled_from(
                [
                    *("Service", "ConfigMap", "Secret", "PersistentVolumeClaim", "Ingress"),
                    *("NetworkPolicy", "HorizontalPodAutoscaler", "CronJob", "Role"),
                    "ValidatingWebhookConfiguration",
                ]
            ),
        },
        optional={"metadata": _VALUES, "spec": _VALUES, "data": _VALUES},
    ),
    st.fixed_dictionaries(
        {
            "apiVersion": st.just("argoproj.io/v1alpha1"),
            "kind": st.just("Rollout"),
            "spec": st.fixed_dictionaries(
                {"strategy": st.fixed_dictionaries({"canary": _CANARY})},
                optional={"replicas": _VALUES, "template": _VALUES},
            ),
        },
        optional={"metadata": _VALUES},
    ),
)


def context(bodies: list[dict[str, Any]]) -> CheckContext:
    objects = tuple(SourceObject(body, Origin("a.yaml", 1, 1), "a.yaml") for body in bodies)
    return CheckContext(
        objects,
        SCHEMAS,
        "1.34",
        allowed_registries=("r.io",),
        digests_wanted=True,
        phase=Phase.PRODUCTION,
        environment="edge",
        facts=Facts(image_digests={"a": "sha256:" + "4b" * 32}),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(_OBJECTS, min_size=1, max_size=3))
def test_checks_survive_any_shape_and_change_nothing(bodies: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(bodies)
    here = context(bodies)
    findings = checks.run(here)

    assert bodies == before
    assert checks.run(here) == findings
    assert len({finding.fingerprint for finding in findings}) == len(findings)


@settings(max_examples=100, deadline=None)
@given(st.lists(_OBJECTS, min_size=1, max_size=2))
def test_fixes_survive_any_shape_and_change_no_input(bodies: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(bodies)
    here = context(bodies)
    accepted = frozenset(f.fingerprint for f in checks.run(here) if f.fixable)
    running = Running.of(here.objects)
    apply_accepted(running, accepted, lambda objects: context([o.body for o in objects]))

    assert bodies == before


@settings(max_examples=100, deadline=None)
@given(st.lists(_OBJECTS, min_size=1, max_size=2))
def test_what_is_called_fixable_has_a_fix(bodies: list[dict[str, Any]]) -> None:
    assert all(fix_for(f) is not None for f in checks.run(context(bodies)) if f.fixable)
