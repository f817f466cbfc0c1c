"""Secrets in places that are seldom looked at: images, volumes, binary data, custom resources."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks import run
from migrations_app.domain.checks.base import CheckContext
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.images import ImageRef
from migrations_app.domain.manifests.secret_markers import put_back, take
from migrations_app.domain.provenance import Origin

SECRET = "hunter2word"
TEXT = base64.b64encode(f"password={SECRET}\n".encode()).decode()


def _object(api: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "a"}, **fields}


@pytest.mark.parametrize(
    "body",
    [
        _object("v1", "Pod", spec={"containers": [{"image": f"https://u:{SECRET}@host/x"}]}),
        _object(
            "v1", "Pod", spec={"containers": [{"command": ["sh", "-c", f'"TOKEN={SECRET}', "x"]}]}
        ),
        _object("v1", "PersistentVolume", spec={"mountOptions": ["ro", f"password={SECRET}"]}),
        _object(
            "storage.k8s.io/v1", "StorageClass", mountOptions=[f"username=a,password={SECRET}"]
        ),
        _object("v1", "ConfigMap", binaryData={"a.ini": TEXT}),
        _object("example.com/v1", "Database", spec={"password": SECRET}),
        _object("example.com/v1", "Database", spec={"users": [{"apiKey": SECRET}]}),
        _object("example.com/v1", "App", spec={"env": [{"name": "A_TOKEN", "value": SECRET}]}),
        _object("example.com/v1", "App", spec={"address": f"postgres://u:{SECRET}@h/x"}),
    ],
)
def test_they_are_taken_out_and_put_back(body: dict[str, Any]) -> None:
    hidden, values = take([body])

    shown = json.dumps(hidden)
    assert SECRET not in shown
    assert TEXT not in shown
    assert put_back(hidden, values) == [body]
    assert take(hidden) == (hidden, {})


@pytest.mark.parametrize(
    "body",
    [
        _object("v1", "Pod", spec={"containers": [{"image": "r.example.com:5000/x@sha256:ab"}]}),
        _object("v1", "PersistentVolume", spec={"mountOptions": ["hard", "nfsvers=4.1"]}),
        _object("v1", "ConfigMap", binaryData={"logo.png": "iVBORw0KGgo=", "t": "aGVsbG8="}),
        _object(
            "external-secrets.io/v1",
            "ExternalSecret",
            spec={
                "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
                "data": [{"secretKey": "DB_PASSWORD", "remoteRef": {"key": "prod/database/app1"}}],
            },
        ),
        _object(
            "cert-manager.io/v1",
            "Issuer",
            spec={
                "acme": {"privateKeySecretRef": {"name": "acme-account-key"}},
                "tokenUrl": "https://id.example.com/token",
                "passwordSecret": "db-password",
                "existingSecret": "db",
                "credentials": "aws-credentials",
                "publicKey": "abc",
                "automountServiceAccountToken": "true",
            },
        ),
        _object(
            "bitnami.com/v1alpha1", "SealedSecret", spec={"encryptedData": {"password": "AgB1"}}
        ),
    ],
)
def test_what_only_looks_so_stays(body: dict[str, Any]) -> None:
    assert take([body]) == ([body], {})


def test_no_message_shows_the_password_of_an_image() -> None:
    with pytest.raises(InvalidInput) as caught:
        ImageRef.parse(f"https://u:{SECRET}@r.example.com/x:1")
    assert "https://u:***@r.example.com/x:1" in str(caught.value)


def test_no_finding_shows_the_password_of_an_image() -> None:
    body = _object("v1", "Pod", spec={"containers": [{"image": f"https://u:{SECRET}@host/x"}]})
    item = SourceObject(body, Origin("a.yaml", 1, 1), "a.yaml")
    found = run(CheckContext((item,), BundledSchemas(), "1.34"))
    assert "IMG-01" in [one.code for one in found]
    assert not [one for one in found if SECRET in str(one.message) + one.subject]
