"""Which files of a bundle make one project, and what the project is called."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain.errors import UnreadableSource
from migrations_app.domain.reading.compose.nodes import Node, scalar_text
from migrations_app.domain.reading.compose.parsing import Parser
from migrations_app.domain.reading.file_names import as_stored
from migrations_app.domain.reading.reading import Desk, TextMember

MAIN_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
"""The names compose looks for, in its order."""

_NOT_IN_A_NAME = re.compile(r"[^-_a-z0-9]")
_ANY_FOLDER = "compose"


@dataclass(frozen=True, slots=True)
class Files:
    """The members of one project: each lies on top of the one before it.

    ``alone``: no other project of the bundle has its files in the same folder.
    """

    members: tuple[TextMember, ...]
    alone: bool = True

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.members[0].name)


def projects(members: Sequence[TextMember], parser: Parser) -> list[Files]:
    """The projects of some members, in their order.

    The main file of a folder and its override are one; a file that another one includes or extends
    belongs to that one; every other is a project of its own.
    """
    drawn = {name for member in members for name in _references(member, parser)}
    named = {posixpath.normpath(member.name): member for member in members}
    roots = [member for member in members if posixpath.normpath(member.name) not in drawn]
    found: list[Files] = []
    overrides = {name: over for name in named if (over := _override_of(name, named)) is not None}
    taken = {over.name for over in overrides.values()}
    for member in roots or members:
        if member.name in taken:
            continue
        over = overrides.get(posixpath.normpath(member.name))
        found.append(Files((member,) if over is None else (member, over)))
    folders = Counter(files.folder for files in found)
    return [replace(files, alone=folders[files.folder] == 1) for files in found]


def _override_of(name: str, named: Mapping[str, TextMember]) -> TextMember | None:
    folder, base = posixpath.split(name)
    mains = [main for main in MAIN_NAMES if posixpath.join(folder, main) in named]
    if not mains or base != mains[0]:
        return None
    overs = [posixpath.join(folder, over) for over in OVERRIDE_NAMES]
    return next((named[over] for over in overs if over in named), None)


def _references(member: TextMember, parser: Parser) -> set[str]:
    """The names of the files that a member includes or extends, itself left out."""
    try:
        trees = parser.trees(member.name, member.text)
    except UnreadableSource:
        return set()
    paths: list[str] = []
    for node in trees:
        include = node.get("include")
        for entry in include.items if include is not None else ():
            path = entry.get("path") if entry.is_mapping else entry
            listed = [] if path is None else path.items if path.is_list else [path]
            paths += [scalar_text(item.value) for item in listed]
        services = node.get("services")
        for service in services.fields.values() if services is not None else ():
            file = service.get("extends", "file")
            if file is not None:
                paths.append(scalar_text(file.value))
    own = posixpath.normpath(member.name)
    return {Desk.beside(member.name, path) for path in paths} - {own}


def project_name(files: Files, known: Mapping[str, str], name: Any) -> str:
    """What a project is called: as given, as the file says, else as its folder or file."""
    given = known.get("COMPOSE_PROJECT_NAME")
    if given:
        return normal_name(given)
    if isinstance(name, str) and name and "$" not in name:
        return normal_name(name)
    folder = normal_name(posixpath.basename(posixpath.dirname(as_stored(files.members[0].name))))
    stem = file_name(files)
    if folder and (files.alone or not stem):
        return folder
    return "-".join(filter(None, (folder, stem))) or _ANY_FOLDER


def file_name(files: Files) -> str:
    """What tells a file apart from the main one beside it: ``test`` of ``compose.test.yaml``."""
    stem = posixpath.splitext(posixpath.basename(files.members[0].name))[0]
    plain = re.sub(r"^(?:docker-?|podman-?)?compose[-_.]?", "", stem)
    return normal_name(plain.replace(".", "-"))


def normal_name(text: str) -> str:
    """A name as compose makes it of a folder's: small letters, digits, hyphens, underscores."""
    return _NOT_IN_A_NAME.sub("", text.lower()).lstrip("-_")


def declared_name(tree: Node) -> Any:
    """The name that a file gives its project."""
    name = tree.get("name")
    return name.value if name is not None else None
