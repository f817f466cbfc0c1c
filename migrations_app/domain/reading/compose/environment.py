"""The variables of a project: what was given, what ``.env`` holds, and what must be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Severity
from migrations_app.domain.manifests.secret_markers import MARKER
from migrations_app.domain.messages import msg
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.reading.compose.variables import BadTemplate, names_in, substitute
from migrations_app.domain.secrets import looks_secret

CODE = "variable"


@dataclass(frozen=True, slots=True)
class Environment:
    """``known`` are the variables with a value, the given ones before those of ``.env``."""

    known: Mapping[str, str]
    account: Account

    def lookup(self, name: str) -> str | None:
        """The value of a variable: known, or answered. What was looked up was of use."""
        value = self.known.get(name)
        if value is None:
            value = self.account.answers.get(self.question_id(name))
        if value is not None:
            self.note(name, value)
        return value

    def note(self, name: str, value: str, *, secret: bool = False) -> None:
        """Remember a variable that the project asks for; a secret value by its marker."""
        if secret:
            self.account.secret_names.add(name)
            self.account.variables.pop(name, None)
        shown = MARKER if secret or looks_secret(name, value) else value
        self.account.variables.setdefault(name, shown)

    def with_more(self, more: Mapping[str, str]) -> Environment:
        """The same with variables that count where nothing else is known."""
        return replace(self, known={**more, **self.known})

    def written_out(self, default: str | None) -> str | None:
        """A default with the variables in it written out."""
        try:
            return None if default is None else substitute(default, self.lookup)
        except BadTemplate:
            return None

    def question_id(self, name: str) -> str:
        return f"{CODE}:{self.account.project}:{name}"

    def ask(self, name: str, default: str | None, node: Node, *, secret: bool = False) -> None:
        """Ask for a variable that nobody has set. ``secret``: a secret is made of its value."""
        if self.known.get(name) is not None:
            return
        if default is None:
            why = msg("The file reads it from the environment, where it is not set.")
        elif default and (secret or looks_secret(name, default)):
            why = msg("The file has a value for want of one, which looks secret and is not shown.")
            default = None
        else:
            why = msg("The file reads it from the environment, and has a value for want of one.")
        self.account.ask(
            Question(
                id=self.question_id(name),
                code=CODE,
                text=msg("What is the value of variable %(name)s?", name=name),
                why=why,
                recommended=default or "",
                place=node.place,
                secret=secret,
            )
        )


def interpolate(
    node: Node, environment: Environment, keys: tuple[str, ...] = (), *, quiet: bool = False
) -> Node:
    """All texts below a node with their variables written out; ``keys`` lead to it in the model.

    ``quiet``: what follows is nothing that a manifest is made of, so its variables are not asked
    for.

    Raises:
        UnreadableSource: ``${`` that starts no variable.
    """
    if isinstance(node.value, dict):
        return replace(
            node,
            value={
                key: interpolate(
                    item, environment, (*keys, key), quiet=quiet or _is_quiet((*keys, key))
                )
                for key, item in node.value.items()
            },
        )
    if isinstance(node.value, list):
        return replace(
            node, value=[interpolate(item, environment, keys, quiet=quiet) for item in node.value]
        )
    if not isinstance(node.value, str) or "$" not in node.value:
        return node
    _note_variables(node, environment, keys[-1:], quiet=quiet)
    try:
        text = substitute(
            node.value,
            environment.lookup,
            lambda name, reason: _required(name, reason, node, environment),
        )
    except BadTemplate as error:
        problem = Problem("compose_variable", error.message, node.place)
        raise UnreadableSource(msg("%(file)s cannot be read.", file=node.file), [problem]) from None
    return replace(node, value=text, secret=_holds_secret_variable(node.value, text, environment))


def _holds_secret_variable(written: str, text: str, environment: Environment) -> bool:
    """Whether the value of a variable whose name says that it is secret was put in."""
    for name, default in names_in(written).items():
        value = environment.lookup(name) or environment.written_out(default) or ""
        if value and value in text and looks_secret(name, value):
            return True
    return False


_QUIET = frozenset({"build", "develop", "logging"})


def _is_quiet(keys: tuple[str, ...]) -> bool:
    if len(keys) == 1:
        return keys[0].startswith("x-") or keys[0] == "networks"
    return len(keys) == 3 and keys[0] == "services" and keys[2] in _QUIET


def _note_variables(
    node: Node, environment: Environment, keys: tuple[str, ...], *, quiet: bool
) -> None:
    """``keys``: what the text goes by. The value of a password is one in whichever variable."""
    under = (*keys, node.value.partition("=")[0])
    for name, default in names_in(node.value).items():
        recommended = environment.written_out(default)
        value = environment.lookup(name) or recommended or ""
        secret = any(looks_secret(key, value) for key in under) or (
            default is not None and _holds_secret_variable(default, value, environment)
        )
        if not quiet:
            environment.ask(name, recommended, node, secret=secret)
        environment.note(name, value, secret=secret)


def _required(name: str, reason: str, node: Node, environment: Environment) -> str:
    environment.account.find(
        "CAP-07",
        Severity.HIGH,
        node,
        msg(
            "Variable %(name)s must be set: %(reason)s.",
            name=name,
            reason=reason.rstrip(".") or "-",
        ),
        msg("Compose does not start the project without it; here it is empty for now."),
        msg("Answer the question, or give the variable."),
        subject=name,
    )
    return ""
