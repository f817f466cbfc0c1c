"""Secrets that only a cluster has are there in a rehearsal, with the keys that are asked for."""

from __future__ import annotations

import yaml

from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.rehearsal.stand_ins import secret_names, stand_ins

OBJECTS = list(
    yaml.safe_load_all(
        """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: bank}
spec:
  template:
    spec:
      initContainers:
      - name: init
        env: [{name: A, valueFrom: {secretKeyRef: {name: shared, key: a}}}]
      containers:
      - name: web
        env:
        - {name: B, valueFrom: {secretKeyRef: {name: shared, key: b}}}
        - {name: C, valueFrom: {secretKeyRef: {name: own, key: c}}}
        - {name: D, valueFrom: {secretKeyRef: {name: perhaps, key: d, optional: true}}}
        envFrom: [{secretRef: {name: fetched}}]
      volumes:
      - {name: whole, secret: {secretName: whole}}
      - {name: parts, projected: {sources: [{secret: {name: shared, items: [{key: e, path: f}]}}]}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: fetched, namespace: bank}
spec: {target: {name: fetched}, data: [{secretKey: X}, {secretKey: Y}]}
---
apiVersion: v1
kind: Secret
metadata: {name: own, namespace: bank}
stringData: {c: value}
"""
    )
)


def test_what_is_asked_for_and_not_there_is_made_up() -> None:
    made = stand_ins(OBJECTS, secret_names(OBJECTS))
    assert {body["metadata"]["name"]: body["stringData"] for body in made} == {
        "shared": {"a": MARKER, "b": MARKER, "e": MARKER},
        "fetched": {"X": MARKER, "Y": MARKER},
        "whole": {},
    }
    assert {body["metadata"]["namespace"] for body in made} == {"bank"}


def test_what_is_there_stays_as_it_is() -> None:
    everything = frozenset({"own", "shared", "fetched", "whole"})
    assert stand_ins(OBJECTS, everything) == []
