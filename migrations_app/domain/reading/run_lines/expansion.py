"""Variables in shell words: known ones replaced, all others asked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.podman_argv.given import Token
from migrations_app.domain.reading.run_lines.pieces import Broken, Kind, Piece, Word
from migrations_app.domain.reading.run_lines.shell import Lexer
from migrations_app.domain.reading.run_lines.verbs import located
from migrations_app.domain.secret_commands import command_with_markers
from migrations_app.domain.secrets import looks_secret

_HERE = frozenset({"pwd", "pwd -P", 'dirname "$0"', "dirname $0", 'dirname "${BASH_SOURCE[0]}"'})
_OPTIONAL = re.compile(r"OPT|ARG|FLAG|EXTRA|[@*]", re.IGNORECASE)
_IMAGE = re.compile(r"IMAGE|IMG", re.IGNORECASE)
_NAMED = re.compile(r"(?:^-e|^--\w+=|^)([A-Za-z_]\w*)=$")
"""``NAME=``, before the value that is put in: in ``-e NAME=$OTHER`` and the like."""
_PRINTED = re.compile(r"(\b(?:echo|printf)(?: +-\w+)* +)(?!-)(\"[^\"$]*\"|'[^']*'|[^\s|;&$]+)")
_MOST_DEPTH = 8
_MOST_TEXT = 4 * 1024 * 1024


Expanded = TypeVar("Expanded")


class TooLong(Exception):
    """The variables of a script, put in for one another, come to more text than anybody means."""


@dataclass(slots=True)
class Variables:
    """What is known of the variables of one script while it is read.

    ``turns`` counts those of loops, ``written`` the characters that were put in for variables:
    both are bounded, since a few lines can ask for more than fits into any memory.

    ``origins`` are the questions behind the value of a variable, ``needed`` those that something
    made of the script depends on: nobody is asked about anything else.
    """

    file: str
    scope: str
    given: Mapping[str, str]
    answers: Mapping[str, str]
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    in_force: dict[str, str] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    on_command: Callable[[str, int], str | None] = lambda _text, _line: None
    origins: dict[str, frozenset[str]] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    depth: int = 0
    turns: int = 0
    written: int = 0
    _behind: set[str] = field(default_factory=set)
    _secret: bool = False
    _about: str = ""

    def watched(self, expand: Callable[[], Expanded]) -> tuple[Expanded, frozenset[str]]:
        """What words come to, and the questions behind it."""
        outer, self._behind = self._behind, set()
        try:
            expanded = expand()
            return expanded, frozenset(self._behind)
        finally:
            self._behind = outer | self._behind

    def asked(self) -> list[Question]:
        """The questions that an answer would change something for."""
        return [question for key, question in self.questions.items() if key in self.needed]

    def tokens(self, words: Sequence[Word]) -> list[Token]:
        """Words as a command gets them: expanded, split, and those that are empty left out."""
        made: list[Token] = []
        for index, word in enumerate(words):
            place = Place(self.file, word.line, word.column)
            following = words[index + 1].plain if index + 1 < len(words) else ""
            self._secret = False
            named = _NAMED.search(word.pieces[0].text) if word.pieces else None
            self._about = named[1] if named else ""
            fields = self._fields(word, following or "")
            made += [Token(text, place, self._secret) for text in fields]
        return made

    def text(self, word: Word, about: str = "") -> str:
        """A word as the value of a variable: expanded and not split. ``about`` is its name."""
        outer, self._about = self._about, about or self._about
        try:
            return "".join(" ".join(self._values(piece)) for piece in word.pieces)
        finally:
            self._about = outer

    def _fields(self, word: Word, following: str) -> list[str]:
        if self._vanishes(word, following):
            return []
        fields = [""]
        for piece in word.pieces:
            values = self._values(piece)
            if piece.kind is not Kind.TEXT and (not piece.quoted or _is_list(piece)):
                if not piece.quoted:
                    values = tuple(part for value in values for part in value.split())
                if not values:
                    continue
                fields[-1] += values[0]
                fields.extend(values[1:])
            else:
                fields[-1] += " ".join(values)
        if fields == [""] and word.pieces and all(_is_list(piece) for piece in word.pieces):
            return []
        return fields

    def _vanishes(self, word: Word, following: str) -> bool:
        """Whether a word that is one unquoted variable without value is no word at all.

        The shell leaves all of them out. One that nobody knows may as well be the image, which is
        worth more as an empty word than a command that lost it.
        """
        if len(word.pieces) != 1:
            return False
        [piece] = word.pieces
        if piece.kind is not Kind.VARIABLE or piece.quoted or "".join(self._values(piece)).strip():
            return False
        known = piece.text in self.values and not self.origins.get(piece.text)
        if known or _OPTIONAL.search(piece.text):
            return True
        return following.startswith("-") and not _IMAGE.search(piece.text)

    def _values(self, piece: Piece) -> tuple[str, ...]:
        if piece.kind is Kind.TEXT:
            return (piece.text,)
        if piece.kind is Kind.COMMAND:
            return (self._output(piece),)
        values = self._variable(piece)
        self._secret |= looks_secret(piece.text.partition("[")[0], " ".join(values))
        self.written += sum(map(len, values)) + len(values)
        if self.written > _MOST_TEXT:
            raise TooLong
        return values

    def _variable(self, piece: Piece) -> tuple[str, ...]:
        name = piece.text.partition("[")[0]
        self._behind |= self.origins.get(name, frozenset())
        if piece.operator == "unknown":
            return (self._ask(piece.text, "", piece),)
        if name == "PWD":
            return (".",)
        known = self.values.get(name)
        if known is None and name in self.given:
            known = (self.given[name],)
            self.in_force[name] = self.given[name]
        is_set = known is not None and (piece.operator not in "-=" or any(known))
        if piece.operator == "+":
            return (self._operand(piece),) if known else ("",)
        if known is not None and is_set:
            return known
        default = self._operand(piece) if piece.operator in ("-", "=") else ""
        if known is not None and not piece.operator:
            return known
        return (self._ask(name, default, piece),)

    def _operand(self, piece: Piece) -> str:
        if self.depth >= _MOST_DEPTH:
            return piece.operand
        self.depth += 1
        try:
            lexer = Lexer(f'"{piece.operand}"' if '"' not in piece.operand else piece.operand)
            command = lexer.command()
        except Broken:
            return piece.operand
        else:
            return " ".join(self.text(word) for word in command.words) if command else ""
        finally:
            self.depth -= 1

    def _output(self, piece: Piece) -> str:
        text = " ".join(piece.text.split())
        if text in _HERE or (text.startswith("cd ") and text.endswith("pwd")):
            return "."
        if engine := located(text):
            return engine
        made = self.on_command(piece.text, piece.line)
        if made is not None:
            return made
        text = command_with_markers(text, MARKER)
        if self._is_secret_place():
            text = _PRINTED.sub(rf"\1{MARKER}", text)
        return self._put(
            "command-output",
            text,
            "",
            msg("What does the command %(command)s print?", command=text),
            msg("Nothing is executed while a script is read, so its output is not known."),
            piece,
        )

    def _is_secret_place(self) -> bool:
        """Whether what is put in becomes the value of something that is called secret."""
        return looks_secret(self._about, "x-y-z")

    def _ask(self, name: str, default: str, piece: Piece) -> str:
        value = self._put(
            "variable",
            name,
            default,
            msg("Which value has the variable %(name)s?", name=name),
            msg("The script uses it and does not set it before; the environment is never asked."),
            piece,
        )
        self.in_force[name] = value
        return value

    def _put(
        self, code: str, about: str, default: str, text: Message, why: Message, piece: Piece
    ) -> str:
        identity = f"{code}:{self.scope}:{about}"
        question = Question(
            identity,
            code,
            text,
            why,
            recommended=default,
            answer=self.answers.get(identity),
            place=Place(self.file, piece.line, piece.column, self.file, f"/{code}/{about}"),
            secret=self._is_secret_place(),
        )
        self.questions.setdefault(identity, question)
        self._behind.add(identity)
        return question.in_force


def _is_list(piece: Piece) -> bool:
    return piece.kind is Kind.VARIABLE and (piece.text == "@" or piece.text.endswith("[@]"))
