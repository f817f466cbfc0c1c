"""Files that a compose file refers to: read where they are within reach, asked for where not."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from migrations_app.domain.bundle import Missing
from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.findings import Severity
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.dotenv import BadLine, Lookup, Variable, read_env_file
from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.reading import Desk

CODE = "missing-file"
_VARIABLES = msg("It holds variables of the service, which goes without them for now.")
_REMOTE = ("https://", "http://", "git://", "ssh://", "git@", "oci://", "github.com/")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files within reach of one project; paths are relative to its ``folder``."""

    desk: Desk
    folder: str
    account: Account

    @property
    def limits(self) -> Limits:
        return self.desk.limits

    def name_of(self, path: str) -> str:
        """How a file is called that the project knows by a path."""
        return posixpath.normpath(posixpath.join(self.folder, path))

    def peek(self, path: str, *, secret: bool = False) -> str | None:
        """The text of a file, None if it is out of reach or no text.

        What is within reach is for the desk to say. ``secret``: it is shown nowhere.
        """
        if not is_relative(path):
            return None
        name = self.name_of(path)
        try:
            data = self.desk.read_secret(name) if secret else self.desk.read(name)
            return decode(data, name, self.desk.limits)
        except (Missing, UnreadableSource):
            return None

    def text(self, path: str, node: Node, what: Message, *, required: bool = True) -> str | None:
        """The text of a file that the project cannot do without: read, or answered, or None."""
        text = self.peek(path)
        if text is not None or not required:
            return text
        answer = self.account.ask(
            Question(
                id=f"{CODE}:{self.account.project}:{path}",
                code=CODE,
                text=msg("%(file)s cannot be read. What does it say?", file=path),
                why=what,
                place=node.place,
            )
        )
        if not answer:
            self.account.find(
                "CAP-07",
                Severity.HIGH,
                node,
                msg("%(file)s is not among the files.", file=path),
                what,
                msg("Give the file with the others, or answer the question with its content."),
                subject=path,
            )
        return answer or None

    def variables(
        self, path: str, node: Node, lookup: Lookup, *, required: bool
    ) -> Mapping[str, Variable] | None:
        """The variables of an environment file, none if it cannot be read; None without one."""
        text = self.text(path, node, _VARIABLES, required=required)
        if text is None:
            return None
        try:
            return read_env_file(text, lookup)
        except BadLine as error:
            self._bad_line(path, node, error)
            return {}

    def _bad_line(self, path: str, node: Node, error: BadLine) -> None:
        self.account.find(
            "CAP-07",
            Severity.HIGH,
            node,
            msg(
                "%(file)s cannot be read at line %(line)s: %(problem)s",
                file=path,
                line=error.line,
                problem=error.message,
            ),
            msg("Compose refuses such a file; its variables are left out here."),
            msg("Mend the line."),
            subject=path,
        )

    def raw_variables(
        self, path: str, node: Node, *, required: bool
    ) -> Mapping[str, Variable] | None:
        """The variables of a file of the format ``raw``: nothing in it means anything else."""
        text = self.text(path, node, _VARIABLES, required=required)
        if text is None:
            return None
        found: dict[str, Variable] = {}
        for number, line in enumerate(text.splitlines(), 1):
            name, separator, value = line.lstrip().partition("=")
            if separator and not name.startswith("#"):
                found[name] = Variable(value, number)
        return found

    def place_of(self, path: str, variable: str, line: int) -> Place:
        """Where a variable of an environment file stands."""
        name = self.name_of(path)
        return Place(name, line, 1, name, pointer((variable,)))


def is_relative(path: str) -> bool:
    """Whether a path leads to a file beside the project, and not to the host or the network."""
    return bool(path) and not path.startswith(("/", "~", "\\", *_REMOTE)) and "\0" not in path


def is_remote(path: str) -> bool:
    """Whether a path leads into the network."""
    return path.startswith(_REMOTE) or "://" in path
