"""The containers and pods of one script as services."""

from __future__ import annotations

from dataclasses import replace

from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.reading.podman_argv import RunReading, Token, key_values
from migrations_app.domain.reading.podman_argv.services import (
    alone,
    in_a_pod,
    with_volumes_from,
)
from migrations_app.domain.reading.reading import Reading
from migrations_app.domain.reading.run_lines.made import Called, Made
from migrations_app.domain.reading.run_lines.script import Script
from migrations_app.domain.spec import Condition, ContainerSpec, Dependency, ServiceSpec, VolumeSpec

_TOGETHER = msg("The containers of a pod are started together.")
_UNKNOWN = msg("No container of this name is made in the same file.")
_NETWORK = msg(
    "Podman's network; all pods of a cluster share one, and only policies keep them apart: "
    "the preset section network makes them of it."
)


def assemble(script: Script) -> Reading:
    """Pods with their containers, containers alone, and volumes that are made by name."""
    rows = list(script.rows)
    volumes = {volume.name: volume for volume in _volumes(script, rows)}
    pods = {made.name: made.reading for made in script.made if made.is_pod}
    runs = [_named(made) for made in script.made if not made.is_pod]
    containers = {made.name: made.reading.container for made in runs}
    runs = [replace(made, reading=_borrowed(made, containers, rows)) for made in runs]
    specs: list[ServiceSpec] = []
    homes: dict[str, str] = {}
    for name in dict.fromkeys((*pods, *(made.reading.pod for made in runs if made.reading.pod))):
        members = [made for made in runs if made.reading.pod == name]
        homes |= {made.name: name for made in members}
        if members:
            readings = [made.reading for made in members]
            spec, more = in_a_pod(name, pods.get(name), readings, volumes)
            specs.append(spec)
            rows += more
        else:
            rows += _of_an_empty_pod(pods[name])
    for made in runs:
        if not made.reading.pod:
            homes[made.name] = made.name
            specs.append(alone(made.reading, volumes))
    specs = _with_dependencies(specs, runs, homes, rows)
    specs = _connected(script, specs, homes, rows)
    specs += _unused(volumes, specs)
    readings = [made.reading for made in script.made]
    return Reading(
        specs=tuple(replace(spec, file=script.file) for spec in specs),
        findings=tuple(finding for reading in readings for finding in reading.findings),
        loss=(*(row for reading in readings for row in reading.loss), *rows),
        questions=tuple(question for reading in readings for question in reading.questions),
    )


def _named(made: Made) -> Made:
    """A container under the name it goes by, whether it was given or made of its image."""
    container = replace(made.reading.container, name=made.name)
    service = replace(made.reading.service, name=made.name, containers=(container,))
    return replace(made, reading=replace(made.reading, container=container, service=service))


def _borrowed(made: Made, containers: dict[str, ContainerSpec], rows: list[LossRow]) -> RunReading:
    """``--volumes-from``: the mounts of another container of the file."""
    container = made.reading.container
    for given in made.reading.volumes_from:
        name, _colon, options = given.value.partition(":")
        other = containers.get(name)
        if other is None or name == made.name:
            rows.append(_row(given.place, Outcome.DROPPED, _UNKNOWN))
            continue
        more = with_volumes_from(container, other, given.place, options)
        if more == container:
            reason = msg("That container mounts nothing that this one could mount as well.")
            rows.append(_row(given.place, Outcome.CONVERTED, reason))
        container = more
    service = replace(made.reading.service, containers=(container,))
    return replace(made.reading, container=container, service=service)


def _row(place: Place, outcome: Outcome, reason: Message) -> LossRow:
    return LossRow(place.object + place.path, outcome, "", reason, place)


def _of_an_empty_pod(pod: RunReading) -> list[LossRow]:
    reason = msg("No container of the file is in this pod, so nothing could be made of it.")
    told = {row.path for row in pod.loss}
    places = {given.place.path: given.place for given in pod.given}
    places |= {place.path: place for place in pod.service.places.values()}
    rows = [_row(place, Outcome.DROPPED, reason) for place in places.values()]
    return [row for row in rows if row.path not in told]


def _with_dependencies(
    specs: list[ServiceSpec], runs: list[Made], homes: dict[str, str], rows: list[LossRow]
) -> list[ServiceSpec]:
    """``--requires``: the services that must have been started before."""
    found: dict[str, list[Dependency]] = {}
    for made in runs:
        home = homes[made.name]
        for given in made.reading.requires:
            targets = [homes.get(name, "") for name in given.value.split(",")]
            others = [target for target in targets if target not in ("", home)]
            found.setdefault(home, []).extend(
                Dependency(name, Condition.STARTED, places={"": given.place}) for name in others
            )
            if not others:
                known = any(targets)
                outcome = Outcome.CONVERTED if known else Outcome.DROPPED
                rows.append(_row(given.place, outcome, _TOGETHER if known else _UNKNOWN))
    return [replace(spec, depends_on=tuple(found.get(spec.name, ()))) for spec in specs]


def _connected(
    script: Script, specs: list[ServiceSpec], homes: dict[str, str], rows: list[LossRow]
) -> list[ServiceSpec]:
    """``podman network connect --alias A NETWORK CONTAINER``: names and networks that are added."""
    by_name = {spec.name: spec for spec in specs}
    for number, called in enumerate(script.connected, start=1):
        positional, options = _split(called)
        place = _place(script, called, "network connect", number)
        spec = by_name.get(homes.get(positional[1], "")) if len(positional) == 2 else None
        if spec is None:
            rows.append(_row(place, Outcome.DROPPED, _UNKNOWN))
            continue
        aliases = [value for name, value in options if name == "--alias"]
        key = f"aliases/{aliases[0]}" if aliases else f"networks/{positional[0]}"
        by_name[spec.name] = replace(
            spec,
            networks=tuple(dict.fromkeys((*spec.networks, positional[0]))),
            aliases=tuple(dict.fromkeys((*spec.aliases, *aliases))),
            places={**spec.places, key: place},
        )
    return [by_name[spec.name] for spec in specs]


def _volumes(script: Script, rows: list[LossRow]) -> list[VolumeSpec]:
    """``podman volume create``: a driver, options and labels for a volume of that name."""
    found: list[VolumeSpec] = []
    for number, called in enumerate(script.volumes, start=1):
        positional, options = _split(called)
        place = _place(script, called, "volume create", number)
        if not positional:
            reason = msg("A volume without a name belongs to no container.")
            rows.append(_row(place, Outcome.DROPPED, reason))
            continue
        driver = next((v for name, v in options if name in ("--driver", "-d")), "local")
        said = [key_values(v) for name, v in options if name in ("--opt", "-o")]
        labels = [key_values(v) for name, v in options if name in ("--label", "-l")]
        found.append(
            VolumeSpec(
                positional[0],
                driver=driver,
                options={k: v for pairs in said for k, v in pairs.items()},
                labels={k: v for pairs in labels for k, v in pairs.items()},
                places={"name": place},
            )
        )
    return found


def _split(called: Called) -> tuple[list[str], list[tuple[str, str]]]:
    """Words on their own, and options with their values (switches have none)."""
    positional: list[str] = []
    options: list[tuple[str, str]] = []
    words = [token.text for token in called.words]
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            positional.append(word)
        elif equals and word.startswith("--"):
            options.append((name, value))
        elif word in ("--ignore", "--force", "-f"):
            options.append((word, ""))
        elif words:
            options.append((word, words.pop(0)))
    return positional, options


def _place(script: Script, called: Called, what: str, number: int) -> Place:
    first = called.words[0] if called.words else Token("", Place(script.file))
    path = pointer((f"podman {what}", str(number)))
    return replace(first.place, object=script.file, path=path)


def _unused(volumes: dict[str, VolumeSpec], specs: list[ServiceSpec]) -> list[ServiceSpec]:
    """Volumes that no container of the file mounts: a claim stands for each."""
    used = {volume.name for spec in specs for volume in spec.volumes}
    return [
        ServiceSpec(name, (), volumes=(volume,), places=volume.places)
        for name, volume in volumes.items()
        if name not in used
    ]
