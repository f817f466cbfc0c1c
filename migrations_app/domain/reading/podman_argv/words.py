"""The words of a command line told apart: options and their values, the image, its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from migrations_app.domain.reading.podman_argv.given import Given, Token
from migrations_app.domain.reading.podman_argv.table import (
    ALIASES,
    OPTIONS,
    SHORT,
    SHORT_OF_PODS,
    nearest,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GLOBAL_FLAGS = _words(
    """
    help noout remote syslog transient-store version debug tls tlsverify
    """
)
_GLOBAL_VALUES = _words(
    """
    cdi-spec-dir cgroup-manager config conmon connection context events-backend hooks-dir host
    identity imagestore log-level module namespace network-cmd-path network-config-dir out root
    runroot runtime runtime-flag ssh storage-driver storage-opt tls-ca tls-cert tls-key tmpdir
    url volumepath
    """
)
_GLOBAL_SHORT = {
    "c": "connection",
    "r": "remote",
    "v": "version",
    "h": "help",
    "H": "host",
    "D": "debug",
    "l": "log-level",
}
_FLAGS = frozenset(name for name, option in OPTIONS.items() if not option.takes_value)
_VALUES = frozenset(name for name, option in OPTIONS.items() if option.takes_value)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An option that is not known, the one that is nearest, and whether its value is missing."""

    token: Token
    nearest: str = ""
    value_missing: bool = False


@dataclass(slots=True)
class Options:
    """The options of a command, where they end, and what among them was not understood.

    ``spans`` says for each option which of the words it was made of.
    """

    given: list[Given] = field(default_factory=list)
    spans: list[range] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    unknown_spans: list[range] = field(default_factory=list)
    end: int = 0


@dataclass(frozen=True, slots=True)
class CreateCommand:
    """What a command line says. ``unknown`` is the word at which reading had to stop.

    ``image`` and ``arguments`` are filled in only if it was read to its end.
    """

    given: tuple[Given, ...] = ()
    image: str = ""
    image_index: int = -1
    arguments: tuple[str, ...] = ()
    unknown: str = ""

    @property
    def complete(self) -> bool:
        return not self.unknown

    def all(self, option: str) -> tuple[Given, ...]:
        return tuple(given for given in self.given if given.option == option)

    def last(self, option: str) -> Given | None:
        """The one that counts where an option was given several times."""
        found = self.all(option)
        return found[-1] if found else None

    def flag(self, option: str) -> bool | None:
        """A switch: on, off, or None if it was not given."""
        given = self.last(option)
        return None if given is None else given.on


def parse_create_command(argv: Sequence[str]) -> CreateCommand | None:
    """Read the command that made a container or a pod; None for any other command.

    An option that is not known might or might not take the next word as its value, so reading
    stops there and says so.
    """
    tokens = [Token(word) for word in argv]
    position, unknown = after_globals(tokens, 1)
    if unknown:
        return CreateCommand(unknown=unknown)
    verb, position = verb_at(tokens, position)
    if not verb:
        return None
    options = split(tokens, position, pod=verb == "pod create", strict=True)
    given = tuple(options.given)
    if options.unknown:
        return CreateCommand(given, unknown=options.unknown[0].token.text)
    if verb == "pod create":
        return CreateCommand(given)
    if options.end >= len(argv):
        return CreateCommand(given, unknown="the end")
    return CreateCommand(given, argv[options.end], options.end, tuple(argv[options.end + 1 :]))


def after_globals(tokens: Sequence[Token], start: int) -> tuple[int, str]:
    """Where the options of ``podman`` itself end, and the word that was not understood."""
    options = _Splitting(tokens, _GLOBAL_FLAGS, _GLOBAL_VALUES, _GLOBAL_SHORT, strict=True)
    found = options.run(start)
    return found.end, found.unknown[0].token.text if found.unknown else ""


def verb_at(tokens: Sequence[Token], position: int) -> tuple[str, int]:
    """``run``, ``create`` or ``pod create`` and where its own words begin; "" for any other."""
    words = [token.text for token in tokens[position : position + 2]]
    if words[:1] == ["container"] and words[1:] and words[1] in ("run", "create"):
        return words[1], position + 2
    if words[:1] in (["run"], ["create"]):
        return words[0], position + 1
    if words == ["pod", "create"]:
        return "pod create", position + 2
    return "", position


def split(tokens: Sequence[Token], start: int, *, pod: bool, strict: bool) -> Options:
    """The options of a command from ``start`` on.

    ``strict`` ends at the first option that is not known; else reading goes on behind it, as if it
    took a value where the one it is nearest to does.
    """
    short = SHORT_OF_PODS if pod else SHORT
    return _Splitting(tokens, _FLAGS, _VALUES, short, strict=strict).run(start)


@dataclass(slots=True)
class _Splitting:
    """Goes over the words once."""

    tokens: Sequence[Token]
    flags: frozenset[str]
    values: frozenset[str]
    short: Mapping[str, str]
    strict: bool
    found: Options = field(default_factory=Options)

    def run(self, position: int) -> Options:
        while position < len(self.tokens):
            word = self.tokens[position].text
            if word == "--":
                position += 1
                break
            if not word.startswith("-") or word == "-":
                break
            taken = self._take(position, self._pairs(word))
            if taken == 0:
                break
            position += taken
        self.found.end = position
        return self.found

    def _take(self, position: int, pairs: list[tuple[str, str | None]]) -> int:
        """How many words the options of one word took; 0 if reading has to stop."""
        for name, value in pairs:
            if name in self.flags:
                self._give(name, "true" if value is None else value, position, position)
            elif name not in self.values:
                return self._unknown(position, name, value)
            elif value is not None:
                self._give(name, value, position, position)
            elif position + 1 < len(self.tokens):
                self._give(name, self.tokens[position + 1].text, position, position + 1)
                return 2
            else:
                self._note(Unknown(self.tokens[position], name, value_missing=True), position, 1)
                return 0 if self.strict else 1
        return 1

    def _give(self, name: str, value: str, first: int, last: int) -> None:
        token = self.tokens[last]
        self.found.given.append(Given(name, value, last, token.place, token.secret))
        self.found.spans.append(range(first, last + 1))

    def _unknown(self, position: int, name: str, value: str | None) -> int:
        near = nearest(name.lstrip("-")) if name.lstrip("-") else ""
        length = 1
        if not self.strict and value is None and self._seems_to_take(position, near):
            length = 2
        self._note(Unknown(self.tokens[position], near), position, length)
        return 0 if self.strict else length

    def _seems_to_take(self, position: int, near: str) -> bool:
        """Whether the word behind an unknown option seems to be its value."""
        following = self.tokens[position + 1 : position + 3]
        if not following or following[0].text.startswith("-"):
            return False
        if near:
            return near in self.values
        return len(following) > 1 and following[1].text.startswith("-")

    def _note(self, unknown: Unknown, position: int, length: int) -> None:
        self.found.unknown.append(unknown)
        self.found.unknown_spans.append(range(position, position + length))

    def _pairs(self, word: str) -> list[tuple[str, str | None]]:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            return [(ALIASES.get(name, name), value if equals else None)]
        return self._cluster(word[1:])

    def _cluster(self, letters: str) -> list[tuple[str, str | None]]:
        """``-it``, ``-eA=1``, ``-p 80:80``: switches in a row, the last may take a value."""
        pairs: list[tuple[str, str | None]] = []
        while letters:
            name = self.short.get(letters[0], f"-{letters[0]}")
            letters = letters[1:]
            if name in self.flags and not letters.startswith("="):
                pairs.append((name, None))
            else:
                pairs.append((name, letters.removeprefix("=") if letters else None))
                break
        return pairs
