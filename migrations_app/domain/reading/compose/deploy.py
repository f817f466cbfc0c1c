"""``deploy`` and ``scale``: how many instances there are, where, and how they are replaced."""

from __future__ import annotations

import re

from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.spec import Rollout

_CONSTRAINT = re.compile(r"\s*node\.labels\.([A-Za-z0-9._/-]+)\s*==\s*(\S+)\s*")
_ARCHITECTURE = re.compile(r"\s*node\.platform\.(os|arch)\s*==\s*(\S+)\s*")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def read_deploy(fields: Fields) -> None:
    """The attributes of the service that tell of its instances."""
    _replicas(fields)
    _mode(fields)
    _rollout(fields)
    _placement(fields)
    labels: dict[str, str] = {}
    deploy = fields.has("deploy")
    if deploy is None:
        return
    for name, node in fields.entries("deploy", "labels"):
        labels[name] = scalar_text(node.value)
        fields.places[f"labels/{name}"] = fields.account.take(node)
    if labels:
        fields.values["labels"] = labels


def _replicas(fields: Fields) -> None:
    for keys in (("scale",), ("deploy", "replicas")):
        number, node = fields.integer(*keys), fields.has(*keys)
        if number is None or node is None:
            continue
        if number < 0:
            fields.account.trouble(node, msg("A number of instances is not below zero."))
        elif "replicas" in fields.values:
            fields.account.drop(node, msg("scale says how many there are."))
        else:
            fields.set("replicas", number, node)


def _mode(fields: Fields) -> None:
    mode, node = fields.text("deploy", "mode"), fields.has("deploy", "mode")
    if node is None:
        return
    if mode == "global":
        fields.switch_on("every_node", node)
    elif mode in ("", "replicated"):
        fields.account.keep(node, msg("The same as without it."))
    elif mode not in ("replicated-job", "global-job"):
        fields.account.trouble(node, msg("A mode is replicated, global or one of their jobs."))


def _rollout(fields: Fields) -> None:
    node = fields.has("deploy", "update_config")
    if node is None or not node.is_mapping:
        return
    inner = fields.inner(node)
    order = inner.text("order")
    for key in ("failure_action", "monitor", "max_failure_ratio"):
        inner.drop(msg("A cluster stops where a new pod does not get ready."), key)
    places = {
        attribute: fields.account.take(said)
        for attribute, key in (
            ("parallelism", "parallelism"),
            ("delay", "delay"),
            ("start_first", "order"),
        )
        if (said := inner.has(key)) is not None
    }
    fields.values["rollout"] = Rollout(
        parallelism=inner.integer("parallelism"),
        delay=inner.seconds("delay"),
        start_first=None if not order else order == "start-first",
        places=places,
    )


def _placement(fields: Fields) -> None:
    labels: dict[str, str] = {}
    for node in fields.items("deploy", "placement", "constraints"):
        found = _label(node)
        if found is None:
            fields.account.drop(
                node, msg("Nodes of a cluster have no such role; label them, and say so here.")
            )
            continue
        labels[found[0]] = found[1]
        fields.places[f"node_labels/{found[0]}"] = fields.account.take(node)
    if labels:
        fields.values["node_labels"] = labels


def _label(node: Node) -> tuple[str, str] | None:
    text = scalar_text(node.value)
    if match := _CONSTRAINT.fullmatch(text):
        return match.group(1), match.group(2)
    if match := _ARCHITECTURE.fullmatch(text):
        kind, value = match.groups()
        return f"kubernetes.io/{kind}", _ARCHITECTURES.get(value, value)
    return None
