"""Loops over words that are known, written out; all others are read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from migrations_app.domain.reading.run_lines.expansion import TooLong, Variables
from migrations_app.domain.reading.run_lines.pieces import Command

_MOST_TURNS = 1000
_OPENS = frozenset({"for", "while", "until", "select"})


def unrolled(commands: Sequence[Command], variables: Variables) -> Iterator[Command]:
    """The commands in the order in which they would run, loops gone through word by word.

    The variable of a loop is set before each turn, so the commands have to be taken one by one.
    """
    index = 0
    while index < len(commands):
        command = commands[index]
        if not _is_loop(command):
            yield command
            index += 1
            continue
        end = _end(commands, index)
        body = [_without_do(item) for item in commands[index + 1 : end]]
        name = command.words[1].plain or ""
        words = command.words[3:]
        tokens, variables.origins[name] = variables.watched(partial(variables.tokens, words))
        turns = [token.text for token in tokens]
        for value in turns or [""]:
            variables.turns += 1
            if variables.turns > _MOST_TURNS:
                raise TooLong
            variables.values[name] = (value,)
            yield from unrolled(
                [item for item in body if item.words or item.assignments], variables
            )
        index = end + 1


def _is_loop(command: Command) -> bool:
    """``for NAME in WORDS``."""
    words = [word.plain for word in command.words[:3]]
    return len(words) == 3 and words[0] == "for" and words[2] == "in" and bool(words[1])


def _end(commands: Sequence[Command], start: int) -> int:
    """Where the ``done`` of a loop stands; the end of all where there is none."""
    depth = 0
    for index in range(start, len(commands)):
        first = commands[index].first
        if first == "do" and len(commands[index].words) > 1:
            first = commands[index].words[1].plain or ""
        if first in _OPENS:
            depth += 1
        elif first == "done":
            depth -= 1
            if depth == 0:
                return index
    return len(commands)


def _without_do(command: Command) -> Command:
    if command.first != "do":
        return command
    return replace(command, words=command.words[1:])
