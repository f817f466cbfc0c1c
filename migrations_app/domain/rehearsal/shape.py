"""Whether objects have the shape that a copy is derived from.

A manifest may be stored with schema violations in it, as findings. What is played must at least be
readable: here every value that deriving touches has the type that it relies on, so that a broken
manifest is refused with its place instead of breaking the workbench.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object, object_label
from migrations_app.domain.errors import Problem
from migrations_app.domain.manifests.resources import pod_spec
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place

Shape = Any
"""A type or several, ``[shape]`` for a list, ``{key: shape}`` for a mapping."""

_NUMBER = (int, float)
_REFERENCE = {"name": str, "key": str, "optional": bool}
_ITEMS = [{"key": str, "path": str, "mode": int}]
_CONFIG_VOLUME = {
    "name": str,
    "secretName": str,
    "optional": bool,
    "defaultMode": int,
    "items": _ITEMS,
}
_PROJECTED = {"sources": [{"configMap": _CONFIG_VOLUME, "secret": _CONFIG_VOLUME}]}
_PORT = (int, str)
_PROBE = {
    "httpGet": {"path": str, "port": _PORT, "host": str, "scheme": str, "httpHeaders": [{}]},
    "tcpSocket": {"port": _PORT, "host": str},
    "exec": {"command": [str]},
    "grpc": {"port": _PORT},
    "initialDelaySeconds": _NUMBER,
    "periodSeconds": _NUMBER,
    "timeoutSeconds": _NUMBER,
    "successThreshold": int,
    "failureThreshold": int,
}
_VARIABLE = {
    "name": str,
    "valueFrom": {
        "configMapKeyRef": _REFERENCE,
        "secretKeyRef": _REFERENCE,
        "fieldRef": {"fieldPath": str},
        "resourceFieldRef": {},
    },
}
_CONTAINER = {
    "name": str,
    "image": str,
    "command": [(str, int, float, bool)],
    "args": [(str, int, float, bool)],
    "env": [_VARIABLE],
    "envFrom": [{"prefix": str, "configMapRef": _REFERENCE, "secretRef": _REFERENCE}],
    "ports": [{"name": str, "containerPort": int}],
    "volumeMounts": [{"name": str, "mountPath": str, "subPath": str}],
    "volumeDevices": [{}],
    "resources": {"limits": {}, "requests": {}},
    "securityContext": {"capabilities": {"add": [str], "drop": [str]}},
    "lifecycle": {},
    "startupProbe": _PROBE,
    "readinessProbe": _PROBE,
    "livenessProbe": _PROBE,
}
_VOLUME = {
    "name": str,
    "configMap": _CONFIG_VOLUME,
    "secret": _CONFIG_VOLUME,
    "projected": _PROJECTED,
    "emptyDir": {},
}
_POD = {
    "containers": [_CONTAINER],
    "initContainers": [_CONTAINER],
    "volumes": [_VOLUME],
    "securityContext": {"supplementalGroups": [int], "sysctls": [{}]},
    "hostname": str,
    "hostAliases": [{}],
    "terminationGracePeriodSeconds": int,
}
_METADATA = {"name": str, "namespace": str, "labels": {}, "annotations": {}}
_OBJECT: dict[str, Shape] = {"metadata": _METADATA}
_BY_KIND: dict[str, dict[str, Shape]] = {
    "Service": {
        "spec": {"selector": {}, "ports": [{"port": int, "targetPort": _PORT}]},
    },
    "ConfigMap": {"data": {}, "binaryData": {}},
    "Secret": {"data": {}, "stringData": {}},
    "StatefulSet": {"spec": {"volumeClaimTemplates": [{"metadata": _METADATA}]}},
}


def misshapen(body: Object) -> Iterator[Problem]:
    """Every value of an object that is not what deriving a copy relies on."""
    label = object_label(body)
    if body.get("kind") != "List" and not _named(body):
        yield _problem(label, "/metadata/name")
    found = pod_spec(body)
    shapes: list[tuple[str, Any, Shape]] = [
        ("", body, _OBJECT | _BY_KIND.get(str(body.get("kind")), {}))
    ]
    if found is not None:
        if not found[1].get("containers"):
            yield _problem(label, "/containers")
        shapes.append(("/" + "/".join(map(str, found[0])), found[1], _POD))
        if found[0][:-1]:
            holder: Any = body
            for step in found[0][:-1]:
                holder = holder[step]
            where = "/" + "/".join(map(str, found[0][:-1]))
            shapes.append((where, holder, {"metadata": {"labels": {}, "annotations": {}}}))
        for kind in ("initContainers", "containers"):
            listed = found[1].get(kind)
            for index, container in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(container, dict) and not container.get("name"):
                    yield _problem(label, f"/{kind}/{index}/name")
    for path, value, shape in shapes:
        yield from (_problem(label, place) for place in _wrong(value, shape, path))


def _named(body: Object) -> bool:
    metadata = body.get("metadata")
    return isinstance(metadata, dict) and bool(metadata.get("name"))


def _wrong(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """The paths at which a value differs from its shape; what is absent is right."""
    if value is None:
        return
    if isinstance(shape, dict):
        if not isinstance(value, Mapping):
            yield path
            return
        for key, inner in shape.items():
            yield from _wrong(value.get(key), inner, f"{path}/{key}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield path
            return
        for index, item in enumerate(value):
            if item is None:
                yield f"{path}/{index}"
            yield from _wrong(item, shape[0], f"{path}/{index}")
    elif not isinstance(value, shape) or (isinstance(value, bool) and not _takes_bool(shape)):
        yield path


def _takes_bool(shape: Any) -> bool:
    return shape is bool or (isinstance(shape, tuple) and bool in shape)


def _problem(label: str, path: str) -> Problem:
    return Problem(
        "shape",
        msg(
            "%(object)s cannot be played: %(path)s is missing or not what it has to be.",
            object=label,
            path=path,
        ),
        Place(object=label, path=path),
    )
