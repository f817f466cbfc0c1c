"""Which service a source tells of: one that is there already, or a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Max

from migrations_app.actions.permissions import Actor
from migrations_app.domain.errors import Conflict
from migrations_app.domain.manifests.ownership import OwnedService, service_key
from migrations_app.domain.messages import msg
from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models import Application, PhaseMove, Service, ServiceSource, Source
from migrations_app.queries.rendering import Rendered

LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Match:
    """A service and what the source did to it: ``created``, ``updated`` or ``unchanged``."""

    service: Service
    outcome: str

    def record(self) -> dict[str, str]:
        """Plain values, as a source keeps them and the doors give them out."""
        return {
            "id": str(self.service.pk),
            "key": self.service.key,
            "name": self.service.name,
            "match": self.outcome,
        }


def match_services(
    *, source: Source, alone: Rendered, actor: Actor, create_new: bool, refuse: bool
) -> Sequence[Match]:
    """Find or make the service of every workload, and join it with the source.

    Raises:
        Conflict: a service is there already and that is to be refused.
    """
    application = source.application
    finder = _Finder(application)
    names = {(r["kind"], r["to"]): r["from"] for r in alone.made.renames if not r.get("object")}
    found = [(owned, finder.find(owned, _read_name(owned, names))) for owned in _services(alone)]
    clashing = [service for _owned, service in found if service is not None]
    if refuse and clashing:
        raise Conflict(
            msg(
                "These services are there already: %(names)s. Store the source with on_conflict "
                "update or new, or leave them out.",
                names=", ".join(service.key for service in clashing),
            )
        )
    matches: list[Match] = []
    for owned, service in found:
        read_name = _read_name(owned, names)
        if service is None or create_new:
            service = finder.create(owned, read_name, actor)
            matches.append(Match(service, "created"))
        else:
            _update(service, owned)
            matches.append(Match(service, "updated"))
        _join(service, source, owned, read_name)
    return matches


def _services(alone: Rendered) -> Sequence[OwnedService]:
    return alone.ownership.services


def _read_name(owned: OwnedService, names: Mapping[tuple[str, str], str]) -> str:
    """What the source itself calls the workload."""
    return names.get((owned.kind, owned.name), owned.name)[:LONGEST_NAME]


class _Finder:
    """The services of an application, by what identifies them."""

    def __init__(self, application: Application) -> None:
        self.application = application
        services = list(Service.objects.filter(application=application).order_by("created"))
        self.keys = {service.key for service in services}
        self.by_identity = {s.identity: s for s in services if s.identity}
        self.by_name = {(s.workload_kind, s.namespace, s.name): s for s in services}
        self.by_any_kind = {(s.namespace, s.name): s for s in services}
        self.taken: set[str] = set()

    def find(self, owned: OwnedService, read_name: str) -> Service | None:
        """The service this workload is, each at most once per source.

        What is built from Podman's words may become another kind by an answer, so there the kind
        does not count.
        """
        service = self.by_identity.get(owned.identity) if owned.identity else None
        service = service or self.by_name.get((owned.kind, owned.namespace, read_name))
        if service is None and owned.objects[0].document == 0:
            service = self.by_any_kind.get((owned.namespace, read_name))
        if service is None or str(service.pk) in self.taken:
            return None
        self.taken.add(str(service.pk))
        return service

    def create(self, owned: OwnedService, read_name: str, actor: Actor) -> Service:
        """A new service in its first phase. Its key stays its own for ever."""
        key = service_key(owned, self.keys)
        self.keys.add(key)
        service = Service.objects.create(
            application=self.application,
            workload_kind=owned.kind,
            namespace=owned.namespace,
            name=read_name,
            identity=owned.identity[:500],
            key=key,
        )
        PhaseMove.objects.create(
            service=service, to=Phase.LOCAL.value, by=actor.user, by_name=actor.name
        )
        return service


def _update(service: Service, owned: OwnedService) -> None:
    """A newer source tells of the service: it is in use again, and what gates read may differ."""
    Service.objects.filter(pk=service.pk).update(
        archived=None,
        identity=owned.identity[:500] or service.identity,
        version=F("version") + 1,
    )
    service.refresh_from_db()


def _join(service: Service, source: Source, owned: OwnedService, read_name: str) -> None:
    rows = ServiceSource.objects.filter(service=service)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    ServiceSource.objects.create(
        service=service,
        source=source,
        number=last + 1,
        member_path=owned.objects[0].file,
        workload_kind=owned.kind,
        namespace=owned.namespace,
        read_name=read_name,
        object_name=owned.name,
    )
