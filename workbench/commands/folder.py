"""A folder that ``render -o`` writes into, more than once and beside a person's edits.

What was generated is kept beside what stands there, in ``.kakehashi/``, so that the next run can
tell an edit from what it wrote itself. Nothing is deleted or overwritten that it did not write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrations_app.adapters.folders import GENERATED, KEPT, REPORT
from migrations_app.domain.errors import InvalidInput, Problem, UnreadableSource
from migrations_app.domain.manifests.three_way import ABSENT, Conflict
from migrations_app.domain.manifests.three_way_files import merge_file
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place

_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done to a folder, decided before anything is touched.

    ``files`` is what will stand there; ``gone`` what an earlier run wrote, nobody edited, and this
    run does not write; ``left`` the same, but edited: it stays.
    """

    files: Mapping[str, str]
    generated: Mapping[str, str]
    conflicts: tuple[Conflict, ...]
    edited: tuple[str, ...]
    gone: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """``path`` and what earlier runs wrote into it: file → the format it belongs to."""

    path: Path
    written: Mapping[str, str]

    @classmethod
    def at(cls, path: Path) -> OutputFolder:
        """The folder as it stands; a record that cannot be read is as good as none."""
        try:
            record = json.loads((path / KEPT / _RECORD).read_text(encoding="utf-8"))
            files = {str(name): entry for name, entry in record["files"].items()}
            known = {
                name: str(entry["format"])
                for name, entry in files.items()
                if _is_inside(name)
                and _sha256(path / KEPT / GENERATED / name) in (entry["sha256"], entry.get("was"))
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(path, {})
        return cls(path, known)

    def plan(self, generated: Mapping[str, str], written_as: str) -> Plan:
        """Lay what is generated over what stands there.

        Raises:
            InvalidInput: a file would be overwritten that was not written by an earlier run.
            UnreadableSource: an edited file is no YAML any more.
        """
        files: dict[str, str] = {}
        conflicts: list[Conflict] = []
        edited: list[str] = []
        foreign: list[str] = []
        for name, ours in generated.items():
            theirs, base = self._text(name), self._before(name)
            files[name] = ours
            if theirs is None or theirs == ours:
                continue
            if base is None:
                foreign.append(name)
            elif theirs != base:
                merged = merge_file(name, base, self._edited(name, theirs), ours)
                files[name] = merged.text
                conflicts += merged.conflicts
                edited.append(name)
        if not self.written and not self._is_report(self._text(REPORT)):
            foreign.append(REPORT)
        if foreign:
            raise _foreign(self.path, foreign)
        old = [n for n, kind in self.written.items() if kind == written_as and n not in generated]
        standing = [name for name in old if self._text(name) is not None]
        gone = tuple(name for name in standing if self._text(name) == self._before(name))
        left = tuple(name for name in standing if name not in gone)
        return Plan(files, dict(generated), tuple(conflicts), tuple(edited), gone, left)

    def carry_out(self, plan: Plan, written_as: str, report: str) -> None:
        """Write the files, the report, and the record of both.

        Whoever is stopped on the way leaves whole files and a record that knows both states, so
        that the next run still tells edits from what was generated.
        """
        before = {
            name: {"format": kind, "sha256": _sha256(self.path / KEPT / GENERATED / name)}
            for name, kind in self.written.items()
        }
        after = {
            name: {"format": written_as, "sha256": hashlib.sha256(_bytes(text)).hexdigest()}
            for name, text in plan.generated.items()
        }
        between = {
            name: {**entry, "was": before[name]["sha256"]} if name in before else entry
            for name, entry in after.items()
        }
        self._record({**before, **between})
        for name in [name for name in plan.generated if name not in before]:
            _write(self.path / KEPT / GENERATED / name, plan.generated[name])
        for name, text in {**plan.files, REPORT: report}.items():
            _write(self.path / name, text)
        for name, text in plan.generated.items():
            _write(self.path / KEPT / GENERATED / name, text)
        for name in plan.gone:
            self._forget(name)
        kept = {n: entry for n, entry in before.items() if n not in (*plan.gone, *plan.left)}
        self._record({**kept, **after})

    def _record(self, entries: Mapping[str, Mapping[str, str]]) -> None:
        text = json.dumps({"files": entries}, indent=2, sort_keys=True, ensure_ascii=False)
        _write(self.path / KEPT / _RECORD, text + "\n")

    def _forget(self, name: str) -> None:
        for file in (self.path / name, self.path / KEPT / GENERATED / name):
            file.unlink(missing_ok=True)
            for folder in file.parents:
                if folder == self.path or any(folder.iterdir()):
                    break
                folder.rmdir()

    def _is_report(self, text: str | None) -> bool:
        """Whether a report may be overwritten: it is one of ours, or there is none."""
        try:
            return text is None or "digest" in json.loads(text)
        except (ValueError, TypeError):
            return False

    def _text(self, name: str) -> str | None:
        """What stands there; None if nothing does."""
        try:
            return (self.path / name).read_bytes().decode("utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return None

    def _edited(self, name: str, theirs: str) -> str:
        """What a person made of a file; it cannot be merged unless it is text."""
        try:
            theirs.encode()
        except UnicodeEncodeError:
            where = Place(file=str(self.path / name))
            raise UnreadableSource(
                msg("%(file)s cannot be read.", file=where.file),
                [Problem("not_utf8", msg("The file is not UTF-8. Save it as UTF-8."), where)],
            ) from None
        return theirs

    def _before(self, name: str) -> str | None:
        if name not in self.written:
            return None
        return (self.path / KEPT / GENERATED / name).read_bytes().decode()


def conflict_json(conflict: Conflict) -> dict[str, Any]:
    """A conflict for the report; a side that does not have the value is left out."""
    sides = {"base": conflict.base, "theirs": conflict.theirs, "ours": conflict.ours}
    told = {name: value for name, value in sides.items() if value is not ABSENT}
    return {"object": conflict.object, "path": conflict.path, **told}


def conflict_told(conflict: Conflict) -> Message:
    """A conflict for a person."""
    return msg(
        "Conflict in %(object)s at %(path)s: generated before %(base)s, edited to %(theirs)s, "
        "generated now %(ours)s. The edit was kept.",
        object=conflict.object,
        path=conflict.path or "/",
        base=_shown(conflict.base),
        theirs=_shown(conflict.theirs),
        ours=_shown(conflict.ours),
    )


def _shown(value: Any) -> Any:
    return msg("nothing") if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _foreign(folder: Path, names: list[str]) -> InvalidInput:
    return InvalidInput(
        msg(
            "Nothing was written: in %(folder)s stand files that an earlier run did not write. "
            "Move them away, or name another folder.",
            folder=folder,
        ),
        [
            Problem("foreign_file", msg("Would be overwritten."), Place(file=str(folder / name)))
            for name in names
        ],
    )


def _is_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def _write(file: Path, text: str) -> None:
    """Write a file in one go: there is the old one or the new one, and never half of it."""
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    passing = file.with_name(f".{file.name}.kakehashi")
    try:
        passing.write_bytes(_bytes(text))
        if file.exists():
            passing.chmod(file.stat().st_mode & 0o7777)
        passing.replace(file)
    except OSError:
        passing.unlink(missing_ok=True)
        raise


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogateescape")


def _sha256(file: Path) -> str:
    """Of the file's bytes; empty if there is no file."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
