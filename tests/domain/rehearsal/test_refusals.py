"""What may not be played: power over the host, and what has not the shape of a manifest."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.rehearsal.derive import derive, refusals
from migrations_app.domain.rehearsal.peers import Part
from migrations_app.domain.rehearsal.policy import ALLOWED_CAPABILITIES
from tests.domain.rehearsal.making import deployment, objects, service


def codes(text: str) -> list[str]:
    return [problem.code for problem in refusals(objects(text))]


@pytest.mark.parametrize("kind", ["containers", "initContainers"])
@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("securityContext: {privileged: true}", "policy.privileged"),
        ("securityContext: {procMount: Unmasked}", "policy.proc_mount"),
        ("securityContext: {capabilities: {add: [SYS_ADMIN]}}", "policy.capability"),
        ("securityContext: {capabilities: {add: [ALL]}}", "policy.capability"),
        ("securityContext: {capabilities: {add: [cap_sys_admin]}}", "policy.capability"),
        ("securityContext: {capabilities: {add: [NET_RAW]}}", "policy.capability"),
        ("volumeDevices: [{name: d, devicePath: /dev/sda}]", "policy.device"),
        ("resources: {limits: {nvidia.com/gpu: 1}}", "policy.device"),
        ("resources: {limits: {podman.io/device=/dev/sda: 1}}", "policy.device"),
    ],
)
def test_power_of_a_container(kind: str, field: str, code: str) -> None:
    if kind == "containers":
        text = deployment("web", f", {field}")
    else:
        text = deployment(
            "web", "", f", initContainers: [{{name: i, image: localhost/web:1, {field}}}]"
        )
    assert codes(text) == [code]
    (problem,) = refusals(objects(text))
    assert problem.place.object == "Deployment/web"
    assert problem.place.path.startswith(f"/{kind}/0/")


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("hostNetwork: true", "policy.host_namespace"),
        ("hostPID: true", "policy.host_namespace"),
        ("hostIPC: true", "policy.host_namespace"),
        ("securityContext: {sysctls: [{name: a, value: b}]}", "policy.sysctls"),
    ],
)
def test_power_of_a_pod(field: str, code: str) -> None:
    assert codes(deployment("web", "", f", {field}")) == [code]


def test_a_pod_may_open_low_ports_of_its_own_network() -> None:
    opened = "{name: net.ipv4.ip_unprivileged_port_start, value: '80'}"
    assert codes(deployment("web", "", f", securityContext: {{sysctls: [{opened}]}}")) == []
    both = f"[{opened}, {{name: kernel.msgmax, value: '1'}}]"
    text = deployment("web", "", f", securityContext: {{sysctls: {both}}}")
    assert codes(text) == ["policy.sysctls"]


def test_every_reason_is_named_at_once() -> None:
    text = deployment("web", ", securityContext: {privileged: true}", ", hostNetwork: true")
    assert codes(text) == ["policy.host_namespace", "policy.privileged"]


def test_what_podman_gives_anyway_is_allowed() -> None:
    listed = ", ".join(sorted(ALLOWED_CAPABILITIES))
    assert (
        codes(deployment("web", f", securityContext: {{capabilities: {{add: [{listed}]}}}}")) == []
    )
    assert codes(deployment("web") + service("web")) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (deployment("web", ", env: text"), "/spec/template/spec/containers/0/env"),
        (deployment("web", ", env: [text]"), "/spec/template/spec/containers/0/env/0"),
        (deployment("web", ", command: run"), "/spec/template/spec/containers/0/command"),
        (
            deployment("web", ", readinessProbe: {periodSeconds: soon, exec: {command: [a]}}"),
            "/spec/template/spec/containers/0/readinessProbe/periodSeconds",
        ),
        (
            deployment("web", "", ", terminationGracePeriodSeconds: true"),
            "/spec/template/spec/terminationGracePeriodSeconds",
        ),
        (deployment("web", "", ", volumes: {a: b}"), "/spec/template/spec/volumes"),
        (
            "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: x}}",
            "/spec/selector",
        ),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {}}", "/metadata/name"),
        ("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: []}}", "/containers"),
    ],
)
def test_what_has_another_shape_is_named_by_its_place(text: str, path: str) -> None:
    problems = refusals(objects(text))
    assert [(p.code, p.place.path) for p in problems] == [("shape", path)]


FULL = deployment(
    "web",
    ", command: [a], args: [b], env: [{name: A, value: b}, {name: C, valueFrom: {secretKeyRef: "
    "{name: s, key: k}}}], envFrom: [{configMapRef: {name: c}}], ports: [{name: http, "
    "containerPort: 80}], volumeMounts: [{name: v, mountPath: /v, subPath: x}], resources: {limits:"
    " {memory: 1Mi}}, readinessProbe: {httpGet: {port: http}}, livenessProbe: {tcpSocket: {port: "
    "80}}, securityContext: {capabilities: {add: [CHOWN]}}",
    ", volumes: [{name: v, configMap: {name: c, items: [{key: k, path: p}]}}], securityContext: "
    "{runAsUser: 1}",
) + service("web")
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3)), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += _paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _paths(item, (*path, index))
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_broken_object_breaks_us(data: st.DataObject) -> None:
    """Whatever is put anywhere: it is refused by its place, or it can be derived."""
    bodies: list[Any] = [copy.deepcopy(body) for body in objects(FULL)]
    for _ in range(data.draw(st.integers(1, 2))):
        places = [(i, p) for i, body in enumerate(bodies) for p in _paths(body) if p]
        index, path = data.draw(st.sampled_from(places))
        holder = bodies[index]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = data.draw(JUNK)
    try:
        if refusals(bodies):
            return
        derive(
            Part("web", tuple(bodies), {"localhost/web:1": "sha256:w"}),
            [],
            [],
            prefix="kk-",
            labels={},
            escape_references=True,
        )
    except WorkbenchError:
        pass
