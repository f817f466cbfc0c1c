"""Compose files as services: read as compose-go reads them, fragments and old versions as well.

``docs/inputs/compose.md`` says what becomes of each field, and where we differ on purpose.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from migrations_app.domain.bundle import Facts
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import msg
from migrations_app.domain.names import unique
from migrations_app.domain.places import Place
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.accounting import account_for
from migrations_app.domain.reading.compose.defaults import with_defaults
from migrations_app.domain.reading.compose.ending import meant_to_end
from migrations_app.domain.reading.compose.environment import Environment
from migrations_app.domain.reading.compose.hooks import inherited
from migrations_app.domain.reading.compose.jobs import read_job
from migrations_app.domain.reading.compose.loading import Loader
from migrations_app.domain.reading.compose.networks import settle_networks
from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.reading.compose.parsing import Parser
from migrations_app.domain.reading.compose.pods import together as in_pods
from migrations_app.domain.reading.compose.profiles import is_wanted
from migrations_app.domain.reading.compose.projects import (
    Files,
    declared_name,
    project_name,
    projects,
)
from migrations_app.domain.reading.compose.references import Shelf
from migrations_app.domain.reading.compose.services import read_service
from migrations_app.domain.reading.compose.site import Site
from migrations_app.domain.reading.compose.volumes import given_name, unused_volumes
from migrations_app.domain.reading.file_names import as_stored
from migrations_app.domain.reading.peer_ports import with_peer_ports
from migrations_app.domain.reading.reading import Desk, Reading, TextMember, together
from migrations_app.domain.spec import ServiceSpec


def read_compose(members: Sequence[TextMember], desk: Desk) -> Reading:
    """All compose projects of a bundle."""
    names, parser = _Names(), Parser(desk.limits)
    readings = [_read_project(files, desk, names, parser) for files in projects(members, parser)]
    return together(readings) if readings else Reading()


@dataclass(slots=True)
class _Names:
    """The names that the projects of a bundle have taken so far.

    projects: name → the first file, as its source has it: an earlier state of the same file is the
              same project, and has the same volumes.
    volumes:  name → the project that claims it.
    """

    projects: dict[str, str] = field(default_factory=dict)
    services: set[str] = field(default_factory=set)
    volumes: dict[str, str] = field(default_factory=dict)

    def take(self, project: str, file: str, specs: Sequence[ServiceSpec]) -> None:
        self.projects.setdefault(project, as_stored(file))
        self.services |= {spec.name for spec in specs if spec.containers}
        for volume in (volume for spec in specs for volume in spec.volumes):
            self.volumes.setdefault(volume.name, project)

    def of_other_files(self, file: str) -> frozenset[str]:
        """The projects that are no earlier or later state of a file."""
        mine = as_stored(file)
        return frozenset(name for name, first in self.projects.items() if first != mine)

    def claimed_beside(self, project: str) -> frozenset[str]:
        """The volumes of all other projects."""
        return frozenset(name for name, owner in self.volumes.items() if owner != project)


def resolved(
    files: Files, desk: Desk, parser: Parser, taken: Collection[str] = ()
) -> tuple[Node, Loader, Environment]:
    """The one model that the files of a project say together, as compose resolves it.

    ``taken`` are names of other projects: two of one name would be taken for one.

    Raises:
        UnreadableSource: one of its files cannot be read.
    """
    first = files.members[0]
    tree = next(iter(parser.trees(first.name, first.text)), None)
    account = Account("", desk.given.answers, secret_names=desk.secret_names)
    shelf = Shelf(desk, files.folder, account)
    known = _known(shelf, desk, first.name)
    name = project_name(files, known, declared_name(tree) if tree else None)
    account.project = unique(name, taken, first.name)
    known["COMPOSE_PROJECT_NAME"] = account.project
    environment = Environment(known, account)
    for steering in ("COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES"):
        if steering in desk.given.variables:
            environment.note(steering, desk.given.variables[steering])
    loader = Loader(shelf, first.name, parser)
    model = loader.load([(member.name, member.text) for member in files.members], environment)
    _note_secrets(model, account)
    return _with_hooks(with_defaults(model, account)), loader, environment


def _note_secrets(model: Node, account: Account) -> None:
    """The variables that secrets are, also where no service that can be read takes them."""
    secrets = model.get("secrets")
    for definition in secrets.fields.values() if secrets is not None else ():
        variable = definition.get("environment")
        if variable is not None and isinstance(variable.value, str):
            account.secret_names.add(variable.value)


def _with_hooks(model: Node) -> Node:
    services = model.get("services")
    if services is None:
        return model
    made = {key: inherited(item) for key, item in services.fields.items()}
    return replace(model, value={**model.fields, "services": replace(services, value=made)})


def _known(shelf: Shelf, desk: Desk, member: str) -> dict[str, str]:
    """The given variables, and below them those of ``.env`` beside the first file."""
    given = dict(desk.given.variables)
    found = shelf.variables(".env", Node(None, member, 1, 1, ()), given.get, required=False)
    return {**{name: variable.value for name, variable in (found or {}).items()}, **given}


def _read_project(files: Files, desk: Desk, names: _Names, parser: Parser) -> Reading:
    try:
        model, loader, environment = resolved(
            files, desk, parser, names.of_other_files(files.members[0].name)
        )
    except UnreadableSource as error:
        return Reading(problems=tuple(_of_member(p, files) for p in error.problems))
    account = loader.shelf.account
    taken, claimed = frozenset(names.services), names.claimed_beside(account.project)

    def service_name(key: str) -> str:
        return f"{account.project}-{key}" if key in taken else key

    def volume_name(key: str) -> str:
        name = given_name(model.get("volumes", key), key)
        return f"{account.project}_{key}" if name == key and key in claimed else name

    volumes = model.get("volumes")
    site = Site(
        account.project,
        model,
        account,
        environment,
        loader.shelf,
        service_name,
        volume_name,
        {volume_name(key): key for key in (volumes.fields if volumes is not None else {})},
    )
    specs = _services(site, desk)
    specs += unused_volumes(specs, site)
    if not any(spec.containers for spec in specs):
        _tell_of_no_service(site)
    settle_networks(site)
    names.take(account.project, files.members[0].name, specs)
    account_for(loader.trees, loader.only_extended, account)
    problems = tuple(_of_member(problem, files) for problem in account.problems)
    if problems:
        return Reading(problems=problems)
    return Reading(
        specs=tuple(specs),
        findings=tuple(account.findings.values()),
        loss=tuple(account.rows),
        questions=tuple(account.questions.values()),
        facts=Facts(variables=account.variables),
    )


def _services(site: Site, desk: Desk) -> list[ServiceSpec]:
    section = site.model.get("services")
    specs: dict[str, ServiceSpec] = {}
    for key, node in section.fields.items() if section is not None else ():
        if node.get("provider") is None and is_wanted(node, _profiles(site, desk), site):
            specs[key] = read_service(key, node, site)
    account = site.account
    joined = meant_to_end([*in_pods(specs, site), *_jobs(site, desk)])
    return with_peer_ports(joined, account.ask, account.refuse_answer)


def _jobs(site: Site, desk: Desk) -> list[ServiceSpec]:
    section = site.model.get("jobs")
    wanted = [
        (key, node)
        for key, node in (section.fields.items() if section is not None else ())
        if is_wanted(node, _profiles(site, desk), site)
    ]
    return [spec for key, node in wanted if (spec := read_job(key, node, site)) is not None]


def _profiles(site: Site, desk: Desk) -> tuple[str, ...]:
    """The profiles that were given, else those that ``COMPOSE_PROFILES`` names."""
    named = site.environment.known.get("COMPOSE_PROFILES", "")
    return desk.given.profiles or tuple(filter(None, (part.strip() for part in named.split(","))))


def _tell_of_no_service(site: Site) -> None:
    site.account.find(
        "CAP-01",
        Severity.LOW,
        site.model,
        msg("The project has no service, so there is no workload to make."),
        msg("Networks, volumes and the like serve the services that use them."),
        msg("Add the file that defines the services, or switch on the profile they belong to."),
    )


def _of_member(problem: Problem, files: Files) -> Problem:
    """The problem at a place in one of the project's own files, which are what is refused."""
    names = {posixpath.normpath(member.name) for member in files.members}
    if posixpath.normpath(problem.place.file) in names:
        return problem
    return replace(problem, place=Place(files.members[0].name))
