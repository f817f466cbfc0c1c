"""The environment that somebody names."""

from __future__ import annotations

from migrations_app.domain.errors import InvalidInput, Problem
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.models import Application, Environment


def named_environment(application: Application, name: str, at: str = "/environment") -> Environment:
    """The environment of this name; ``at`` is where a request names it.

    Raises:
        InvalidInput: the application has none of this name.
    """
    known = {row.name: row for row in Environment.objects.filter(application=application)}
    if name not in known:
        told = msg(
            "%(slug)s has no environment %(name)s. It has %(known)s.",
            slug=application.slug,
            name=name,
            known=", ".join(known),
        )
        raise InvalidInput(told, [Problem("unknown_environment", told, Place(path=at))])
    return known[name]
