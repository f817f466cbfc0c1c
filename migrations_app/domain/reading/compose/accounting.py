"""The last look at a project's files: a row for every value that nobody has spoken for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path, pointer
from migrations_app.domain.reading.compose import rules
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.nodes import Node, leaves


def account_for(trees: Mapping[str, Node], only_extended: Iterable[str], account: Account) -> None:
    """Rows for what went into no spec and was not settled, of all files of a project."""
    extended = frozenset(only_extended)
    for name, tree in trees.items():
        known = {path for file, path in account.taken | account.settled if file == name}
        told: set[Path] = set()
        for leaf in leaves(tree):
            if not leaf.path or any(leaf.path[:n] in known for n in range(1, len(leaf.path) + 1)):
                continue
            path, reason = _why(leaf, account, only_extended=name in extended)
            if path not in told:
                told.add(path)
                account.rows.append(_row(leaf, path, reason))


def _why(leaf: Node, account: Account, *, only_extended: bool) -> tuple[Path, Message]:
    """Why a value stays behind, and for which path that holds."""
    spot = (leaf.file, leaf.path)
    if (winner := account.replaced.get(spot)) is not None:
        return leaf.path, msg(
            "Said again in %(file)s, line %(line)s, which counts.",
            file=winner.file,
            line=winner.line,
        )
    if spot in account.reset:
        return leaf.path, msg("Taken back by !reset.")
    if only_extended:
        return leaf.path, rules.ONLY_EXTENDED
    if (found := rules.reason_for(leaf.path)) is not None:
        return leaf.path, found[1]
    if leaf.value in (None, {}, []):
        return leaf.path, rules.UNSAID
    return leaf.path, rules.UNKNOWN


def _row(leaf: Node, path: Path, reason: Message) -> LossRow:
    place = leaf.place
    return LossRow(place.object + pointer(path), Outcome.DROPPED, "", reason, place)


def unknown_fields(trees: Mapping[str, Node], account: Account) -> list[Node]:
    """The values that the report calls not understood."""
    paths = {row.path for row in account.rows if row.reason == rules.UNKNOWN}
    return [
        leaf
        for tree in trees.values()
        for leaf in leaves(tree)
        if leaf.place.object + leaf.place.path in paths
    ]
