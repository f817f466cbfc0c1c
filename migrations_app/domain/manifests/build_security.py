"""Users, privileges and kernel settings of pods and containers."""

from __future__ import annotations

from typing import Any

from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_draft import (
    NOWHERE,
    Ledger,
    changed,
    choices,
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
    if security.no_new_privileges:
        reason = msg("no-new-privileges has this name on a cluster.")
        context["allowPrivilegeEscalation"] = changed(
            places, "no_new_privileges", value=False, reason=reason
        )
    if security.read_only_root:
        context["readOnlyRootFilesystem"] = said(places, "read_only_root", value=True)
    context |= _user(service, container, ledger)
    _profiles(security, context, ledger)
    return context


def _capabilities(security: Security, context: dict[str, Any]) -> None:
    reason = msg("Kubernetes names capabilities without the prefix CAP_.")
    capabilities = without_empty(
        {
            "add": changed(security.places, "cap_add", list(security.cap_add), reason),
            "drop": changed(security.places, "cap_drop", list(security.cap_drop), reason),
        }
    )
    if capabilities:
        context["capabilities"] = capabilities


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
    return text.isascii() and text.isdigit()


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
            if name in SAFE_SYSCTLS:
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


def ask_about_devices(service: ServiceSpec, container: ContainerSpec, ledger: Ledger) -> list[str]:
    """The host paths of devices that are to be mounted; by default none is."""
    mounted: list[str] = []
    for device in container.devices:
        place = container.places.get(f"devices/{device}", NOWHERE)
        source = device.split(":")[0]
        answer = ledger.ask(
            Question(
                id=f"device:{service.name}:{container.name}:{source}",
                code="device",
                text=msg(
                    "Container %(container)s uses device %(device)s. How does it get it on a "
                    "cluster?",
                    container=container.name,
                    device=source,
                ),
                why=msg("A pod gets devices from a device plugin, or as a privileged path."),
                choices=choices(
                    (
                        "drop",
                        msg("Not at all, or by a device plugin that is added later"),
                    ),
                    (
                        "hostpath",
                        msg("As a path of the node; the container must be privileged"),
                    ),
                ),
                recommended="drop",
                place=place,
            )
        )
        ledger.note(place, Outcome.QUESTION, "", msg("A device of the host; see the question."))
        ledger.findings.append(
            Finding(
                "CAP-04",
                Severity.HIGH,
                place,
                msg(
                    "Container %(name)s uses %(device)s.",
                    name=container.name,
                    device=source,
                ),
                msg("podman generate kube stops at it, and a pod does not get it by itself."),
                msg("Install a device plugin on the nodes, or answer the question."),
                subject=f"{container.name}:{source}",
            )
        )
        if answer == "hostpath":
            mounted.append(source)
    return mounted
