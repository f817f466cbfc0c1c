"""Networks of a project: what is lost of them is who could not reach whom."""

from __future__ import annotations

from itertools import combinations

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.reading.compose.site import Site

_MEET = msg("All services of the project meet there, as all pods of a cluster do.")


def settle_networks(site: Site) -> None:
    """Say that nothing is lost where every service can reach every other one."""
    section = site.model.get("services")
    services = list(section.fields.values()) if section is not None else []
    joined = {_joined(service) for service in services}
    if any(not one & other for one, other in combinations(joined, 2)):
        return
    for service in services:
        networks = service.get("networks")
        for node in networks.fields.values() if networks is not None else ():
            if node.value in (None, {}):
                site.account.settle(node, Outcome.CONVERTED, _MEET)
    defined = site.model.get("networks")
    for node in defined.fields.values() if defined is not None else ():
        if node.value in (None, {}):
            site.account.settle(node, Outcome.CONVERTED, _MEET)


def _joined(service: Node) -> frozenset[str]:
    networks = service.get("networks")
    names = frozenset(networks.fields) if networks is not None else frozenset()
    return names or frozenset({"default"})
