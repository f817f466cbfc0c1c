"""The corpus before a real API server: what is accepted of that which we make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import SourceObject
from tests.corpus.outcomes import Outcome
from tests.live.api_server import Answer, ApiServer

STANDING = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Namespaces that every cluster has."""


@dataclass(frozen=True)
class Judged:
    """One object of one file, and what the server said to it."""

    outcome: Outcome
    label: str
    kind: str
    answer: Answer


def judge(
    outcomes: Iterable[Outcome], server: ApiServer, *, untouched: bool = False
) -> Iterator[Judged]:
    """Send every object of every outcome: as it was rendered, or as it stands in the file."""
    for outcome in outcomes:
        objects = _objects(outcome, untouched)
        prepare([item.body for item in objects], server)
        for item in objects:
            kind = f"{item.body['apiVersion']} {item.body['kind']}"
            yield Judged(outcome, item.label, kind, server.try_out(item.body))


def _objects(outcome: Outcome, untouched: bool) -> Sequence[SourceObject]:
    if outcome.made is None or outcome.bundle is None:
        return ()
    return outcome.bundle.objects if untouched else outcome.made.objects


def prepare(bodies: list[dict[str, Any]], server: ApiServer) -> None:
    """The namespaces and service accounts that the objects name."""
    for body in bodies:
        namespace = _mapping(body.get("metadata")).get("namespace") or "default"
        if namespace not in STANDING and namespace not in server.namespaces:
            server.create(_object("Namespace", namespace))
            server.create(_object("ServiceAccount", "default", namespace))
        if body["kind"] == "Pod":
            spec = _mapping(body.get("spec"))
            account = spec.get("serviceAccountName") or spec.get("serviceAccount")
            if account:
                server.create(_object("ServiceAccount", account, namespace))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _object(kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}
