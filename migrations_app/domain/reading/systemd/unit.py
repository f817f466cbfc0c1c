"""One unit as its settings, its command lines in words, and what became of each setting."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from migrations_app.domain.bundle import Missing
from migrations_app.domain.errors import Problem
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.podman_argv import Token
from migrations_app.domain.reading.podman_argv.words import after_globals, verb_at
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.units.specifiers import (
    OF_THE_MACHINE,
    UnitName,
    expand,
    specifiers_in,
)
from migrations_app.domain.reading.units.unit_file import Setting, UnitFile
from migrations_app.domain.reading.units.variables import Substituted, substitute
from migrations_app.domain.reading.units.words import ASSIGNMENTS, COMMAND

_PREFIXES = "@-:+!|"
_RUNTIME_FOLDER = "t"
_MOST_TEXT = 4 * 1024 * 1024
_ENGINES = ("podman", "docker")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command of a unit, its specifiers and variables put in."""

    setting: Setting
    tokens: tuple[Token, ...]

    @property
    def engine(self) -> bool:
        return bool(self.tokens) and posixpath.basename(self.tokens[0].text) in _ENGINES

    @property
    def verb(self) -> tuple[str, ...]:
        """The words behind the program and its own options: ``("pod", "create")``.

        The command of ``podman generate systemd`` repeats what was said before the verb, such as
        ``--root``, and ``podman container run`` is the same as ``podman run``.
        """
        start, _unknown = after_globals(self.tokens, 1)
        verb, _rest = verb_at(self.tokens, start)
        if verb in ("run", "create"):
            return (verb,)
        words = [token.text for token in self.tokens[start:]]
        return tuple(word for word in words if not word.startswith("-"))[:2]


@dataclass(slots=True)
class Unit:
    """A service unit that is being read; ``rows`` are by path, so that each is told of once.

    ``taken`` are the paths of settings that went into a spec, of which building tells; ``in_force``
    the values of variables that the unit uses and does not set.
    """

    unit: UnitFile
    desk: Desk
    questions: dict[str, Question] = field(default_factory=dict)
    rows: dict[str, LossRow] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    in_force: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment["PODMAN_SYSTEMD_UNIT"] = self.name.full
        for setting in self.unit.all("Service", "EnvironmentFile"):
            self._environment_file(setting)
        for setting, word in self.unit.each_word("Service", "Environment", ASSIGNMENTS):
            key, equals, value = self.text(word.text, setting.place).partition("=")
            if equals:
                self.environment[key] = value

    @property
    def name(self) -> UnitName:
        return UnitName.of(self.unit.name)

    def take(self, place: Place) -> Place:
        """Note that a setting goes into a spec."""
        self.taken.add(place.path)
        return place

    def settle(self, place: Place, outcome: Outcome, reason: Message) -> None:
        """Say what became of a setting; what was said of it first stays."""
        path = place.object + place.path
        self.rows.setdefault(path, LossRow(path, outcome, "", reason, place))

    def last(self, section: str, key: str) -> Setting | None:
        return self.unit.last(section, key)

    def commands(self, *keys: str) -> Iterator[CommandLine]:
        """The command lines of some keys, in the order in which systemd runs them."""
        for key in keys:
            for setting in self.unit.all("Service", key):
                yield self._command(setting)

    def text(self, text: str, place: Place) -> str:
        """A text with its specifiers put in; those of the machine are asked about."""
        known = self.name.specifiers()
        for letter in specifiers_in(text):
            if letter not in known and letter in OF_THE_MACHINE:
                known[letter] = self._of_the_machine(letter, place)
        return expand(text, known).text

    def _command(self, setting: Setting) -> CommandLine:
        words = setting.words(COMMAND)
        if words.error is not None:
            place = setting.place_at(words.error)
            message = msg("A quote that opens here is never closed. Close it.")
            self.problems.append(Problem("cut_off", message, place))
            return CommandLine(setting, ())
        tokens: list[Token] = []
        written = 0
        for word in words.words:
            place = replace(setting.place_of(word), path="")
            found = self._words(word.text, setting.place_of(word))
            for text in found.words:
                written += len(text)
                shown = text.lstrip(_PREFIXES) if not tokens else text
                tokens.append(Token(shown, place, found.secret))
            if written > _MOST_TEXT:
                message = msg("Its variables come to more than can be read. Write them out.")
                self.problems.append(Problem("too_large", message, setting.place))
                return CommandLine(setting, ())
        return CommandLine(setting, tuple(tokens))

    def _words(self, text: str, place: Place) -> Substituted:
        expanded = self.text(text, place)
        found = substitute(expanded, self.environment)
        if not found.unset:
            return found
        asked = {name: self._variable(name, place) for name in found.unset}
        return substitute(expanded, {**self.environment, **asked})

    def _variable(self, name: str, place: Place) -> str:
        value = self.desk.given.variables.get(name)
        if value is None:
            value = self._ask_for(name, place)
        self.in_force[name] = value
        return value

    def _ask_for(self, name: str, place: Place) -> str:
        return self._ask(
            Question(
                id=f"variable:{self.unit.name}:{name}",
                code="variable",
                text=msg("Which value has the variable %(name)s?", name=name),
                why=msg("The unit uses it, and nothing in the unit sets it."),
                place=place,
            )
        )

    def _of_the_machine(self, letter: str, place: Place) -> str:
        what, usual = OF_THE_MACHINE[letter]
        if letter == _RUNTIME_FOLDER:
            return usual
        return self._ask(
            Question(
                id=f"unit-specifier:{letter}",
                code="unit-specifier",
                text=msg(
                    "What is %(what)s, which units call %%%(letter)s?", what=what, letter=letter
                ),
                why=msg("It depends on the host and its user, and the unit does not say it."),
                recommended=usual,
                place=place,
            )
        )

    def _ask(self, question: Question) -> str:
        answered = replace(question, answer=self.desk.given.answers.get(question.id))
        return self.questions.setdefault(question.id, answered).in_force

    def _environment_file(self, setting: Setting) -> None:
        """A file of variables for Podman itself; its own values come after those of Environment."""
        path = self.text(setting.value, setting.place).removeprefix("-")
        try:
            data = b"" if path.startswith("/") else self.desk.read(path)
        except Missing:
            data = b""
        for line in data.decode("utf-8", errors="replace").splitlines():
            key, equals, value = line.strip().partition("=")
            if equals and not key.startswith(("#", ";")):
                self.environment[key] = value.strip("'\"")
