"""Archives (zip, tar, and both kinds of compression around one) as the files in them.

Told by content, unpacked in memory and within bounds. An archive that a careful person would not
unpack is refused as a whole, with the entry that is to blame: paths that lead out of it, devices,
links to nowhere, two files of one name, encrypted ones, more than there is room for.

A file of an archive is called by the path of the archive and its own, ``shop.zip/compose.yaml``:
what files refer to is found beside them, and nothing outside is.
"""

from __future__ import annotations

import bz2
import io
import lzma
import posixpath
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NoReturn, Protocol

from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.limits import Limits

SUFFIXES = (
    *(".zip", ".tar", ".tgz", ".tbz2", ".txz"),
    *(".tar.gz", ".tar.bz2", ".tar.xz"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MARK, _TAR_MARK_AT = b"ustar", 257
_COMPRESSED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_NOT_WANTED = frozenset({".git", ".hg", ".svn", "__MACOSX", ".DS_Store", "node_modules"})
_BAD_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""No part of a name: controls, what turns the order of letters around, bytes that are no text."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Those that can be unpacked up to a bound; of others a few bytes may come to any size at once."""
_DRIVE = re.compile(r"[A-Za-z]:")
_XZ_MEMORY = 128 * 1024 * 1024
_LONGEST_PATH = 1024
_MOST_LINKS = 40
"""Links that may lead to one another, as many as Linux follows."""
_MOST_STREAMS = 10_000
_CHUNK = 64 * 1024
_ZEROS = re.compile(rb"\0*")
_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, OverflowError, NotImplementedError, RuntimeError, KeyError, IndexError),
)
"""All that ``zipfile`` and ``tarfile`` raise on archives that are damaged or made up: they
know no common error. Whoever uploads is told that the archive is damaged, and nothing is stored."""


class _Decompressor(Protocol):
    """What the compressors of the standard library have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file or link of an archive, before its bytes are read. ``link`` is where a link leads."""

    path: str
    read: Callable[[int], bytes]
    link: str | None = None


def expand(files: Mapping[str, bytes], limits: Limits) -> Mapping[str, bytes]:
    """The files, with the contents of each archive in place of the archive itself.

    Archives within archives stay as they are.

    Raises:
        UnreadableSource: an archive cannot be read, or must not be unpacked.
    """
    if not any(is_archive(data) for data in files.values()):
        return files
    made: dict[str, bytes] = {}
    room = limits.archive_size
    for name, data in files.items():
        inner = _unpacked(name, data, limits, room) if is_archive(data) else {name: data}
        room -= sum(map(len, inner.values())) if is_archive(data) else 0
        for path, content in inner.items():
            if path in made:
                _refuse(name, "archive_duplicate", _TWICE.about(entry=path))
            made[path] = content
    return made


_TOO_LARGE = msg("Unpacked, the archive is larger than %(limit)s bytes. Pack only what is needed.")
_TWICE = msg("Two files are called %(entry)s. Leave one of them out.")


def is_archive(data: bytes) -> bool:
    """Whether some bytes are an archive, or compressed: told by how they begin."""
    return data.startswith((*_ZIP, *_COMPRESSED)) or _is_tar(data)


def is_archived(name: str) -> bool:
    """Whether a member came out of an archive."""
    return any(part.endswith(SUFFIXES) for part in name.split("/")[:-1])


def _is_tar(data: bytes) -> bool:
    return data[_TAR_MARK_AT : _TAR_MARK_AT + len(_TAR_MARK)] == _TAR_MARK


def _unpacked(name: str, data: bytes, limits: Limits, room: int) -> dict[str, bytes]:
    """The files of one archive by their full names."""
    plain, kind = data, "zip"
    try:
        if not data.startswith(_ZIP):
            plain = _decompressed(name, data, room + limits.archive_files * 1024)
            kind = "tar"
            if not _is_tar(plain) and plain is not data:
                return {_without_ending(name): plain}
        entries = _of_zip(name, plain) if kind == "zip" else _of_tar(name, plain)
        found = _read(name, entries, limits, room)
    except _BROKEN:
        _refuse(name, "archive_broken", msg("The archive is damaged or cut off. Pack it again."))
    label = name if name.endswith(SUFFIXES) else f"{name}.{kind}"
    return {f"{label}/{path}": content for path, content in found.items()}


def _read(name: str, entries: Iterator[_Entry], limits: Limits, room: int) -> dict[str, bytes]:
    """The bytes of all entries that are wanted, within the bounds."""
    found: dict[str, bytes] = {}
    links: dict[str, str] = {}
    for count, entry in enumerate(entries, start=1):
        if count > limits.archive_files:
            too_many = msg(
                "The archive holds more than %(limit)s files. Pack only what is needed.",
                limit=limits.archive_files,
            )
            _refuse(name, "archive_too_many", too_many)
        path = _checked(name, entry.path)
        if path in found or path in links:
            _refuse(name, "archive_duplicate", _TWICE.about(entry=path))
        if _NOT_WANTED & set(path.split("/")):
            continue
        if entry.link is not None:
            links[path] = entry.link
            continue
        content = entry.read(room + 1)
        room -= len(content)
        if room < 0:
            _refuse(name, "archive_too_large", _TOO_LARGE.about(limit=limits.archive_size))
        found[path] = content
    _check_folders(name, found.keys() | links.keys())
    copies = _followed(name, links, found)
    if sum(map(len, copies.values())) > room:
        _refuse(name, "archive_too_large", _TOO_LARGE.about(limit=limits.archive_size))
    return found | copies


def _check_folders(name: str, paths: AbstractSet[str]) -> None:
    """No file may be called as a folder is: on no disk could both be."""
    for path in paths:
        folder = posixpath.dirname(path)
        while folder:
            if folder in paths:
                _refuse(name, "archive_duplicate", _FILE_AND_FOLDER.about(entry=folder))
            folder = posixpath.dirname(folder)


_FILE_AND_FOLDER = msg("A file and a folder are both called %(entry)s. Leave one of them out.")


def _followed(name: str, links: Mapping[str, str], found: Mapping[str, bytes]) -> dict[str, bytes]:
    """Links to files of the same archive as copies of those files."""
    made: dict[str, bytes] = {}
    for path in links:
        here, seen = path, {path}
        while here in links:
            target = links[here]
            here = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
            if (
                target.startswith("/")
                or here.startswith("..")
                or here in seen
                or len(seen) > _MOST_LINKS
            ):
                _refuse_link(name, path)
            seen.add(here)
        content = found.get(here)
        if content is None:
            _refuse_link(name, path)
        made[path] = content
    return made


def _refuse_link(name: str, path: str) -> NoReturn:
    message = msg(
        "%(entry)s is a link to something that is no file of the archive. Put the file itself in.",
        entry=path,
    )
    _refuse(name, "archive_link", message)


def _checked(name: str, path: str) -> str:
    """The path of an entry in its plain form, if it stays within the archive."""
    path = path.replace("\\", "/")
    steps = path.split("/")
    plain = posixpath.normpath(path)
    leads_out = path.startswith("/") or ".." in steps or _DRIVE.match(path)
    if leads_out or _BAD_CHARACTERS.search(path) or len(path) > _LONGEST_PATH or plain == ".":
        message = msg(
            "The path %(entry)s leads out of the archive, or cannot be one. Pack it again with "
            "plain relative paths.",
            entry=repr(path[:200]),
        )
        _refuse(name, "archive_path", message)
    return plain


def _of_zip(name: str, data: bytes) -> Iterator[_Entry]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if info.is_dir():
                continue
            if info.flag_bits & 0x1:
                message = msg("%(entry)s is encrypted. Pack it without a password.")
                _refuse(name, "archive_encrypted", message.about(entry=info.filename[:200]))
            if info.compress_type not in _METHODS:
                message = msg("%(entry)s is packed in an unusual way. Pack it as plain zip does.")
                _refuse(name, "archive_method", message.about(entry=info.filename[:200]))
            kind = stat.S_IFMT(mode)
            if kind not in (0, stat.S_IFREG, stat.S_IFLNK):
                _refuse_special(name, info.filename)

            def read(limit: int, info: zipfile.ZipInfo = info) -> bytes:
                with archive.open(info) as file:
                    return file.read(limit)

            link = read(_LONGEST_PATH).decode("utf-8", "replace") if kind == stat.S_IFLNK else None
            # Python cuts a name off at a zero byte; what follows is a part of it here.
            yield _Entry(info.orig_filename, read, link)


def _of_tar(name: str, data: bytes) -> Iterator[_Entry]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for info in archive:
            if info.isdir():
                continue
            if info.issym():
                yield _Entry(info.name, lambda _limit: b"", info.linkname)
            elif info.islnk():
                target = posixpath.relpath(info.linkname, posixpath.dirname(info.name) or ".")
                yield _Entry(info.name, lambda _limit: b"", target)
            elif info.isreg() and not info.issparse():

                def read(limit: int, info: tarfile.TarInfo = info) -> bytes:
                    file = archive.extractfile(info)
                    content = file.read(limit) if file is not None else b""
                    if len(content) < min(limit, info.size):
                        raise EOFError(info.name)
                    return content

                yield _Entry(info.name, read)
            else:
                _refuse_special(name, info.name)


def _refuse_special(name: str, path: str) -> NoReturn:
    message = msg("%(entry)s is a device, a pipe or the like, and no file. Leave it out.")
    _refuse(name, "archive_special", message.about(entry=path[:200]))


def _decompressed(name: str, data: bytes, room: int) -> bytes:
    """What was compressed, or the bytes themselves if they are not; never more than there is room
    for. Streams that follow one another are one, as the tools read them."""
    kind = next((kind for mark, kind in _COMPRESSED.items() if data.startswith(mark)), "")
    if not kind:
        return data
    made = io.BytesIO()
    at = 0
    for _stream in range(_MOST_STREAMS):
        one = _decompressor(kind)
        while not one.eof:
            chunk = data[at : at + _CHUNK]
            if not chunk:
                raise EOFError(name)
            at += len(chunk)
            made.write(one.decompress(chunk, room + 1 - made.tell()))
            if made.tell() > room:
                message = msg("Unpacked, it is larger than %(limit)s bytes. Pack less.", limit=room)
                _refuse(name, "archive_too_large", message)
        at -= len(one.unused_data)
        at = _padded(data, at)
        if at == len(data):
            return made.getvalue()
    raise EOFError(name)


def _padded(data: bytes, at: int) -> int:
    """Where the zero bytes end that may follow a stream."""
    padding = _ZEROS.match(data, at)
    return padding.end() if padding else at


def _decompressor(kind: str) -> _Decompressor:
    if kind == "gz":
        return zlib.decompressobj(wbits=31)
    if kind == "bz2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


def _without_ending(name: str) -> str:
    return re.sub(r"\.(gz|bz2|xz)$", "", name)


def _refuse(name: str, code: str, message: Message) -> NoReturn:
    raise UnreadableSource(
        msg("%(file)s cannot be read.", file=name), [Problem(code, message, Place(name))]
    )
