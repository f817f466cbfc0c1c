"""What a Containerfile says of the image that a service is built of: ports, user, health check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from migrations_app.domain.bundle import ImageFacts, Missing
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.names import to_label
from migrations_app.domain.places import Place
from migrations_app.domain.reading.containerfile.parsing import (
    Containerfile,
    Instruction,
    Stage,
    parse,
    substitute,
)
from migrations_app.domain.reading.containerfile.rules import judge, last_of, user_of
from migrations_app.domain.reading.inspect_rules import IMAGE
from migrations_app.domain.reading.podman_argv import values
from migrations_app.domain.reading.reading import Desk, Reading
from migrations_app.domain.spec import ContainerSpec, HealthCheck, Port, ServiceSpec

_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?", re.IGNORECASE)
_MOST_PORTS = 100
_LONGEST = 1024


@dataclass(slots=True)
class _Linked:
    desk: Desk
    parsed: dict[str, Containerfile | None] = field(default_factory=dict)
    judged: set[tuple[str, str]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    rows: list[LossRow] = field(default_factory=list)
    images: dict[str, ImageFacts] = field(default_factory=dict)
    ports: dict[str, tuple[str, ...]] = field(default_factory=dict)


def with_built_images(reading: Reading, desk: Desk) -> Reading:
    """The reading with what is known of images that are built from files in reach."""
    site = _Linked(desk)
    specs = tuple(_service(site, spec) for spec in reading.specs)
    if not site.parsed:
        return reading
    facts = reading.facts
    return replace(
        reading,
        specs=specs,
        findings=(*reading.findings, *site.findings),
        loss=(*reading.loss, *site.rows),
        facts=replace(
            facts,
            images={**site.images, **facts.images},
            image_ports={**site.ports, **facts.image_ports},
        ),
    )


def _service(site: _Linked, spec: ServiceSpec) -> ServiceSpec:
    if all(container.build is None for container in spec.containers):
        return spec
    return replace(spec, containers=tuple(_container(site, spec, c) for c in spec.containers))


def _container(site: _Linked, spec: ServiceSpec, container: ContainerSpec) -> ContainerSpec:
    build = container.build
    if build is None:
        return container
    known_files = (_parsed(site, file) for file in build.files)
    built = next((found for found in known_files if found is not None), None)
    stage = built.stage(build.target) if built is not None else None
    if built is None or stage is None:
        return container
    _judge(site, built, build.target)
    ports = tuple(_ports(built, stage))
    image = container.image or _placeholder(spec, container)
    user, check = user_of(built, stage), last_of(built, stage, "HEALTHCHECK")
    site.ports[image] = tuple(f"{port.container_port}/{port.protocol}" for port in ports)
    site.images[image] = ImageFacts(
        user=user.value if user is not None and "$" not in user.value else "",
        has_healthcheck=check is not None and check.words[:1] != ("NONE",),
    )
    known = {(port.container_port, port.protocol) for port in container.ports}
    more = [port for port in ports if (port.container_port, port.protocol) not in known]
    health = container.health or (_health(built, check) if check is not None else None)
    return replace(container, ports=(*container.ports, *more), health=health)


def _placeholder(spec: ServiceSpec, container: ContainerSpec) -> str:
    """How an image without a name is called in the manifest."""
    only = len(spec.containers) == 1
    return f"localhost/{to_label(spec.name if only else container.name)}:latest"


def _parsed(site: _Linked, file: str) -> Containerfile | None:
    if file not in site.parsed:
        try:
            text = site.desk.read(file).decode("utf-8", errors="replace")
        except Missing:
            site.parsed[file] = None
        else:
            built = parse(text, file)
            site.parsed[file] = None if built.problems else built
    return site.parsed[file]


def _judge(site: _Linked, built: Containerfile, target: str) -> None:
    """Findings once for each file and stage, however many services are built of it."""
    if (built.file, target) in site.judged:
        return
    if not any(file == built.file for file, _target in site.judged):
        place = built.place(1, "/FROM")
        site.rows.append(LossRow(built.file, Outcome.CONVERTED, "", IMAGE, place))
    site.judged.add((built.file, target))
    known = {finding.fingerprint for finding in site.findings}
    site.findings += [f for f in judge(built, target) if f.fingerprint not in known]


def _ports(built: Containerfile, stage: Stage) -> Iterator[Port]:
    values_of = _variables(built, stage)
    for item in (item for one in built.lineage(stage) for item in one.all("EXPOSE")):
        for word in substitute(item.value, values_of).split():
            match = _PORT.fullmatch(word)
            if match is None:
                continue
            first, last = int(match[1]), int(match[2] or match[1])
            if not 0 < first <= last < 2**16 or last - first >= _MOST_PORTS:
                continue
            place = built.place(item.line, f"/EXPOSE/{word.replace('/', '~1')}")
            for number in range(first, last + 1):
                yield Port(number, (match[3] or "tcp").lower(), places={"": place})


def _variables(built: Containerfile, stage: Stage) -> dict[str, str]:
    outer = {key: value for item in built.arguments for key, value in item.pairs}
    found: dict[str, str] = {}
    for item in (item for one in built.lineage(stage) for item in one.all("ARG", "ENV")):
        for key, value in item.pairs:
            made = substitute(value, found) if len(value) < _LONGEST else value
            # Values that double with each line are no value of a port, which is all we look for.
            found[key] = (made or outer.get(key, ""))[:_LONGEST]
    return found


def _health(built: Containerfile, item: Instruction) -> HealthCheck | None:
    """``HEALTHCHECK [--interval=…] CMD …`` in the terms of a container's own check."""
    word, _blank, rest = item.value.partition(" ")
    if word.upper() == "NONE":
        return None
    command = Instruction("CMD", rest.strip(), item.line)
    if word.upper() != "CMD" or not rest.strip():
        return None
    test = ("CMD", *command.words) if command.is_array else ("CMD-SHELL", command.value)
    place: Place = built.place(item.line, "/HEALTHCHECK")
    retries = values.number(item.flags.get("retries", ""))
    return HealthCheck(
        test=test,
        interval=_seconds(item, "interval") or 30.0,
        timeout=_seconds(item, "timeout") or 30.0,
        retries=retries or 3,
        start_period=_seconds(item, "start-period"),
        places={"": place},
    )


def _seconds(item: Instruction, flag: str) -> float | None:
    found = values.seconds(item.flags.get(flag, ""))
    return found if found is not None and found > 0 else None
