"""Profiles: services that compose starts only when asked to."""

from __future__ import annotations

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Choice, Question
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.site import Site

CODE = "profile"
_RENDER, _LEAVE = "render", "leave-out"
_ALL = "*"


def is_wanted(node: Node, given: tuple[str, ...], site: Site) -> bool:
    """Whether a service is rendered.

    Where profiles are given, as compose does: those of these profiles, and those of none. Where
    none is given, each profile is a question, and nothing is left out in silence.
    """
    listed = node.get("profiles")
    items = [item for item in (listed.items if listed is not None else ()) if item.value]
    if not items:
        return True
    names = {scalar_text(item.value): item for item in items}
    if given:
        wanted = _ALL in given or bool(set(given) & set(names))
    else:
        wanted = _RENDER in {_ask(name, item, site) for name, item in names.items()}
    if not wanted:
        site.account.settle(
            node,
            Outcome.DROPPED if given else Outcome.QUESTION,
            msg("Left out: its profile is switched off.")
            if given
            else msg("Left out: its profile is not wanted; see the question."),
        )
    return wanted


def _ask(name: str, node: Node, site: Site) -> str:
    return site.account.ask(
        Question(
            id=f"{CODE}:{site.project}:{name}",
            code=CODE,
            text=msg("Are the services of profile %(name)s rendered?", name=name),
            why=msg("Compose starts them only when the profile is switched on."),
            choices=(
                Choice(_RENDER, msg("Yes: they belong on the cluster")),
                Choice(_LEAVE, msg("No: they serve this machine only")),
            ),
            recommended=_RENDER,
            place=node.place,
        )
    )
