"""What was asked for by hand and had nothing to act on, most likely a slip of the pen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.engine import Made, Options
from migrations_app.domain.manifests.resources import containers
from migrations_app.domain.messages import Message, listed, msg
from migrations_app.domain.names import to_label


def unused(made: Made, options: Options) -> tuple[Message, ...]:
    """A sentence for each image, parameter and answer that changed nothing for want of its name."""
    declared = [name for layer in options.layers for name in layer.parameters]
    declared += made.facts.variables
    asked = [question.id for question in made.questions]
    return (
        *unused_images(made.objects, options.images),
        *(
            msg(
                "No preset and no source has a parameter %(name)s. There are: %(known)s.",
                name=name,
                known=known,
            )
            for name, known in _not_among(options.parameters, declared)
        ),
        *(_unasked(name, known, made) for name, known in _not_among(options.answers, asked)),
    )


def out_of_scope(options: Options) -> tuple[Message, ...]:
    """A sentence for each preset of another environment than the one that is rendered.

    A preset that is named applies whatever its scope; that may be a slip, so it is told.
    """
    return tuple(
        msg(
            "Preset %(name)s is for environment %(theirs)s, and applied to %(ours)s because it was "
            "named.",
            name=layer.name,
            theirs=layer.environment,
            ours=options.environment,
        )
        for layer in options.layers
        if options.environment and layer.environment not in ("", options.environment)
    )


def _unasked(name: str, known: str, made: Made) -> Message:
    """What an answer found no question for; a preset may answer by code, a person by id."""
    meant = [question.id for question in made.questions if question.code == name]
    if not meant:
        return msg("No question has the id %(name)s. There are: %(known)s.", name=name, known=known)
    return msg(
        "No question has the id %(name)s: it is the code of %(meant)s. Answer by these ids, or by "
        "the code under answers of a preset.",
        name=name,
        meant=listed(meant),
    )


def unused_images(objects: Iterable[SourceObject], images: Iterable[str]) -> tuple[Message, ...]:
    """A sentence for each container that was to get an image and is not among the objects."""
    named = [
        str(container.get("name")) for item in objects for _path, container in containers(item.body)
    ]
    return tuple(
        msg("No container is called %(name)s. There are: %(known)s.", name=name, known=known)
        for name, known in _not_among(images, named, to_label)
    )


def _not_among(
    given: Iterable[str], known: Sequence[str], otherwise: Callable[[str], str] = str
) -> Iterator[tuple[str, str]]:
    shown = ", ".join(dict.fromkeys(known)) or "-"
    for name in given:
        if name not in known and otherwise(name) not in known:
            yield name, shown
