"""What a service runs: command, working directory, environment."""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.reading.compose.dotenv import Lookup, Variable
from migrations_app.domain.reading.compose.fields import Fields
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.site import Site

_MISSING = msg("The file is not there; see the question, unless it may be missing.")
_SET_ONE_BY_ONE = msg("The variables of the file are set one by one.")


def read_process(fields: Fields) -> None:
    """Entry point and command; an empty entry point makes way for the command."""
    entry, command = _words(fields, "entrypoint"), _words(fields, "command")
    if entry is not None and not entry[0]:
        fields.account.drop(entry[1], msg("An empty entry point: the command runs by itself."))
        if command is not None and command[0]:
            fields.set("command", command[0], command[1])
            command = None
        entry = None
    if entry is not None:
        fields.set("command", *entry)
    if command is not None and command[0]:
        fields.set("args", *command)
    elif command is not None:
        fields.account.drop(command[1], msg("An empty command: the image decides."))
    fields.take_text("working_dir", "working_dir")


def _words(fields: Fields, key: str) -> tuple[tuple[str, ...], Node] | None:
    node = fields.has(key)
    if node is None or not node.is_list:
        return None
    return tuple(scalar_text(item.value) for item in node.items), node


def read_environment(fields: Fields, site: Site) -> None:
    """The variables of environment files, and those of the service on top of them."""
    own = dict(fields.entries("environment"))
    values: dict[str, str] = {}
    secret: set[str] = set()
    known = {name: node.value for name, node in own.items() if node.value is not None}

    def lookup(name: str) -> str | None:
        value = site.environment.lookup(name)
        return value if value is not None else known.get(name)

    for node in fields.mappings("env_file"):
        inner = fields.inner(node)
        path = inner.text("path")
        found = _file(path, node, site, lookup)
        if found is None:
            fields.account.settle(node, Outcome.QUESTION, _MISSING)
        else:
            fields.account.settle(node, Outcome.CONVERTED, _SET_ONE_BY_ONE)
        for name, variable in (found or {}).items():
            values[name] = variable.value
            place = site.shelf.place_of(path, name, variable.line)
            fields.places[f"environment/{name}"] = place
    for name, node in own.items():
        value = node.value if node.value is not None else _passed_on(name, node, site)
        if value is None:
            # As compose does: the name alone wins over a file that sets it.
            values.pop(name, None)
            fields.places.pop(f"environment/{name}", None)
            fields.account.settle(
                node,
                Outcome.QUESTION,
                msg("Taken from the environment, where it is not set; see the question."),
            )
            continue
        values[name] = scalar_text(value)
        if node.secret:
            secret.add(name)
        fields.places[f"environment/{name}"] = fields.account.take(node)
    if values:
        fields.values["environment"] = values
        fields.values["secret_variables"] = frozenset(secret)


def _file(path: str, node: Node, site: Site, lookup: Lookup) -> Mapping[str, Variable] | None:
    required = node.get("required")
    needed = required is None or scalar_text(required.value).lower() != "false"
    style = node.get("format")
    if style is not None and scalar_text(style.value) == "raw":
        return site.shelf.raw_variables(path, node, required=needed)
    return site.shelf.variables(path, node, lookup, required=needed)


def _passed_on(name: str, node: Node, site: Site) -> str | None:
    """The value of a variable that only has a name: it comes from the environment."""
    value = site.environment.lookup(name)
    if value is None or site.environment.known.get(name) is None:
        site.environment.ask(name, None, node)
    return value
