"""Users, privileges and kernel settings of pods and containers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    changed,
    said,
    without_empty,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import ContainerSpec, Security, ServiceSpec

SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    }
)
"""What a kubelet allows without being told (Kubernetes documentation, "Using sysctls")."""

CLUSTER_CAPABILITIES = frozenset(
    [
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "NET_BIND_SERVICE",
        "SETGID",
        "SETPCAP",
        "SETUID",
    ]
)
"""What a container of a pod has where nobody says (CRI-O and containerd 2)."""

_HIGHEST_ID = 2**31 - 1
_SELINUX = ("user", "role", "type", "level")
_UNCONFINED = "unconfined"


def container_security(
    service: ServiceSpec, container: ContainerSpec, ledger: Ledger
) -> dict[str, Any]:
    """The ``securityContext`` of a container: only what differs from Podman's defaults."""
    security = container.security
    places = security.places
    context: dict[str, Any] = {}
    if security.privileged:
        context["privileged"] = said(places, "privileged", value=True)
    _capabilities(security, context)
    _no_new_privileges(security, context, ledger)
    if security.read_only_root:
        context["readOnlyRootFilesystem"] = said(places, "read_only_root", value=True)
    context |= _user(service, container, ledger)
    _profiles(security, context, ledger)
    _hidden_paths(security, ledger)
    find_lacking_capabilities(container, ledger)
    return context


def _no_new_privileges(security: Security, context: dict[str, Any], ledger: Ledger) -> None:
    """A cluster refuses it together with what is a new privilege already."""
    if not security.no_new_privileges:
        return
    if security.privileged or "SYS_ADMIN" in security.cap_add:
        reason = msg("A cluster refuses it for a container that has these privileges already.")
        ledger.drop(security.places.get("no_new_privileges"), reason)
        return
    reason = msg("no-new-privileges has this name on a cluster.")
    context["allowPrivilegeEscalation"] = changed(
        security.places, "no_new_privileges", value=False, reason=reason
    )


def _hidden_paths(security: Security, ledger: Ledger) -> None:
    for attribute, paths in (("mask", security.mask), ("unmask", security.unmask)):
        for path in paths:
            ledger.drop(
                security.places.get(f"{attribute}/{path}"),
                msg("A cluster hides the same paths in every pod."),
            )


def _capabilities(security: Security, context: dict[str, Any]) -> None:
    reason = msg("Kubernetes names capabilities without the prefix CAP_.")
    capabilities = without_empty(
        {
            "add": changed(security.places, "cap_add", _once(security.cap_add), reason),
            "drop": changed(security.places, "cap_drop", _once(security.cap_drop), reason),
        }
    )
    if capabilities:
        context["capabilities"] = capabilities


def _once(capabilities: Sequence[str]) -> list[str]:
    """Capabilities as Kubernetes names them, each once."""
    return list(dict.fromkeys(name.upper().removeprefix("CAP_") for name in capabilities))


def _user(service: ServiceSpec, container: ContainerSpec, ledger: Ledger) -> dict[str, Any]:
    """``runAsUser`` and ``runAsGroup``; a name is a question, since a cluster wants numbers."""
    security = container.security
    if not security.user:
        return {}
    user, _colon, group = security.user.partition(":")
    reason = msg("A user and its group are two numbers on a cluster.")
    if not _is_number(user) or (group and not _is_number(group)):
        answer = ledger.ask(
            Question(
                id=f"user-id:{service.name}:{container.name}",
                code="user-id",
                text=msg(
                    "Which numbers stand for user %(user)s of container %(container)s?",
                    user=security.user,
                    container=container.name,
                ),
                why=msg("A cluster does not know the names in an image. Answer as 1001 or 1001:0."),
                place=security.places.get("user", NOWHERE),
            )
        )
        user, _colon, group = answer.partition(":")
        if not _is_number(user):
            ledger.note(
                security.places.get("user"),
                Outcome.QUESTION,
                "",
                msg("A name cannot be the user of a pod; see the question."),
            )
            return {}
    made: dict[str, Any] = {"runAsUser": changed(security.places, "user", int(user), reason)}
    if _is_number(group):
        made["runAsGroup"] = changed(security.places, "user", int(group), reason)
    return made


def _is_number(text: str) -> bool:
    """Whether it is the number of a user or group that a cluster takes."""
    return text.isascii() and text.isdigit() and int(text) <= _HIGHEST_ID


def _profiles(security: Security, context: dict[str, Any], ledger: Ledger) -> None:
    places = security.places
    if security.seccomp == _UNCONFINED:
        profile = changed(places, "seccomp", "Unconfined", msg("The same, by another name."))
        context["seccompProfile"] = {"type": profile}
    elif security.seccomp:
        ledger.drop(
            places.get("seccomp"),
            msg("The profile is a file of this host; install it on the nodes, then refer to it."),
        )
    if security.apparmor:
        ledger.drop(
            places.get("apparmor"),
            msg("The profile belongs to this host; load it on the nodes, then refer to it."),
        )
    options = {
        key: said(places, f"selinux/{key}", security.selinux[key])
        for key in _SELINUX
        if key in security.selinux
    }
    for key in security.selinux:
        if key not in _SELINUX:
            ledger.drop(places.get(f"selinux/{key}"), msg("SELinux labels have no such part."))
    if options:
        context["seLinuxOptions"] = options


def pod_security(service: ServiceSpec, ledger: Ledger) -> dict[str, Any]:
    """The ``securityContext`` of the pod: groups and sysctls, which containers share there."""
    groups: dict[int, Any] = {}
    sysctls: dict[str, Any] = {}
    for container in service.containers:
        places = container.security.places
        for group in container.security.groups:
            if _is_number(group):
                groups.setdefault(int(group), said(places, f"groups/{group}", int(group)))
                ledger.note(places.get(f"groups/{group}"), Outcome.KEPT, "")
            else:
                ledger.drop(
                    places.get(f"groups/{group}"),
                    msg("A cluster does not know the names of groups; give its number."),
                )
        for name, value in container.sysctls.items():
            if name.startswith("net.") and service.host_network:
                ledger.drop(
                    container.places.get(f"sysctls/{name}"),
                    msg("A pod on its host's network cannot set what belongs to the host."),
                )
            elif name in SAFE_SYSCTLS and not (service.host_ipc and name.startswith("kernel.")):
                entry = said(container.places, f"sysctls/{name}", value)
                sysctls.setdefault(name, {"name": name, "value": entry})
            else:
                _unsafe_sysctl(container, name, ledger)
    return without_empty(
        {"supplementalGroups": list(groups.values()), "sysctls": list(sysctls.values())}
    )


def _unsafe_sysctl(container: ContainerSpec, name: str, ledger: Ledger) -> None:
    place = container.places.get(f"sysctls/{name}", NOWHERE)
    reason = msg("A kubelet refuses this sysctl unless its node allows it.")
    ledger.drop(place, reason)
    ledger.findings.append(
        Finding(
            "SEC-08",
            Severity.HIGH,
            place,
            msg(
                "Container %(name)s sets sysctl %(sysctl)s.",
                name=container.name,
                sysctl=name,
            ),
            reason,
            msg("Allow it on the nodes with --allowed-unsafe-sysctls, and set it for the pod."),
            subject=f"{container.name}:{name}",
        )
    )


def find_lacking_capabilities(container: ContainerSpec, ledger: Ledger) -> None:
    """Podman gives a container more by itself than a cluster does; who needs it must ask."""
    security = container.security
    asked = set(_once(security.cap_add))
    lacking = [
        name
        for name in _once(security.used_caps)
        if name not in CLUSTER_CAPABILITIES and name not in asked
    ]
    if not lacking or security.privileged or "ALL" in asked:
        return
    ledger.findings.append(
        Finding(
            "SEC-06",
            Severity.LOW,
            security.places.get("used_caps", NOWHERE),
            msg(
                "Container %(name)s had %(capabilities)s from Podman without asking.",
                name=container.name,
                capabilities=", ".join(lacking),
            ),
            msg("The runtimes of clusters give fewer capabilities by themselves."),
            msg("If the program needs one of them, add it to its capabilities."),
            subject=container.name,
        )
    )
