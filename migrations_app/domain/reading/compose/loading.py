"""From the files of a project to one model: includes, extensions and overrides put together.

In the order of compose: variables, then what a file includes, then what its services extend, then
the file on top of the one before it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NoReturn

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.compose.canonical import SECTIONS, canonical
from migrations_app.domain.reading.compose.environment import Environment, interpolate
from migrations_app.domain.reading.compose.extending import extend
from migrations_app.domain.reading.compose.merging import merge, without_tags
from migrations_app.domain.reading.compose.nodes import Node, plain, scalar_text
from migrations_app.domain.reading.compose.parsing import Parser
from migrations_app.domain.reading.compose.rebasing import rebase
from migrations_app.domain.reading.compose.references import Shelf, is_remote

_TOP = frozenset({"version", "name", "include", *SECTIONS})
_NOT_THERE = msg("The file is not there; see the question.")
_INCLUDED = msg("What the file brings is listed with that file.")


@dataclass(slots=True)
class Loader:
    """Loads one project. ``trees`` are its files as they were read, each with its variables in.

    ``only_extended`` are the files that nobody reads whole.
    """

    shelf: Shelf
    root: str
    parser: Parser
    trees: dict[str, Node] = field(default_factory=dict)
    only_extended: set[str] = field(default_factory=set)

    def load(self, members: Sequence[tuple[str, str]], environment: Environment) -> Node:
        """The model of some files (names and texts), each on top of the one before it.

        Raises:
            UnreadableSource: one of them is no compose file.
        """
        model: Node | None = None
        for name, text in members:
            over = self.file(name, text, environment, "", (name,))
            model = over if model is None else merge(model, over, self.shelf.account)
        if model is None:
            raise ValueError("no files")
        return without_tags(model, self.shelf.account)

    def file(
        self, name: str, text: str, environment: Environment, folder: str, chain: tuple[str, ...]
    ) -> Node:
        """One file with what it includes and extends; its paths made relative to the project."""
        model = rebase(self.raw(name, text, environment), folder)
        model = self._with_includes(model, environment, folder, chain)
        return self._with_extensions(model, environment)

    def raw(self, name: str, text: str, environment: Environment) -> Node:
        """One file by itself, in long forms."""
        account = self.shelf.account
        model: Node | None = None
        for node in self.parser.trees(name, text):
            if not node.is_mapping:
                _refuse(node, "compose_shape", msg("A compose file is a mapping at its top."))
            tree = interpolate(_with_services(node), environment)
            self.trees.setdefault(name, tree)
            made = canonical(tree, account)
            model = made if model is None else merge(model, made, account)
        if model is None:
            model = Node({}, name, 1, 1, ())
        return model

    def _with_includes(
        self, model: Node, environment: Environment, folder: str, chain: tuple[str, ...]
    ) -> Node:
        include = model.get("include")
        if include is None:
            return model
        fields = {key: item for key, item in model.fields.items() if key != "include"}
        model = replace(model, value=fields)
        account = self.shelf.account
        if not include.is_list:
            account.trouble(include, msg("include is a list of files."))
            return model
        for entry in include.items:
            imported = self._included(entry, environment, folder, chain)
            if imported is None:
                account.settle(entry, Outcome.QUESTION, _NOT_THERE)
            else:
                account.settle(entry, Outcome.CONVERTED, _INCLUDED)
                model = self._import(imported, model)
        return model

    def _included(
        self, entry: Node, environment: Environment, folder: str, chain: tuple[str, ...]
    ) -> Node | None:
        paths = _paths(entry.get("path") if entry.is_mapping else entry)
        own = entry.get("project_directory")
        directory = ""
        if own is not None:
            directory = posixpath.normpath(posixpath.join(folder, scalar_text(own.value)))
        elif paths:
            directory = posixpath.dirname(posixpath.join(folder, scalar_text(paths[0].value)))
        inner = environment.with_more(self._env_files(entry, environment, folder, directory))
        model: Node | None = None
        for node in paths:
            path = scalar_text(node.value)
            if not is_remote(path):
                path = posixpath.normpath(posixpath.join(folder, path))
            name = self.shelf.name_of(path)
            if name in chain:
                _refuse(node, "compose_cycle", msg("%(file)s includes itself.", file=name))
            text = self._text(path, node, msg("The services it defines are missing for now."))
            if text is None:
                continue
            with _blamed_on(self.root, node):
                over = self.file(name, text, inner, directory, (*chain, name))
            model = over if model is None else merge(model, over, self.shelf.account)
        return without_tags(model, self.shelf.account) if model is not None else None

    def _env_files(
        self, entry: Node, environment: Environment, folder: str, directory: str
    ) -> dict[str, str]:
        named = _paths(entry.get("env_file"))
        known: dict[str, str] = {}
        if not named:
            files = [(posixpath.join(directory, ".env"), entry, False)]
        else:
            files = [
                (posixpath.normpath(posixpath.join(folder, scalar_text(node.value))), node, True)
                for node in named
                if node.value != "/dev/null"
            ]
        for path, node, required in files:
            both = {**known, **environment.known}
            found = self.shelf.variables(path, node, both.get, required=required)
            known |= {name: variable.value for name, variable in (found or {}).items()}
        return known

    def _import(self, imported: Node, model: Node) -> Node:
        """What an included file defines, below what this one says of the same names."""
        fields = dict(model.fields)
        for section in SECTIONS:
            theirs, ours = imported.get(section), fields.get(section)
            if theirs is None:
                continue
            if ours is None:
                fields[section] = theirs
                continue
            made = dict(ours.fields)
            for name, item in theirs.fields.items():
                known = made.get(name)
                if known is None or plain(known) == plain(item):
                    made[name] = item
                else:
                    made[name] = merge(item, known, self.shelf.account, (section, name))
            fields[section] = replace(ours, value=made)
        return replace(model, value=fields)

    def _with_extensions(self, model: Node, environment: Environment) -> Node:
        services = model.get("services")
        if services is None:
            return model

        def base_of(path: str, node: Node) -> dict[str, Node] | None:
            whole = path if is_remote(path) else posixpath.normpath(path)
            return self._base(whole, node, environment)

        extended = extend(services, base_of, self.shelf.account)
        return replace(model, value={**model.fields, "services": extended})

    def _base(self, path: str, node: Node, environment: Environment) -> dict[str, Node] | None:
        """The services of a file that others extend; None if it cannot be had."""
        text = self._text(path, node, msg("What the service takes from it is missing for now."))
        if text is None:
            return None
        name = self.shelf.name_of(path)
        if name not in self.trees:
            self.only_extended.add(name)
        with _blamed_on(self.root, node):
            model = rebase(self.raw(name, text, environment), posixpath.dirname(path))
        services = model.get("services")
        return dict(services.fields) if services is not None else {}

    def _text(self, path: str, node: Node, what: Message) -> str | None:
        if is_remote(path):
            self.shelf.account.trouble(
                node,
                msg("%(path)s lies in the network, where nothing is read from.", path=path),
                msg("Fetch the file, and refer to it by a path."),
            )
            return None
        return self.shelf.text(path, node, what)


@contextmanager
def _blamed_on(root: str, node: Node) -> Iterator[None]:
    """A file that cannot be read is a problem of the member that refers to it."""
    try:
        yield
    except UnreadableSource as error:
        raise UnreadableSource(
            error.message, [_of_member(problem, root, node) for problem in error.problems]
        ) from None


def _of_member(problem: Problem, root: str, node: Node) -> Problem:
    if problem.place.file == root:
        return problem
    message = msg(
        "%(file)s cannot be read: %(problem)s", file=str(problem.place), problem=problem.message
    )
    return Problem(problem.code, message, Place(root, *_line(node, root)))


def _line(node: Node, file: str) -> tuple[int, int]:
    return (node.line, node.column) if node.file == file else (0, 0)


def _paths(node: Node | None) -> list[Node]:
    """One path or a list of paths."""
    if node is None or node.is_mapping:
        return []
    return node.items if node.is_list else [node]


def _with_services(node: Node) -> Node:
    """A file of version 1 lists its services at the top; here they get a section."""
    if _TOP & set(node.fields):
        return node
    plainly = {key: item for key, item in node.fields.items() if not key.startswith("x-")}
    if not plainly or not all(item.is_mapping for item in plainly.values()):
        return node
    others = {key: item for key, item in node.fields.items() if key not in plainly}
    return replace(node, value={**others, "services": node.made(plainly)})


def _refuse(node: Node, code: str, message: Message) -> NoReturn:
    raise UnreadableSource(
        msg("%(file)s cannot be read.", file=node.file), [Problem(code, message, node.place)]
    )
