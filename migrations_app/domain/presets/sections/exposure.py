"""``exposure``: by which ways a workload is reached, from inside the cluster and from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from migrations_app.domain.manifests.resources import mapping
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_subdomain
from migrations_app.domain.places import Path
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import (
    HIGHEST_PORT,
    PARAMETER,
    PORT,
    ROOTED,
    Shape,
    by_name,
    keys,
    listed,
    named,
    number,
    text,
)

NAME = "{name}"
ROUTES = ("ingress", "gateway", "none")

_KEYS: dict[str, Shape] = {
    "services": text("all: a Service for every port that a container declares.", "all", "none"),
    "type": text("The type of Services.", "ClusterIP", "NodePort", "LoadBalancer"),
    "sessionAffinity": text("Whether a client keeps to one pod.", "ClientIP", "None"),
    "ports": by_name(
        number(minimum=1, maximum=HIGHEST_PORT),
        "Container port, by name or number: port of the Service.",
    ),
    "hostPorts": text("Whether ports stay open on the nodes; remove is usual.", "remove", "keep"),
    "route": text("How outside reaches in; gateway where parents are.", *ROUTES),
    "host": text("The host name; {name} is the workload's."),
    "path": replace(ROOTED, about="The path below the host; / is usual."),
    "pathType": text("How the path is compared.", "Prefix", "Exact", "ImplementationSpecific"),
    "class": named("The IngressClass."),
    "annotations": by_name(text(), "For the controller of the Ingress or route."),
    "tls": keys(
        "TLS at the Ingress; with a gateway it ends there.",
        secret=named(
            "The Secret of the certificate; {name} is the workload's. {name}-tls is usual.",
            holds=NAME,
        ),
        issuer=text("The Issuer of cert-manager that makes it."),
        clusterIssuer=text("The ClusterIssuer of cert-manager that makes it."),
    ),
    "parents": listed(
        keys(
            "",
            ("name",),
            name=named(),
            namespace=named("Where the Gateway is."),
            sectionName=text("The listener."),
        ),
        "The Gateways that an HTTPRoute hangs on.",
    ),
}


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    """A host is a host name, once the name is in it."""
    hosts: list[tuple[Path, Any]] = [(("host",), section.get("host"))]
    for name, own in mapping(section.get("workloads")).items():
        hosts.append((("workloads", name, "host"), mapping(own).get("host")))
    for path, host in hosts:
        if isinstance(host, str) and not PARAMETER.search(host) and not is_host(host):
            yield Complaint(
                path,
                msg(
                    "%(host)s is no host name. Write for example {name}.example.com.",
                    host=repr(host),
                ),
            )


def is_host(template: str) -> bool:
    """Whether a template makes host names; the first label may be a star."""
    host = template.replace(NAME, "x")
    return is_subdomain(host[2:] if host.startswith("*.") else host)


SECTION = Section(
    "exposure",
    keys(
        "Services, and the routes by which outside reaches them.",
        **_KEYS,
        workloads=by_name(
            Shape(
                ("object", "string"),
                "As above, for one workload; none leaves it out.",
                keys={**_KEYS, "port": PORT},
                choices=("none",),
            ),
            "By the name of the workload; wins over the others.",
        ),
    ),
    _check,
)
