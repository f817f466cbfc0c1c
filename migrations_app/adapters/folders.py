"""Files and folders on the command line as one bundle of source files.

A file that somebody names is read wherever it is. What a file refers to (an env file, an include,
a neighbouring unit) is read from its own folder or below a root that was given, never from
elsewhere: paths are compared after every symbolic link in them was followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from migrations_app.domain.bundle import MemoryFiles, Missing, SourceFiles
from migrations_app.domain.reading.archives import expand, is_archive
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.reading.quadlet.gather import drop_in_folders
from migrations_app.domain.reading.quadlet.kinds import UnitKind

STDIN = "-"
_BEGINNING = 512
SUFFIXES = frozenset(
    {
        *(".yaml", ".yml", ".json"),
        *(".container", ".pod", ".kube", ".volume", ".network", ".image", ".build"),
        *(".service", ".timer", ".sh"),
        *(".zip", ".tar", ".tgz", ".tbz2", ".txz"),
    }
)
"""What is taken from a folder; whatever is named itself is read whatever its name."""
_IMAGES = frozenset({"Containerfile", "Dockerfile"})
_DROP_INS = "*.conf"
KEPT = ".kakehashi"
"""What ``render -o`` keeps in the folder that it writes into."""
GENERATED, REPORT = "generated", "report.json"


def unpacked(files: FolderFiles, limits: Limits) -> SourceFiles:
    """The files, with the contents of archives in place of these.

    With an archive among them all of them are held in memory, and nothing else is in reach: what
    stands in an archive cannot draw on the files around it.

    Raises:
        UnreadableSource: an archive cannot be read, or must not be unpacked.
    """
    if not any(is_archive(files.beginning(name)) for name in files.names()):
        return files
    held: dict[str, bytes] = {}
    for name in files.names():
        with suppress(Missing):
            held[name] = files.read(name)
    return MemoryFiles(expand(held, limits))


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """Implements ``domain.bundle.SourceFiles``.

    members: name as it was given → path. ``open_to`` are the folders, links followed, from which
    members may draw other files.
    """

    members: Mapping[str, Path]
    open_to: tuple[Path, ...] = ()
    stdin: bytes = b""

    @classmethod
    def of(
        cls,
        paths: Sequence[str],
        root: Path | None = None,
        stdin: bytes = b"",
        apart_from: Path | None = None,
    ) -> FolderFiles:
        """Files as they are named, folders with the sources below them in order of their names.

        ``apart_from`` is the folder that results are written to: were it read where it lies below
        a source, a second run would take the results of the first for sources.
        """
        members: dict[str, Path] = {}
        open_to: list[Path] = [] if root is None else [root.resolve()]
        for name in paths:
            path = Path(name)
            if name == STDIN:
                members[name] = path
            elif path.is_dir():
                members.update((str(found), found) for found in _sources(path, apart_from))
                open_to.append(path.resolve())
            else:
                members[name] = path
                members.update((str(found), found) for found in _drop_ins(path))
                open_to.append(path.parent.resolve())
        return cls(members, tuple(dict.fromkeys(open_to)), stdin)

    def names(self) -> tuple[str, ...]:
        return tuple(self.members)

    def read(self, relative: str) -> bytes:
        """The bytes of a member, or of a file that one refers to.

        Raises:
            Missing: it is not there, cannot be read, or lies outside the folders that are open.
        """
        if relative == STDIN and STDIN in self.members:
            return self.stdin
        path = self.members.get(relative)
        if path is None:
            path = self._inside(relative)
        try:
            return path.read_bytes()
        except (OSError, ValueError):
            raise Missing(relative) from None

    def beginning(self, name: str) -> bytes:
        """The first bytes of a member, enough to tell what it is; none of one that is not there."""
        if name == STDIN:
            return self.stdin[:_BEGINNING]
        try:
            with self.members[name].open("rb") as file:
                return file.read(_BEGINNING)
        except OSError:
            return b""

    def _inside(self, relative: str) -> Path:
        """Where a file that is referred to really is."""
        try:
            real = Path(relative).resolve()
            is_file = real.is_file()
        except (OSError, ValueError, RuntimeError):
            raise Missing(relative) from None
        if not is_file or not any(real.is_relative_to(folder) for folder in self.open_to):
            raise Missing(relative)
        return real


def _sources(folder: Path, apart_from: Path | None) -> Iterator[Path]:
    """The sources below a folder; nothing hidden, and nothing that a link leads out of it to."""
    real = folder.resolve()
    results = None if apart_from is None else apart_from.resolve()
    among_sources = results == real
    if among_sources:
        results = None
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if any(part.startswith(".") for part in below.parts) or not _is_source(path):
            continue
        if _is_report(path) or (among_sources and (folder / KEPT / GENERATED / below).exists()):
            continue
        where = path.resolve()
        if results is not None and where.is_relative_to(results):
            continue
        if path.is_file() and where.is_relative_to(real):
            yield path


def _is_source(path: Path) -> bool:
    if path.match(_DROP_INS):
        return path.parent.suffix == ".d"
    return path.suffix in SUFFIXES or path.name in _IMAGES


def _is_report(path: Path) -> bool:
    """What ``render -o`` tells beside the manifests, which can be given to it again as a folder."""
    return path.name == REPORT and (path.parent / KEPT).is_dir()


def _drop_ins(unit: Path) -> Iterator[Path]:
    """What stands beside a Quadlet unit to be read with it, as Podman's generator reads it."""
    kind = next((kind for kind in UnitKind if unit.suffix == kind.ending), None)
    if kind is None:
        return
    real = unit.parent.resolve()
    for folder in drop_in_folders(unit.name, kind):
        for path in sorted((unit.parent / folder).glob(_DROP_INS)):
            if path.is_file() and path.resolve().is_relative_to(real):
                yield path
