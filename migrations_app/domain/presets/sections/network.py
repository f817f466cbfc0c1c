"""``network``: who may talk to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_key, is_label_value
from migrations_app.domain.places import Path
from migrations_app.domain.presets.sections.section import Complaint, Section
from migrations_app.domain.presets.shape import (
    PARAMETER,
    Shape,
    by_name,
    flag,
    keys,
    named,
    text,
    texts,
)

_PODS = {
    "namespace": named("The namespace that they are in."),
    "labels": by_name(text(), "Their labels; without them the whole namespace."),
}
_OF_A_WORKLOAD: dict[str, Shape] = {
    "world": text("Whether pods may reach the internet; unset: asked.", "allow", "deny"),
    "cidrs": texts("Addresses beyond the cluster that pods may reach, such as 10.20.0.0/16."),
}


def _check(section: Mapping[str, Any]) -> Iterator[Complaint]:
    """Ranges of addresses are such, and labels."""
    for who in ("dns", "ingressController", "monitoring"):
        for key, value in mapping(mapping(section.get(who)).get("labels")).items():
            if not is_key(key) or not (PARAMETER.search(str(value)) or is_label_value(str(value))):
                yield Complaint(
                    (who, "labels", key),
                    msg("%(label)s is no label.", label=repr(f"{key}={value}")),
                )
    parts: list[tuple[Path, Any]] = [((), section)]
    parts += [(("workloads", name), own) for name, own in mapping(section.get("workloads")).items()]
    for path, part in parts:
        for index, cidr in enumerate(sequence(mapping(part).get("cidrs"))):
            if isinstance(cidr, str) and not PARAMETER.search(cidr) and not is_range(cidr):
                yield Complaint(
                    (*path, "cidrs", index),
                    msg(
                        "%(cidr)s is no range of addresses. Write for example 10.20.0.0/16.",
                        cidr=repr(cidr),
                    ),
                )


def is_range(cidr: str) -> bool:
    """Whether a text is a range of addresses, with its length."""
    try:
        ip_network(cidr)
    except ValueError:
        return False
    return "/" in cidr


SECTION = Section(
    "network",
    keys(
        "Who may talk to whom.",
        policies=text("topology: a NetworkPolicy for each workload.", "topology", "none"),
        peers=text(
            "Who reaches whom: those on a network of the source and those named in settings, or "
            "the named alone.",
            "networks",
            "references",
        ),
        defaultDeny=flag("Whether all other pods of the namespace are closed as well."),
        dns=keys("The pods that answer for names; those of kube-dns are usual.", **_PODS),
        ingressController=keys("The pods by which outside reaches in.", **_PODS),
        monitoring=keys("The pods that ask for metrics.", **_PODS),
        **_OF_A_WORKLOAD,
        workloads=by_name(
            Shape(
                ("object", "string"),
                "As above, for one workload; none leaves it open.",
                keys=_OF_A_WORKLOAD,
                choices=("none",),
            ),
            "By the name of the workload; wins over the others.",
        ),
    ),
    _check,
)
