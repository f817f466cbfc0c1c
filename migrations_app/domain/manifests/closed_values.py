"""Fields with few possible values, as data: the words and the numbers that a server takes.

The published schemas say "text" and "a whole number" of them. Source: Kubernetes API reference,
and what the API server answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import pod_spec
from migrations_app.domain.mends.references import Pattern
from migrations_app.domain.places import Path

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int = 2_147_483_647


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
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_AT_PROBES = tuple((*at, probe) for at in _CONTAINERS for probe in _PROBES)
_AT_HOOKS = tuple(
    (*at, "lifecycle", hook) for at in _CONTAINERS for hook in ("preStop", "postStart")
)
_ID = Between(0)
_MODE = Between(0, 0o777)
_FROM_NONE = Between(0)
_FROM_ONE = Between(1)
_FILES = ("configMap", "secret", "downwardAPI")
_WISH = "preferredDuringSchedulingIgnoredDuringExecution"

_POD_WORDS: tuple[tuple[Pattern, Words], ...] = (
    (("restartPolicy",), ("Always", "OnFailure", "Never")),
    (("dnsPolicy",), ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")),
    (("securityContext", "seccompProfile", "type"), _SECCOMP),
    (("volumes", "*", "hostPath", "type"), _HOST_PATHS),
    *(((*at, "imagePullPolicy"), _PULL) for at in _CONTAINERS),
    *(((*at, "ports", "*", "protocol"), _PROTOCOLS) for at in _CONTAINERS),
    *(((*at, "securityContext", "seccompProfile", "type"), _SECCOMP) for at in _CONTAINERS),
    *(((*at, "securityContext", "procMount"), ("Default", "Unmasked")) for at in _CONTAINERS),
    *(((*at, "securityContext", "appArmorProfile", "type"), _SECCOMP) for at in _CONTAINERS),
    (("os", "name"), ("linux", "windows")),
    *(((*at, "terminationMessagePolicy"), ("File", "FallbackToLogsOnError")) for at in _CONTAINERS),
    *(((*at, "httpGet", "scheme"), ("HTTP", "HTTPS")) for at in _AT_PROBES),
    (("securityContext", "fsGroupChangePolicy"), ("Always", "OnRootMismatch")),
    (("tolerations", "*", "operator"), ("Exists", "Equal", "Lt", "Gt")),
    (("tolerations", "*", "effect"), ("NoSchedule", "PreferNoSchedule", "NoExecute")),
    (
        ("topologySpreadConstraints", "*", "whenUnsatisfiable"),
        ("DoNotSchedule", "ScheduleAnyway"),
    ),
)
_POD_NUMBERS: tuple[tuple[Pattern, Between], ...] = (
    (("activeDeadlineSeconds",), _FROM_ONE),
    (("topologySpreadConstraints", "*", "maxSkew"), _FROM_ONE),
    *(
        (("affinity", kind, _WISH, "*", "weight"), Between(1, 100))
        for kind in ("nodeAffinity", "podAffinity", "podAntiAffinity")
    ),
    *((("securityContext", field), _ID) for field in ("runAsUser", "runAsGroup", "fsGroup")),
    *(
        ((*at, "securityContext", field), _ID)
        for at in _CONTAINERS
        for field in ("runAsUser", "runAsGroup")
    ),
    *(
        ((*at, field), _FROM_NONE)
        for at in _AT_PROBES
        for field in ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold")
    ),
    *(((*at, "terminationGracePeriodSeconds"), _FROM_ONE) for at in _AT_PROBES),
    *((("volumes", "*", kind, "defaultMode"), _MODE) for kind in (*_FILES, "projected")),
    *((("volumes", "*", kind, "items", "*", "mode"), _MODE) for kind in _FILES),
)
_WEBHOOK: tuple[tuple[Pattern, Words], ...] = (
    (("webhooks", "*", "sideEffects"), ("None", "NoneOnDryRun")),
    (("webhooks", "*", "failurePolicy"), ("Fail", "Ignore")),
)
_WORDS: Mapping[str, tuple[tuple[Pattern, Words], ...]] = {
    "Service": (
        (("spec", "type"), ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")),
        (("spec", "ports", "*", "protocol"), _PROTOCOLS),
        (("spec", "sessionAffinity"), ("None", "ClientIP")),
        (("spec", "internalTrafficPolicy"), ("Cluster", "Local")),
        (("spec", "externalTrafficPolicy"), ("Cluster", "Local")),
    ),
    "PersistentVolumeClaim": (
        (("spec", "accessModes", "*"), _ACCESS),
        (("spec", "volumeMode"), ("Filesystem", "Block")),
    ),
    "PersistentVolume": (
        (("spec", "accessModes", "*"), _ACCESS),
        (("spec", "persistentVolumeReclaimPolicy"), ("Retain", "Recycle", "Delete")),
    ),
    "Deployment": ((("spec", "strategy", "type"), ("RollingUpdate", "Recreate")),),
    "DaemonSet": ((("spec", "updateStrategy", "type"), _UPDATES),),
    "StatefulSet": (
        (("spec", "podManagementPolicy"), ("OrderedReady", "Parallel")),
        (("spec", "updateStrategy", "type"), _UPDATES),
        (("spec", "volumeClaimTemplates", "*", "spec", "accessModes", "*"), _ACCESS),
    ),
    "CronJob": ((("spec", "concurrencyPolicy"), ("Allow", "Forbid", "Replace")),),
    "Job": ((("spec", "completionMode"), ("NonIndexed", "Indexed")),),
    "NetworkPolicy": (
        (("spec", "policyTypes", "*"), ("Ingress", "Egress")),
        (("spec", "ingress", "*", "ports", "*", "protocol"), _PROTOCOLS),
        (("spec", "egress", "*", "ports", "*", "protocol"), _PROTOCOLS),
    ),
    "ValidatingWebhookConfiguration": _WEBHOOK,
    "MutatingWebhookConfiguration": _WEBHOOK,
    "RoleBinding": (
        (("roleRef", "kind"), ("Role", "ClusterRole")),
        (("subjects", "*", "kind"), _SUBJECTS),
    ),
    "ClusterRoleBinding": (
        (("roleRef", "kind"), ("ClusterRole",)),
        (("subjects", "*", "kind"), _SUBJECTS),
    ),
    "Ingress": ((("spec", "rules", "*", "http", "paths", "*", "pathType"), _PATHS),),
    "HorizontalPodAutoscaler": tuple(
        rule
        for way in ("scaleUp", "scaleDown")
        for rule in (
            (("spec", "behavior", way, "selectPolicy"), ("Max", "Min", "Disabled")),
            (("spec", "behavior", way, "policies", "*", "type"), ("Pods", "Percent")),
        )
    ),
}

_POD_PORTS: tuple[Pattern, ...] = (
    *((*at, "ports", "*", "containerPort") for at in _CONTAINERS),
    *((*at, "ports", "*", "hostPort") for at in _CONTAINERS),
    *((*at, action, "port") for at in _AT_PROBES for action in ("httpGet", "tcpSocket", "grpc")),
    *((*at, action, "port") for at in _AT_HOOKS for action in ("httpGet", "tcpSocket")),
)
_SERVICE_PORTS: tuple[Pattern, ...] = (
    ("spec", "ports", "*", "port"),
    ("spec", "ports", "*", "targetPort"),
)

_POLICY_PORTS: tuple[Pattern, ...] = tuple(
    ("spec", side, "*", "ports", "*", "port") for side in ("ingress", "egress")
)
_SCALING = ("spec", "behavior")
_OF_DEPLOYMENT = ("minReadySeconds", "revisionHistoryLimit")
_DEADLINE = ("spec", "progressDeadlineSeconds")
_NUMBERS: Mapping[str, tuple[tuple[Pattern, Between], ...]] = {
    "Deployment": (
        *((("spec", field), _FROM_NONE) for field in _OF_DEPLOYMENT),
        (_DEADLINE, _FROM_NONE),
    ),
    "DaemonSet": tuple((("spec", field), _FROM_NONE) for field in _OF_DEPLOYMENT),
    "StatefulSet": (
        *((("spec", field), _FROM_NONE) for field in _OF_DEPLOYMENT),
        (("spec", "updateStrategy", "rollingUpdate", "partition"), _FROM_NONE),
    ),
    "Job": tuple(
        (("spec", field), _FROM_NONE)
        for field in (
            *("backoffLimit", "activeDeadlineSeconds", "parallelism", "completions"),
            "ttlSecondsAfterFinished",
        )
    ),
    "CronJob": tuple(
        (("spec", field), _FROM_NONE)
        for field in (
            *("successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
            "startingDeadlineSeconds",
        )
    ),
    "HorizontalPodAutoscaler": (
        (("spec", "minReplicas"), _FROM_ONE),
        (("spec", "maxReplicas"), _FROM_ONE),
        (("spec", "metrics", "*", "resource", "target", "averageUtilization"), _FROM_ONE),
        *(
            rule
            for way in ("scaleUp", "scaleDown")
            for rule in (
                ((*_SCALING, way, "stabilizationWindowSeconds"), Between(0, 3600)),
                ((*_SCALING, way, "policies", "*", "value"), _FROM_ONE),
                ((*_SCALING, way, "policies", "*", "periodSeconds"), Between(1, 1800)),
            )
        ),
    ),
    "Service": (
        (
            ("spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds"),
            Between(1, 86_400),
        ),
    ),
    "ValidatingWebhookConfiguration": ((("webhooks", "*", "timeoutSeconds"), Between(1, 30)),),
    "MutatingWebhookConfiguration": ((("webhooks", "*", "timeoutSeconds"), Between(1, 30)),),
}

_EACH = "{}"
"""In a pattern: every value of a mapping, whatever its key."""

_POD_NAMES: tuple[Pattern, ...] = (
    *((field,) for field in ("priorityClassName", "serviceAccountName", "nodeName")),
    ("runtimeClassName",),
    *(
        (*at, "env", "*", "valueFrom", source, "name")
        for at in _CONTAINERS
        for source in ("configMapKeyRef", "secretKeyRef")
    ),
    *(
        (*at, "envFrom", "*", source, "name")
        for at in _CONTAINERS
        for source in ("configMapRef", "secretRef")
    ),
)
_NAMES: Mapping[str, tuple[Pattern, ...]] = {
    "Ingress": (("spec", "tls", "*", "secretName"), ("spec", "tls", "*", "hosts", "*")),
}
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
    NAME = "name"


Rule = Words | Closed | Between
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
        *_POD_NUMBERS,
        *((pattern, Closed.PORT) for pattern in _POD_PORTS),
        *((pattern, Closed.AMOUNT) for pattern in _POD_AMOUNTS),
        *((pattern, Closed.NAME) for pattern in _POD_NAMES),
    )
)
_PORTS = {"Service": _SERVICE_PORTS, "NetworkPolicy": _POLICY_PORTS}
_IN_OBJECTS: Mapping[str, Tree] = {
    kind: _tree(
        (
            *_WORDS.get(kind, ()),
            *_NUMBERS.get(kind, ()),
            *((pattern, Closed.PORT) for pattern in _PORTS.get(kind, ())),
            *((_AMOUNTS[name], Closed.AMOUNT) for name in (kind,) if name in _AMOUNTS),
            *((pattern, Closed.NAME) for pattern in _NAMES.get(kind, ())),
        )
    )
    for kind in {*_WORDS, *_AMOUNTS, *_NUMBERS}
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
