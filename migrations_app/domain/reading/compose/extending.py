"""``extends``: a service that builds on another one, of the same file or of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.merging import merge
from migrations_app.domain.reading.compose.nodes import Node, scalar_text

BaseOf = Callable[[str, Node], dict[str, Node] | None]
"""A path and the node that names it → the services of that file, None if it is out of reach."""

_MOST_BASES = 64
"""How many services may build on one another: nobody means more, and each is a step deeper."""

_EXTENDED = msg("What the service takes over is listed where it stands.")


def extend(services: Node, base_of: BaseOf, account: Account) -> Node:
    """All services of a file with what they extend below them.

    Raises:
        UnreadableSource: a service extends itself.
    """
    known = dict(services.fields)
    for name in list(known):
        known[name] = _extended(name, known, base_of, account, ())
    return replace(services, value=known)


def _extended(
    name: str,
    known: dict[str, Node],
    base_of: BaseOf,
    account: Account,
    chain: tuple[tuple[str, str], ...],
) -> Node:
    service = known[name]
    extends = service.get("extends")
    if extends is None or extends.value is None:
        return service
    if (service.file, name) in chain:
        raise UnreadableSource(
            msg("%(file)s cannot be read.", file=service.file),
            [
                Problem(
                    "compose_cycle",
                    msg("Service %(name)s extends itself.", name=name),
                    extends.place,
                )
            ],
        )
    if len(chain) >= _MOST_BASES:
        raise UnreadableSource(
            msg("%(file)s cannot be read.", file=service.file),
            [
                Problem(
                    "compose_extends_deep",
                    msg(
                        "More than %(limit)s services extend one another. Let them extend one.",
                        limit=_MOST_BASES,
                    ),
                    extends.place,
                )
            ],
        )
    account.settle(extends, Outcome.CONVERTED, _EXTENDED)
    named = extends.get("service") if extends.is_mapping else extends
    reference = scalar_text(named.value) if named is not None else ""
    file = extends.get("file") if extends.is_mapping else None
    services: dict[str, Node] | None = known
    if file is not None and file.value is not None:
        services = base_of(scalar_text(file.value), file)
    base: Node | None = None
    if services is not None and reference in services:
        base = _extended(reference, services, base_of, account, (*chain, (service.file, name)))
    elif services is not None:
        account.trouble(
            extends,
            msg("There is no service %(name)s to extend.", name=reference or "-"),
            msg("Name a service that the file defines."),
        )
    own = replace(
        service, value={key: item for key, item in service.fields.items() if key != "extends"}
    )
    made = merge(base.clone(), own, account, ("services", name)) if base is not None else own
    made = replace(made, line=service.line, column=service.column, path=service.path)
    made = replace(made, file=service.file)
    known[name] = made
    return made
