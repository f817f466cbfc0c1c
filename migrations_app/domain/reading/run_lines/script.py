"""One script as it is gone through: variables set, commands read, all other lines noted."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from migrations_app.domain.bundle import Missing
from migrations_app.domain.errors import Problem
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.reading.podman_argv import Reach, Token
from migrations_app.domain.reading.podman_argv.read import read_pod_create, read_run
from migrations_app.domain.reading.podman_argv.words import after_globals, split, verb_at
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.run_lines.expansion import Variables
from migrations_app.domain.reading.run_lines.loops import unrolled
from migrations_app.domain.reading.run_lines.made import Called, Made
from migrations_app.domain.reading.run_lines.pieces import Assignment, Broken, Command, Kind, Word
from migrations_app.domain.reading.run_lines.shell import Lexer
from migrations_app.domain.reading.run_lines.verbs import (
    ENGINES,
    KEYWORDS,
    SHELL_ALONE,
    VERBS,
    engine_at,
    located,
)

NOT_UNDERSTOOD = msg("This line was not understood; what it does for the containers is not known.")
_NOT_FOLLOWED = msg("Conditions are not followed; the commands within are read as if they held.")
_SET = msg("Set for the commands that follow, which use its value.")
_FED = msg(
    "What this line writes to the standard input of the container is not in a manifest: a pod gets "
    "no input. Give it as a file or as part of the command."
)
_MAKING = frozenset({("secret", "create"), ("volume", "create"), ("network", "connect")})
_MOST_DEPTH = 8


@dataclass(slots=True)
class Script:
    """What was read so far."""

    file: str
    scope: str
    desk: Desk
    folder: str = field(init=False)
    variables: Variables = field(init=False)
    made: list[Made] = field(default_factory=list)
    volumes: list[Called] = field(default_factory=list)
    connected: list[Called] = field(default_factory=list)
    rows: list[LossRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _names: set[str] = field(default_factory=set)
    _taken: set[tuple[str, bool]] = field(default_factory=set)
    _numbers: Counter[str] = field(default_factory=Counter)
    _depth: int = 0

    def __post_init__(self) -> None:
        self.return_home()
        self.variables = Variables(
            self.file,
            self.scope,
            self.desk.given.variables,
            self.desk.given.answers,
            on_command=self._within,
        )

    def return_home(self) -> None:
        """Relative paths start from the folder of the file again."""
        self.folder = posixpath.dirname(self.file)

    def run(self, commands: Sequence[Command]) -> None:
        """Go through commands in order; loops over words that are known are gone through each."""
        for command in unrolled(commands, self.variables):
            self._command(command)

    def not_understood(self, line: int, text: str) -> None:
        first = (text.split() or ["?"])[0]
        self.settle(Place(self.file, line, 1), first, Outcome.DROPPED, NOT_UNDERSTOOD)

    def settle(self, place: Place, word: str, outcome: Outcome, reason: Message) -> None:
        """Say what became of a command that makes nothing."""
        word = word if word.replace("-", "").replace("_", "").replace(" ", "").isalnum() else "line"
        self._counts[word] += 1
        path = pointer((word, str(self._counts[word])))
        place = replace(place, object=self.file, path=path)
        self.rows.append(LossRow(self.file + path, outcome, "", reason, place))

    def _command(self, command: Command) -> None:
        place = Place(self.file, command.line, command.column)
        if command.first in KEYWORDS:
            self.settle(place, command.first, Outcome.DROPPED, _NOT_FOLLOWED)
            if command.first not in ("if", "elif", "while", "until"):
                return
            command = replace(command, words=command.words[1:])
        for item in command.assignments:
            self._assign(item)
        if not command.words:
            if command.assignments:
                self.settle(place, command.assignments[0].name, Outcome.CONVERTED, _SET)
            return
        at = engine_at([self._shown(word) for word in command.words])
        if at >= 0:
            words = command.words[at + 1 :]
            tokens, behind = self.variables.watched(partial(self.variables.tokens, words))
            made = len(self.made)
            self._engine([Token("podman", place), *tokens], place, behind)
            if command.is_fed and any(one.reads_input for one in self.made[made:]):
                self.settle(place, "input", Outcome.DROPPED, _FED)
        else:
            self._other(command, place)

    def _shown(self, word: Word) -> str:
        """A word as text; of one that is a variable or a command, the engine that it names."""
        pieces = [piece for piece in word.pieces if piece.kind is not Kind.TEXT or piece.text]
        if word.plain is not None or len(pieces) != 1:
            return word.plain or ""
        [piece] = pieces
        if piece.kind is Kind.COMMAND:
            return located(piece.text)
        known = self.variables.values.get(piece.text) or (piece.operand,)
        last = (" ".join(known).split() or [""])[-1]
        return last if last.rpartition("/")[2] in ENGINES else ""

    def _assign(self, item: Assignment) -> None:
        def expanded() -> tuple[str, ...]:
            if item.is_array:
                return tuple(token.text for token in self.variables.tokens(item.words))
            return tuple(self.variables.text(word, item.name) for word in item.words)

        values, behind = self.variables.watched(expanded)
        before = self.variables.values.get(item.name, ()) if item.adds else ()
        if item.adds:
            behind |= self.variables.origins.get(item.name, frozenset())
            values = (*before, *values) if item.is_array else ("".join((*before, *values)),)
        self._set(item.name, values, behind)

    def _set(self, name: str, values: tuple[str, ...], behind: frozenset[str]) -> None:
        self.variables.values[name] = values
        self.variables.origins[name] = behind

    def _other(self, command: Command, place: Place) -> None:
        word = command.first
        if word in ("export", "readonly", "local", "declare", "typeset"):
            self._exported(command, place)
        elif word == "cd":
            self._moved(command, place)
        elif word in SHELL_ALONE:
            self.settle(place, word, Outcome.CONVERTED, SHELL_ALONE[word])
        elif word in ("then", "do", "else", "{", "!"):
            self._command(replace(command, words=command.words[1:], assignments=()))
        else:
            self.settle(place, word or "line", Outcome.DROPPED, NOT_UNDERSTOOD)

    def _exported(self, command: Command, place: Place) -> None:
        for word in command.words[1:]:
            text, behind = self.variables.watched(partial(self.variables.text, word))
            name, equals, value = text.partition("=")
            if equals and name.isidentifier():
                self._set(name, (value,), behind)
        self.settle(place, command.first, Outcome.CONVERTED, _SET)

    def _moved(self, command: Command, place: Place) -> None:
        """``cd``: relative paths start from there, if it stays within the bundle."""
        target = "~"
        if len(command.words) > 1:
            word = command.words[1]
            target, behind = self.variables.watched(partial(self.variables.text, word))
            self.variables.needed |= behind
        if target.startswith(("/", "~", "-")) or not target:
            reason = msg("Relative paths after this start from a folder that is not in reach.")
            self.settle(place, "cd", Outcome.DROPPED, reason)
            return
        self.folder = posixpath.normpath(posixpath.join(self.folder, target))
        self.settle(place, "cd", Outcome.CONVERTED, _SET)

    def _within(self, text: str, line: int) -> str | None:
        """``$(podman run -d …)``: what is made within counts; its output is the name."""
        if self._depth >= _MOST_DEPTH:
            return None
        try:
            command = Lexer(text, line).command()
        except Broken:
            return None
        if command is None or engine_at([word.plain or "" for word in command.words]) < 0:
            return None
        before = len(self.made)
        self._depth += 1
        self._command(command)
        self._depth -= 1
        return self.made[-1].name if len(self.made) > before else None

    def _engine(self, tokens: list[Token], place: Place, behind: frozenset[str]) -> None:
        position, unknown = after_globals(tokens, 1)
        if unknown:
            self.settle(place, "podman", Outcome.DROPPED, NOT_UNDERSTOOD)
            return
        verb, start = verb_at(tokens, position)
        words = [token.text for token in tokens[position : position + 2]]
        if verb or tuple(words) in _MAKING:
            self.variables.needed |= behind
        if verb:
            self._make(tokens[start:], place, is_pod=verb == "pod create")
            return
        if words == ["secret", "create"]:
            self._secret(tokens[position + 2 :])
        if words == ["volume", "create"]:
            self.volumes.append(Called(tuple(tokens[position + 2 :])))
        elif words == ["network", "connect"]:
            self.connected.append(Called(tuple(tokens[position + 2 :])))
        else:
            self._verb(words, place)

    def _secret(self, tokens: list[Token]) -> None:
        """``podman secret create NAME FILE``: the file is a secret, and its value not taken."""
        positional = [token.text for token in tokens if not token.text.startswith("-")]
        path = positional[-1] if len(positional) > 1 else ""
        if path and not path.startswith(("/", "~")):
            with suppress(Missing):
                self.desk.read_secret(posixpath.normpath(posixpath.join(self.folder, path)))

    def _verb(self, words: list[str], place: Place) -> None:
        first = words[0] if words else ""
        known = VERBS.get(first)
        if words == ["generate", "kube"]:
            known = (False, msg("It writes what the containers are; the commands say it better."))
        if known is None:
            self.settle(place, "podman", Outcome.DROPPED, NOT_UNDERSTOOD)
            return
        lost, reason = known
        outcome = Outcome.DROPPED if lost else Outcome.CONVERTED
        self.settle(place, f"podman {first}", outcome, reason)

    def _make(self, tokens: list[Token], place: Place, *, is_pod: bool) -> None:
        name = self._name(tokens, is_pod=is_pod)
        kind = "pod" if is_pod else "run"
        if (name, is_pod) in self._taken:
            reason = msg("%(name)s is made once already in this file; the first one counts.")
            self.settle(place, f"podman {kind}", Outcome.DROPPED, reason.about(name=name))
            return
        label = f"{self.file} {kind} {name}"
        labelled = [replace(t, place=replace(t.place, object=label)) for t in tokens]
        known = {key: "".join(value) for key, value in self.variables.values.items()}
        reach = Reach.of(self.desk, self.folder, self.scope)
        reach = replace(reach, variables={**reach.variables, **known})
        reading = (read_pod_create if is_pod else read_run)(labelled, reach)
        if reading.problems:
            self.problems += [
                replace(p, place=p.place if p.place.file else place) for p in reading.problems
            ]
            return
        for variable in reading.variables:
            self.variables.needed |= self.variables.origins.get(variable, frozenset())
        self.made.append(Made(name, reading, is_pod))
        self._names.add(name)
        self._taken.add((name, is_pod))

    def _name(self, tokens: list[Token], *, is_pod: bool) -> str:
        """The name given, else one made of the image; numbered where it is taken."""
        options = split(tokens, 0, pod=is_pod, strict=False)
        names = [given.value for given in options.given if given.option == "name"]
        rest = tokens[options.end].text if options.end < len(tokens) else ""
        if is_pod and rest:
            names.append(rest)
        if names and names[-1]:
            return names[-1]
        stem = "pod" if is_pod else _stem(rest)
        name = stem
        while name in self._names:
            self._numbers[stem] += 1
            name = f"{stem}-{self._numbers[stem] + 1}"
        return name


def _stem(image: str) -> str:
    """``registry.example.com/shop/api:1.2`` is called ``api``."""
    last = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return last or "container"


def scope_of(file: str) -> str:
    """How questions of a script call it: its file name without the ending."""
    return posixpath.splitext(posixpath.basename(file))[0] or file
