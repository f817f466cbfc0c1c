"""The words of a command as Podman gets them: specifiers and variables put in by systemd."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrations_app.domain.bundle import Missing
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.quadlet.account import Account
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.units.specifiers import (
    OF_THE_MACHINE,
    UnitName,
    expand,
    specifiers_in,
)
from migrations_app.domain.reading.units.variables import read_environment, substitute
from migrations_app.domain.reading.units.words import ASSIGNMENTS
from migrations_app.domain.secrets import looks_secret

_SERVICE = "Service"
_FILE = msg("Its variables are put into the command line where that names them.")
_PUT_IN = msg("systemd puts the value into the command line, and so do we.")


@dataclass(frozen=True, slots=True)
class Expansion:
    """What systemd puts into the words of one unit, or of one instance of a template."""

    unit: QuadletUnit
    service: UnitName
    account: Account
    desk: Desk

    def text(self, text: str, place: Place) -> str:
        """A text with its specifiers expanded."""
        known = self.service.specifiers()
        for letter in specifiers_in(text):
            if letter not in known and letter in OF_THE_MACHINE:
                known[letter] = self._of_the_machine(letter, place)
        return expand(text, known).text

    def word(self, word: Argument) -> str:
        """A word as the command gets it."""
        return " ".join(found.text for found in self.words([word]))

    def words(self, words: Iterable[Argument]) -> list[Argument]:
        """Words as the command gets them: one may become none, or several."""
        values = self._environment()
        expanded: list[Argument] = []
        for word in words:
            self._settle(word.text)
            found = substitute(self.text(word.text, word.place), values)
            if found.unset:
                asked = {name: self._variable(name, word.place) for name in found.unset}
                found = substitute(self.text(word.text, word.place), {**values, **asked})
            expanded += [replace(word, text=text, secret=found.secret) for text in found.words]
        return expanded

    def _environment(self) -> dict[str, str]:
        """The variables that the service itself is given."""
        values = {"PODMAN_SYSTEMD_UNIT": self.service.full}
        for setting, word in self.unit.unit.each_word(_SERVICE, "Environment", ASSIGNMENTS):
            name, equals, value = self.text(word.text, setting.place).partition("=")
            if equals:
                values[name] = value
        for setting in self.unit.unit.all(_SERVICE, "EnvironmentFile"):
            path = self.text(setting.value, setting.place).removeprefix("-")
            text = self._beside(path)
            if text is not None:
                values |= read_environment(text)
                self.account.convert(setting.place, _FILE)
        return values

    def _beside(self, path: str) -> str | None:
        """A file by its path from the unit, or beside it where the path is one of the host."""
        for candidate in dict.fromkeys((path.lstrip("/"), posixpath.basename(path))):
            name = Desk.beside(self.unit.file, candidate)
            try:
                return decode(self.desk.read(name), name, self.desk.limits)
            except (Missing, UnreadableSource):
                continue
        return None

    def _settle(self, text: str) -> None:
        """Say of the variables of the service that a word uses where they went."""
        for setting, word in self.unit.unit.each_word(_SERVICE, "Environment", ASSIGNMENTS):
            name = word.text.partition("=")[0]
            if text == f"${name}" or f"${{{name}}}" in text:
                self.account.convert(setting.place, _PUT_IN)

    def _of_the_machine(self, letter: str, place: Place) -> str:
        what, usual = OF_THE_MACHINE[letter]
        return self.account.ask(
            Question(
                id=f"unit-specifier:{letter}",
                code="unit-specifier",
                text=msg(
                    "What is %(what)s, which units call %%%(letter)s?", what=what, letter=letter
                ),
                why=msg(
                    "Only the machine that runs the units knows. What is recommended holds for "
                    "units of the system; those of a user have their own."
                ),
                recommended=usual,
                place=place,
            )
        )

    def _variable(self, name: str, place: Place) -> str:
        """The value of a variable that nothing in the unit sets: given, or asked for."""
        value = self.desk.given.variables.get(name)
        if value is None:
            value = self._asked(name, place)
        self.account.variables[name] = MARKER if looks_secret(name, value) else value
        return value

    def _asked(self, name: str, place: Place) -> str:
        return self.account.ask(
            Question(
                id=f"unit-variable:{self.unit.name}:{name}",
                code="unit-variable",
                text=msg(
                    "What is the value of %(name)s, which %(unit)s uses?",
                    name=name,
                    unit=self.unit.name,
                ),
                why=msg(
                    "systemd puts it into the command line, and nothing sets it in the unit; "
                    "without a value it is empty. Write $$ for a dollar sign that the container "
                    "is to see."
                ),
                place=place,
            )
        )
