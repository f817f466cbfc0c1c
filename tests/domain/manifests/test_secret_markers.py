"""Every door sees markers: what looks secret is found wherever an uploaded object says it."""

from __future__ import annotations

from typing import Any

import yaml

from migrations_app.domain.manifests.secret_markers import MARKER, put_back, take
from migrations_app.domain.places import pointer

WORKLOAD = yaml.safe_load("""
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {note: "token=annotated-value-1", example.com/api-key: keyed-value-2, tier: gold}
  labels: {app: web}
spec:
  template:
    metadata:
      annotations: {example.com/password: of-the-pods-3}
    spec:
      containers:
        - name: web
          image: web
          command: [web, --user, bank, --password, spoken-value-4, --verbose]
          args: ["--db-password=assigned-value-5", "--token", "--quiet", "--port=8080"]
          env: [{name: DB_PASSWORD, value: variable-value-6}, {name: LEVEL, value: info}]
""")
TOLD = {
    "/metadata/annotations/note": "token=annotated-value-1",
    "/metadata/annotations/example.com~1api-key": "keyed-value-2",
    "/spec/template/metadata/annotations/example.com~1password": "of-the-pods-3",
    "/spec/template/spec/containers/0/command/4": "spoken-value-4",
    "/spec/template/spec/containers/0/args/0": "--db-password=assigned-value-5",
    "/spec/template/spec/containers/0/env/0/value": "variable-value-6",
}


def test_each_secret_literal_becomes_a_marker_and_comes_back() -> None:
    safe, values = take([WORKLOAD])
    assert {path: value for (_name, path), value in values.items()} == TOLD
    assert set(_markers(safe[0], ())) == set(TOLD)
    assert put_back(safe, values) == [WORKLOAD]


def test_a_manifest_with_markers_has_nothing_left_to_take() -> None:
    safe, _values = take([WORKLOAD])
    assert take(safe) == (safe, {})


def _markers(value: Any, path: tuple[str | int, ...]) -> list[str]:
    if isinstance(value, dict):
        return [at for key, item in value.items() for at in _markers(item, (*path, key))]
    if isinstance(value, list):
        return [at for key, item in enumerate(value) for at in _markers(item, (*path, key))]
    return [pointer(path)] if value == MARKER else []


def test_a_broken_secret_shows_nothing() -> None:
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "a"},
        "stringData": {"a": ["tulip"], "b": {"c": "tulip"}},
        "data": "tulip",
    }
    taken, values = take([body])
    assert "tulip" not in str(taken)
    assert values == {("Secret/a", "/data"): "tulip"}


def test_drivers_probes_and_what_was_applied_last_show_no_secret() -> None:
    probe = {"httpGet": {"port": 80, "path": "/ready?token=tulip-9-tulip"}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a"},
        "spec": {
            "volumes": [{"name": "d", "csi": {"volumeAttributes": {"password": "tulip-9-tulip"}}}],
            "containers": [{"name": "a", "livenessProbe": probe}],
        },
    }
    last = "kubectl.kubernetes.io/last-applied-configuration"
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "a", "annotations": {last: '{"data":{"x":"tulip-9-tulip"}}'}},
    }
    taken, values = take([pod, secret])
    assert "tulip" not in str(taken)
    assert f"/ready?token={MARKER}" in str(taken)
    assert put_back(taken, values) == [pod, secret]
