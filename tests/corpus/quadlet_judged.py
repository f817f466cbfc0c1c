"""Quadlet units as Podman's own generator reads them, beside the way we do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles, SourceKind
from migrations_app.domain.engine import Options, render
from migrations_app.domain.loss import Outcome
from migrations_app.domain.places import pointer
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.quadlet.gather import Gathered, gather
from migrations_app.domain.reading.quadlet.kinds import ENDINGS, NAMED, UnitKind
from migrations_app.domain.reading.quadlet.neighbours import missing_neighbours
from migrations_app.domain.reading.quadlet.others import COMMANDS
from migrations_app.domain.reading.quadlet.site import Site
from migrations_app.domain.reading.quadlet.surroundings import unknown_keys
from migrations_app.domain.reading.quadlet.unit import QuadletUnit
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.reading.reading import Desk, TextMember
from migrations_app.domain.reading.units.parse import Dialect, read_unit_file
from migrations_app.domain.reading.units.unit_file import Setting
from migrations_app.domain.reading.units.words import COMMAND, QUADLET_ARGUMENTS

SCHEMAS = BundledSchemas()
_QUADLET = re.compile(rf"^\[(?:{'|'.join(UnitKind)})\]", re.MULTILINE)
_SERVICE = re.compile(r"^---(.*)---$", re.MULTILINE)
_REFUSED = re.compile(r'(?:converting|error loading) "([^"]+)"[:,] (.*)')


@dataclass(frozen=True)
class Judged:
    """What the generator makes of a folder: words by service, reasons by refused unit."""

    services: Mapping[str, str]
    refused: Mapping[str, str]


@dataclass(frozen=True)
class Ours:
    """What we make of it: words by service, what we would have refused by unit."""

    commands: Mapping[str, tuple[QuadletUnit, list[str]]]
    refused: Mapping[str, list[str]]
    missing: frozenset[str]


def generator(kit: Path) -> Path:
    """The program, compiled first where that has not been done yet."""
    subprocess.run([kit / "build"], check=True, capture_output=True)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("PODMAN5_LAB") or cache / "podman5-lab") / "bin" / "quadlet"


def judge(program: Path, folder: Path) -> Judged:
    done = subprocess.run(
        [program, "-dryrun"],
        env={"QUADLET_UNIT_DIRS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    parts = _SERVICE.split(done.stdout)
    names = [name.rpartition("/")[2] for name in parts[1::2]]
    refused = {Path(unit).name: reason for unit, reason in _REFUSED.findall(done.stderr)}
    return Judged(dict(zip(names, parts[2::2], strict=True)), refused)


def ours(folder: Path) -> Ours:
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    units = {name: data for name, data in files.items() if name.endswith(ENDINGS)}
    gathered = _gathered(files, units)
    site = Site(tuple(gathered.units), root=str(folder))
    refused = {problem.place.file: [str(problem.message)] for problem in gathered.problems}
    commands = {}
    missing: set[str] = set()
    for unit in gathered.units:
        command = COMMANDS[unit.kind](unit, site)
        reasons = [*unknown_keys(unit), *missing_neighbours(unit, site), *command.refusals]
        if reasons:
            refused[unit.name] = [str(refusal.reason) for refusal in reasons]
            missing |= {r.subject for r in reasons if r.subject.endswith(ENDINGS)}
        commands[unit.service.full] = unit, [word.text for word in command.words]
    return Ours(commands, refused, frozenset(missing))


def _gathered(files: Mapping[str, bytes], units: Mapping[str, bytes]) -> Gathered:
    members = [TextMember(name, data.decode(), SourceKind.QUADLET) for name, data in units.items()]
    return gather(members, Desk(MemoryFiles(files), STRICT))


def words_of(service: str, kind: UnitKind) -> list[str]:
    """The command of a generated service, without the program."""
    unit = read_unit_file(service, file="", name="", dialect=Dialect.SYSTEMD)
    setting = unit.last("Service", "ExecStartPre" if kind is UnitKind.POD else "ExecStart")
    assert setting is not None
    return list(setting.words(COMMAND).texts[1:])


def comparable(words: Sequence[str], ours: Sequence[str]) -> tuple[object, object]:
    """Both command lines without the order of options, which the generator throws dice for.

    What follows the options keeps its order: the last words that both have in common are compared
    as they stand; before them the values of each option in their order.
    """
    return _by_option(words), _by_option(ours)


def _by_option(words: Sequence[str]) -> tuple[Mapping[str, list[str]], list[str]]:
    options: dict[str, list[str]] = defaultdict(list)
    rest: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        follows = index + 1 < len(words) and not words[index + 1].startswith("-")
        if word.startswith("--") and "=" in word:
            option, _equals, value = word.partition("=")
            options[option].append(value)
        elif word.startswith("-"):
            options[word].append(words[index + 1] if follows else "")
            index += follows
        else:
            rest.append(word)
        index += 1
    return options, rest


def stub(names: Iterable[str], folder: Path) -> None:
    """The neighbours that a unit of the corpus came without."""
    bodies = {
        ".image": "[Image]\nImage=quay.io/stub/stub:1\n",
        ".build": "[Build]\nImageTag=localhost/stub:1\nSetWorkingDirectory=unit\n",
        ".container": "[Container]\nImage=quay.io/stub/stub:1\n",
        ".kube": "[Kube]\nYaml=stub.yaml\n",
        ".artifact": "[Artifact]\nArtifact=quay.io/stub/stub:1\n",
    }
    for name in names:
        ending = Path(name).suffix
        section = ending.removeprefix(".").capitalize()
        (folder / name).write_text(bodies.get(ending, f"[{section}]\n"), encoding="utf-8")


def copied(path: Path, folder: Path) -> Path:
    """A file or folder in a fresh folder, since stubs are put beside it."""
    if path.is_dir():
        shutil.copytree(path, folder, dirs_exist_ok=True)
    else:
        shutil.copy(path, folder / path.name)
    return folder


def lines_of_units(files: Mapping[str, bytes]) -> list[Setting]:
    """Every setting of every unit, those that Podman passes over too."""
    texts = {name: data for name, data in files.items() if _QUADLET.search(data.decode())}
    units = [unit.unit for unit in _gathered(files, texts).units]
    return [setting for unit in units for setting in (*unit.settings, *unit.unread)]


def unaccounted(files: Mapping[str, bytes]) -> list[str]:
    """What the loss report does not tell of: a line, a word of a line, its place, or its reason.

    A line of several words may have a row for each instead of one for all.
    """
    bundle = read_bundle(MemoryFiles(files), STRICT)
    loss = render(bundle, Options(), SCHEMAS).loss
    told = Counter(row.path for row in loss)
    found = [f"{path}: {count} rows" for path, count in told.items() if count != 1]
    units = set()
    for setting in lines_of_units(files):
        path = setting.place.object + setting.place.path
        units.add(setting.place.object)
        words = _of_words(setting, path, told)
        if bool(told[path]) == bool(words):
            found.append(f"{path}: {told[path]} rows, {words} for its words")
        if setting.key in NAMED and words not in (0, len(_names(setting))):
            found.append(f"{path}: {words} rows for the words {_names(setting)}")
    for row in loss:
        if row.place.object in units and not (row.place.line and row.place.column):
            found.append(f"{row.path}: no place")
        if row.outcome is not Outcome.KEPT and not str(row.reason):
            found.append(f"{row.path}: no reason")
    return found


def _of_words(setting: Setting, path: str, told: Mapping[str, int]) -> int:
    """How many rows there are for single words of a line."""
    steps = {f"word{n}" for n in range(1, 100)}
    if setting.key in NAMED:
        steps |= {pointer((name,))[1:] for name in _names(setting)}
    return sum(told[f"{path}/{step}"] for step in steps)


def _names(setting: Setting) -> set[str]:
    return {word.partition("=")[0] for word in setting.words(QUADLET_ARGUMENTS).texts}
