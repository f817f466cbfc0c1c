"""Container units as services, each alone or as the container of a pod."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace

from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.podman_argv import Reach, RunReading, Token, read_run
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.command import IMAGE_ENDINGS, UNNAMED, Command
from migrations_app.domain.reading.quadlet.expansion import Expansion
from migrations_app.domain.reading.quadlet.kinds import UnitKind
from migrations_app.domain.reading.quadlet.limits import service_limits
from migrations_app.domain.reading.quadlet.site import container_name
from migrations_app.domain.reading.quadlet.surroundings import restart_fields
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.spec import ContainerSpec, ImageBuild, ServiceSpec

DESCRIPTION = "kubernetes.io/description"
_PULLED = msg("The image of the containers that name this unit.")


def tokens(words: Sequence[Argument], expansion: Expansion) -> list[Token]:
    """The words that somebody wrote: those of the generator say nothing about the service."""
    written = [word for word in words if not word.of_generator or word.text == UNNAMED]
    return [Token(word.text, word.place, word.secret) for word in expansion.words(written)]


def reach_of(desk: Desk) -> Reach:
    """What a command line leans on; its relative paths start from the top of the bundle."""
    return Reach(files=_Drawing(desk), answers=desk.given.answers)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The files of a desk, which remembers those that are read."""

    desk: Desk

    def names(self) -> tuple[str, ...]:
        return self.desk.files.names()

    def read(self, relative: str) -> bytes:
        return self.desk.read(relative)


def after(command: Command, *names: str) -> list[Argument]:
    """The words that follow the name of the command; those before are options of podman."""
    texts = [word.text for word in command.words]
    start = next(
        i for i in range(len(texts)) if tuple(texts[i : i + len(names)]) == names
        and command.words[i].of_generator
    )  # fmt: skip
    return command.words[start + len(names) :]


def read_service(command: Command, expansion: Expansion, desk: Desk) -> ServiceSpec:
    """The service of a container unit."""
    unit, account = command.unit, expansion.account
    _settle_readiness(unit, account)
    reading = read_run(_run_tokens(command, expansion), reach_of(desk))
    account.take(reading)
    name, place = service_name(unit, expansion)
    container = replace(_container(command, reading, expansion), name=name)
    spec = reading.service
    places = {**spec.places, "name": place}
    annotations = dict(spec.annotations)
    described(unit, expansion, annotations, places)
    aliases = spec.aliases
    given = expansion.word(Argument(container_name(unit), place))
    if spec.networks and given not in (name, *aliases):
        aliases = (*aliases, given)
    return replace(
        spec,
        name=name,
        containers=(container,),
        aliases=aliases,
        annotations=annotations,
        identity=f"systemd:{expansion.service.full}",
        file=unit.file,
        places=places,
    )


def _run_tokens(command: Command, expansion: Expansion) -> list[Token]:
    """The words of ``podman run``. Where options end is said outright: one that Podman does not
    know must not take the image for its value."""
    arguments = command.words[command.arguments :]
    options = after(command, "run")[: -len(arguments)]
    return [*tokens(options, expansion), Token("--"), *tokens(arguments, expansion)]


def _settle_readiness(unit: QuadletUnit, account: Account) -> None:
    """A unit that is up when it is healthy says the same as a readiness probe."""
    notify = unit.text("Notify")
    healthy = notify is not None and notify.text.lower() == "healthy"
    if notify is not None and healthy and unit.filled("HealthCmd") is not None:
        account.convert(notify.place, msg("The readiness probe waits for the same check."))


def service_name(unit: QuadletUnit, expansion: Expansion) -> tuple[str, Place]:
    """How a service is called: as its container is, or else as its unit, without ``systemd-``."""
    key = "PodName" if unit.kind is UnitKind.POD else "ContainerName"
    chosen = unit.filled(key)
    if chosen is not None:
        return expansion.word(chosen), chosen.place
    service = expansion.service
    stem = service.prefix if unit.kind is UnitKind.CONTAINER else unit.stem.partition("@")[0]
    return "-".join(part for part in (stem, service.instance) if part), unit.place


def described(
    unit: QuadletUnit, expansion: Expansion, annotations: dict[str, str], places: dict[str, Place]
) -> None:
    """The description of a unit is one for whoever looks at the workload."""
    about = unit.filled_in("Unit", "Description")
    if about is not None:
        annotations[DESCRIPTION] = expansion.text(about.text, about.place)
        places[f"annotations/{DESCRIPTION}"] = about.place


def _container(command: Command, reading: RunReading, expansion: Expansion) -> ContainerSpec:
    unit = command.unit
    container = reading.container
    restart = restart_fields(unit)
    if (group := unit.filled("Group")) is not None and unit.filled("User") is not None:
        expansion.account.convert(group.place, msg("Written behind the user."))
    limits = service_limits(unit, container.resources)
    container = replace(
        container,
        resources=limits,
        places={
            **{k: p for k, p in container.places.items() if k != "name"},
            **restart.places,
        },
    )
    if (policy := restart.policy()) is not None:
        container = replace(container, restart=policy)
    return _with_image_unit(command, container, expansion)


def _with_image_unit(
    command: Command, container: ContainerSpec, expansion: Expansion
) -> ContainerSpec:
    """What a unit that pulls or builds the image says of it."""
    unit, account = command.unit, expansion.account
    image = unit.filled("Image")
    if container.image == UNNAMED:
        said = {key: place for key, place in container.places.items() if image or key != "image"}
        return replace(container, image="", image_unnamed=True, places=said)
    if image is None or not image.text.endswith(IMAGE_ENDINGS):
        return container
    source = command.site.find(image.text, unit)
    if source is None:
        return container
    for found in (*source.all("Image"), *source.all("ImageTag")):
        account.convert(found.place, _PULLED)
    if source.kind is UnitKind.BUILD:
        return replace(container, build=_built_from(source))
    platform = [source.filled(key) for key in ("OS", "Arch", "Variant")]
    if source.kind is UnitKind.IMAGE and platform[1] is not None and not container.platform:
        words = [part.text if part else "" for part in platform]
        text = "/".join(word for word in (words[0] or "linux", *words[1:]) if word)
        places = {**container.places, "platform": platform[1].place}
        return replace(container, platform=text, places=places)
    return container


def _built_from(source: QuadletUnit) -> ImageBuild:
    """The Containerfile of a ``.build`` unit, where it is a file beside the units."""
    file, folder = source.filled("File"), source.filled("SetWorkingDirectory")
    target = source.filled("Target")
    place = folder.text if folder is not None and folder.text != "unit" else "."
    names = (file.text,) if file is not None else ("Containerfile", "Dockerfile")
    here = posixpath.dirname(source.unit.file)
    paths = (posixpath.normpath(posixpath.join(here, place, name)) for name in names)
    return ImageBuild(tuple(paths), target.text if target is not None else "")
