"""Fields with few possible values, as data: the words and the numbers that a server takes.

The published schemas say "text" and "a whole number" of them. Source: Kubernetes API reference,
and what the API server answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import pod_spec
from migrations_app.domain.mends.references import Pattern
from migrations_app.domain.places import Path

Words = tuple[str, ...]

_PULL: Words = ("Always", "IfNotPresent", "Never")
_PROTOCOLS: Words = ("TCP", "UDP", "SCTP")
_SECCOMP: Words = ("RuntimeDefault", "Localhost", "Unconfined")
_ACCESS: Words = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_UPDATES: Words = ("RollingUpdate", "OnDelete")
_SUBJECTS: Words = ("User", "Group", "ServiceAccount")
_PATHS: Words = ("Exact", "Prefix", "ImplementationSpecific")
_HOST_PATHS: Words = (
    *("Directory", "DirectoryOrCreate", "File", "FileOrCreate"),
    *("Socket", "CharDevice", "BlockDevice"),
)
_CONTAINERS = (("containers", "*"), ("initContainers", "*"))

_POD_WORDS: tuple[tuple[Pattern, Words], ...] = (
    (("restartPolicy",), ("Always", "OnFailure", "Never")),
    (("dnsPolicy",), ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")),
    (("securityContext", "seccompProfile", "type"), _SECCOMP),
    (("volumes", "*", "hostPath", "type"), _HOST_PATHS),
    *(((*at, "imagePullPolicy"), _PULL) for at in _CONTAINERS),
    *(((*at, "ports", "*", "protocol"), _PROTOCOLS) for at in _CONTAINERS),
    *(((*at, "securityContext", "seccompProfile", "type"), _SECCOMP) for at in _CONTAINERS),
)
_WORDS: Mapping[str, tuple[tuple[Pattern, Words], ...]] = {
    "Service": (
        (("spec", "type"), ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")),
        (("spec", "ports", "*", "protocol"), _PROTOCOLS),
        (("spec", "sessionAffinity"), ("None", "ClientIP")),
    ),
    "PersistentVolumeClaim": ((("spec", "accessModes", "*"), _ACCESS),),
    "PersistentVolume": (
        (("spec", "accessModes", "*"), _ACCESS),
        (("spec", "persistentVolumeReclaimPolicy"), ("Retain", "Recycle", "Delete")),
    ),
    "Deployment": ((("spec", "strategy", "type"), ("RollingUpdate", "Recreate")),),
    "DaemonSet": ((("spec", "updateStrategy", "type"), _UPDATES),),
    "StatefulSet": (
        (("spec", "updateStrategy", "type"), _UPDATES),
        (("spec", "volumeClaimTemplates", "*", "spec", "accessModes", "*"), _ACCESS),
    ),
    "CronJob": ((("spec", "concurrencyPolicy"), ("Allow", "Forbid", "Replace")),),
    "RoleBinding": (
        (("roleRef", "kind"), ("Role", "ClusterRole")),
        (("subjects", "*", "kind"), _SUBJECTS),
    ),
    "ClusterRoleBinding": (
        (("roleRef", "kind"), ("ClusterRole",)),
        (("subjects", "*", "kind"), _SUBJECTS),
    ),
    "Ingress": ((("spec", "rules", "*", "http", "paths", "*", "pathType"), _PATHS),),
}

_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_POD_PORTS: tuple[Pattern, ...] = (
    *((*at, "ports", "*", "containerPort") for at in _CONTAINERS),
    *((*at, "ports", "*", "hostPort") for at in _CONTAINERS),
    *(
        ("containers", "*", probe, action, "port")
        for probe in _PROBES
        for action in ("httpGet", "tcpSocket", "grpc")
    ),
)
_SERVICE_PORTS: tuple[Pattern, ...] = (
    ("spec", "ports", "*", "port"),
    ("spec", "ports", "*", "targetPort"),
)

_EACH = "{}"
"""In a pattern: every value of a mapping, whatever its key."""

_POD_AMOUNTS: tuple[Pattern, ...] = (
    ("volumes", "*", "emptyDir", "sizeLimit"),
    *((*at, "resources", kind, _EACH) for at in _CONTAINERS for kind in ("limits", "requests")),
)
_STORAGE = ("resources", "requests", "storage")
_AMOUNTS: Mapping[str, Pattern] = {
    "PersistentVolumeClaim": ("spec", *_STORAGE),
    "StatefulSet": ("spec", "volumeClaimTemplates", "*", "spec", *_STORAGE),
    "PersistentVolume": ("spec", "capacity", "storage"),
}


class Closed(Enum):
    """What a value must be that is none of a few words."""

    PORT = "port"
    AMOUNT = "amount"


Rule = Words | Closed
Tree = dict[str, Any]
_RULE = ""
"""The key of a tree under which the rule of the path so far stands."""


def _tree(rules: Iterable[tuple[Pattern, Rule]]) -> Tree:
    """Patterns as one tree, so that a value is walked once for all of them."""
    root: Tree = {}
    for pattern, rule in rules:
        here = root
        for step in pattern:
            here = here.setdefault(step, {})
        here[_RULE] = rule
    return root


_IN_PODS = _tree(
    (
        *_POD_WORDS,
        *((pattern, Closed.PORT) for pattern in _POD_PORTS),
        *((pattern, Closed.AMOUNT) for pattern in _POD_AMOUNTS),
    )
)
_IN_OBJECTS: Mapping[str, Tree] = {
    kind: _tree(
        (
            *_WORDS.get(kind, ()),
            *((pattern, Closed.PORT) for pattern in _SERVICE_PORTS if kind == "Service"),
            *((_AMOUNTS[name], Closed.AMOUNT) for name in (kind,) if name in _AMOUNTS),
        )
    )
    for kind in {*_WORDS, *_AMOUNTS}
}


def closed_values(body: Object) -> list[tuple[Path, Any, Rule]]:
    """Every value of an object that has to obey a rule, with its path. Nulls are left out."""
    found: list[tuple[Path, Any, Rule]] = []
    kind = body.get("kind")
    if isinstance(kind, str) and kind in _IN_OBJECTS:
        _collect(body, _IN_OBJECTS[kind], (), found)
    path, spec = pod_spec(body) or ((), {})
    _collect(spec, _IN_PODS, path, found)
    return found


def _collect(value: Any, tree: Tree, path: Path, found: list[tuple[Path, Any, Rule]]) -> None:
    for step, inner in tree.items():
        if step == _RULE:
            if value is not None:
                found.append((path, value, inner))
        elif step == "*":
            for index, item in enumerate(value if isinstance(value, list) else ()):
                _collect(item, inner, (*path, index), found)
        elif isinstance(value, dict):
            for key in value if step == _EACH else (step,) if step in value else ():
                _collect(value[key], inner, (*path, key), found)
