"""Services that share more than a network are one pod: their containers stand beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from migrations_app.domain.findings import Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.reading.compose.defaults import SERVICE_PREFIX
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.spec import ServiceSpec, VolumeSpec

SHARING = ("network_mode", "ipc", "pid")
_OF_ONE = ("name", "aliases/", "hostname", "replicas")
"""Attributes that a pod has once, from the service it is named after."""

_SAME, _APART = "same-pod", "apart"


def together(specs: Mapping[str, ServiceSpec], site: Site) -> list[ServiceSpec]:
    """The services of a project (by key), those that share a namespace joined into one."""
    hosts = {key: host for key in specs if (host := _host_of(key, specs, site)) is not None}
    joined: dict[str, list[str]] = {}
    roots: dict[str, str] = {}
    for key in hosts:
        root = _root(key, hosts, roots)
        if root != key:
            joined.setdefault(root, []).append(key)
    guests = {guest for several in joined.values() for guest in several}
    return [
        _joined(spec, [specs[guest] for guest in joined[key]], key, joined[key], site)
        if key in joined
        else spec
        for key, spec in specs.items()
        if key not in guests
    ]


def _root(key: str, hosts: Mapping[str, str], roots: dict[str, str]) -> str:
    """Whose pod a service is in at the end of the chain, or itself where the chain is a ring.

    ``roots`` are those found so far, so that a long chain is walked once.
    """
    seen = {key: None}
    last = key
    while (host := hosts.get(last)) is not None and host not in seen:
        if host in roots:
            host = roots[host]
        seen[host] = None
        last = host
    if hosts.get(last) is not None:
        return key
    roots.update(dict.fromkeys(seen, last))
    return last


def _host_of(key: str, specs: Mapping[str, ServiceSpec], site: Site) -> str | None:
    """The service whose namespace a service uses, if it is to be in one pod with it."""
    service = site.model.get("services", key)
    for sharing in SHARING:
        node = service.get(sharing) if service is not None else None
        if node is None or not scalar_text(node.value).startswith(SERVICE_PREFIX):
            continue
        host = scalar_text(node.value).removeprefix(SERVICE_PREFIX)
        if host not in specs or host == key:
            site.account.trouble(node, msg("There is no service %(name)s.", name=host))
            continue
        if _ask(key, host, sharing, node, site):
            return host
    return None


def _ask(key: str, host: str, sharing: str, node: Node, site: Site) -> bool:
    name = site.service_name(key)
    answer = site.account.ask(
        Question(
            id=f"same-pod:{name}",
            code="same-pod",
            text=msg("Does %(name)s run in one pod with %(host)s?", name=name, host=host),
            why=msg(
                "It shares %(what)s with that service, which only containers of one pod can do.",
                what=sharing,
            ),
            choices=(
                Choice(_SAME, msg("Yes: one pod, which is moved and scaled as one")),
                Choice(_APART, msg("No: two pods that meet over a Service")),
            ),
            recommended=_SAME,
            place=node.place,
        )
    )
    if answer == _SAME:
        target = f"Deployment/{site.service_name(host)}/spec/template/spec/containers"
        site.account.settle(
            node, Outcome.QUESTION, msg("Shared by being in one pod; see the question."), target
        )
        return True
    site.account.find(
        "CAP-06",
        Severity.HIGH,
        node,
        msg("%(name)s runs apart from %(host)s.", name=name, host=host),
        msg("What it reached at localhost is elsewhere now."),
        msg("Let it use the name of the Service."),
    )
    site.account.settle(node, Outcome.QUESTION, msg("Runs apart; see the question."))
    return False


def _joined(
    host: ServiceSpec,
    guests: Sequence[ServiceSpec],
    key: str,
    names: Sequence[str],
    site: Site,
) -> ServiceSpec:
    """One pod of several services, named after the one whose namespaces they use."""
    services = site.model.fields["services"].fields
    shares_processes = any(
        (node := services[name].get("pid")) is not None
        and scalar_text(node.value).startswith(SERVICE_PREFIX)
        for name in names
    )
    volumes: dict[str, VolumeSpec] = {
        volume.name: volume for spec in (host, *guests) for volume in spec.volumes
    }
    for guest in guests:
        _account_for_names(guest, site)
    own = {host.name, *(guest.name for guest in guests)}
    dependencies = [
        dependency
        for spec in (host, *guests)
        for dependency in spec.depends_on
        if dependency.service not in own
    ]
    places = dict(host.places)
    for guest in guests:
        for attribute, place in guest.places.items():
            if not attribute.startswith(_OF_ONE):
                places.setdefault(attribute, place)
    return replace(
        host,
        containers=tuple(item for spec in (host, *guests) for item in spec.containers),
        volumes=tuple(volumes.values()),
        extra_hosts={
            name: address
            for spec in (*reversed(guests), host)
            for name, address in spec.extra_hosts.items()
        },
        depends_on=tuple({item.service: item for item in dependencies}.values()),
        share_process_namespace=shares_processes,
        is_pod=True,
        places=places,
    )


def _account_for_names(guest: ServiceSpec, site: Site) -> None:
    """A service in another one's network has no names and no instances of its own."""
    for attribute, place in guest.places.items():
        if attribute.startswith(_OF_ONE[1:]):
            reason = msg("It is in the pod of another service, and goes by that one's name.")
            site.account.drop_place(place, reason)
