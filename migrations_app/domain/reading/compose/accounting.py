"""The last look at a project's files: a row for every value that nobody has spoken for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path
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
            outcome, reason = _why(leaf, account, only_extended=name in extended)
            if leaf.path not in told:
                told.add(leaf.path)
                place = leaf.place
                row = LossRow(place.object + place.path, outcome, "", reason, place)
                account.rows.append(row)


def _why(leaf: Node, account: Account, *, only_extended: bool) -> tuple[Outcome, Message]:
    """What became of a value that went into no spec."""
    spot = (leaf.file, leaf.path)
    if (winner := account.replaced.get(spot)) is not None:
        return Outcome.CONVERTED, msg(
            "Said again in %(file)s, line %(line)s, which counts.",
            file=winner.file,
            line=winner.line,
        )
    if spot in account.reset:
        return Outcome.CONVERTED, msg("Taken back by !reset.")
    if only_extended:
        return Outcome.CONVERTED, rules.ONLY_EXTENDED
    reason = rules.reason_for(leaf.path)
    if reason is None:
        reason = rules.UNSAID if leaf.value in (None, {}, []) else rules.UNKNOWN
    return Outcome.CONVERTED if reason.text in rules.HARMLESS else Outcome.DROPPED, reason
