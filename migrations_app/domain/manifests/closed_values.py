"""Fields with few possible values, as data: the words and the numbers that a server takes.

The published schemas say "text" and "a whole number" of them. Source: Kubernetes API reference,
and what the API server answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, pod_spec
from migrations_app.domain.mends.references import Pattern, matches
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

_AMOUNTS = ("limits", "requests")
_POD_QUANTITIES: tuple[Pattern, ...] = (("volumes", "*", "emptyDir", "sizeLimit"),)
_STORAGE = ("resources", "requests", "storage")
_QUANTITIES: Mapping[str, tuple[Pattern, ...]] = {
    "PersistentVolumeClaim": (("spec", *_STORAGE),),
    "StatefulSet": (("spec", "volumeClaimTemplates", "*", "spec", *_STORAGE),),
    "PersistentVolume": (("spec", "capacity", "storage"),),
}


def words(body: Object) -> Iterator[tuple[Path, str, Words]]:
    """Every word of an object that is one of a few, with its path and those few."""
    for path, value, known in _found(body, _POD_WORDS, _WORDS.get(str(body.get("kind")), ())):
        if isinstance(value, str):
            yield path, value, known


def ports(body: Object) -> Iterator[tuple[Path, Any]]:
    """Every port number or port name of an object; 0 where it means "none" is left out."""
    of_service = _SERVICE_PORTS if body.get("kind") == "Service" else ()
    pairs = tuple((pattern, ()) for pattern in _POD_PORTS)
    for path, value, _none in _found(body, pairs, tuple((p, ()) for p in of_service)):
        if value is not None and not (value == 0 and path[-1] in ("hostPort", "targetPort")):
            yield path, value


def quantities(body: Object) -> Iterator[tuple[Path, Any]]:
    """Every amount of an object."""
    of_kind = _QUANTITIES.get(str(body.get("kind")), ())
    pairs = tuple((pattern, ()) for pattern in _POD_QUANTITIES)
    for where, value, _none in _found(body, pairs, tuple((p, ()) for p in of_kind)):
        if value is not None:
            yield where, value
    path, spec = pod_spec(body) or ((), {})
    for at in _CONTAINERS:
        for kind in _AMOUNTS:
            for here in matches(spec, (*at, "resources", kind)):
                amounts = get(spec, here)
                for name, value in amounts.items() if isinstance(amounts, dict) else ():
                    if value is not None:
                        yield (*path, *here, name), value


def _found(
    body: Object,
    in_pods: tuple[tuple[Pattern, Words], ...],
    elsewhere: tuple[tuple[Pattern, Words], ...],
) -> Iterator[tuple[Path, Any, Words]]:
    path, spec = pod_spec(body) or ((), {})
    for start, value, patterns in (((), body, elsewhere), (path, spec, in_pods)):
        for pattern, known in patterns:
            for here in matches(value, pattern):
                yield (*start, *here), get(value, here), known
