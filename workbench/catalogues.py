"""The catalogues of translations: collected from the sources, merged, compared.

``python -m workbench.catalogues`` rewrites ``locale/*/LC_MESSAGES/django.po`` from the sources and
keeps every translation whose English is still there; ``--check`` changes nothing and fails where
a catalogue differs from the sources, or lacks a translation. The output is the same for the same
sources on every machine: sorted, without dates, places and line breaks.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
SOURCES = ("migrations_app", "templates", "workbench")
LEFT_OUT = ("migrations_app/migrations",)

KEYWORDS = (
    "msg:1",
    "counted:1,2",
    "msg_for:1c,2",
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_COUNTED = re.compile(r"""{%\s*counted\s+\S+\s+("[^"]*")\s+("[^"]*")""")
"""Our own tag for numbers, whose two texts Django's reader of templates knows nothing of."""

Key = tuple[str, str, str]


def sources() -> Iterator[Path]:
    """Every file that sentences are collected from, in a fixed order."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT).as_posix()
            if path.suffix in (".py", ".html", ".txt") and not inside.startswith(LEFT_OUT):
                yield path


def extracted() -> polib.POFile:
    """All sentences of the sources, untranslated."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [_readable(path, Path(folder), n) for n, path in enumerate(sources())]
        (Path(folder) / "files").write_text("\n".join(map(str, copies)), encoding="utf-8")
        command = ["xgettext", "--from-code=UTF-8", "--language=Python", "--no-location"]
        command += [f"--keyword={keyword}" for keyword in KEYWORDS]
        command += ["--output=-", f"--files-from={folder}/files"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    if ran.stderr:  # for instance one text with a plural in one place and without in another
        print(ran.stderr, file=sys.stderr)
    return polib.pofile(ran.stdout)


def _readable(path: Path, folder: Path, number: int) -> Path:
    """A copy that ``xgettext`` can read as Python."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        pairs = _COUNTED.findall(text)
        text = templatize(text, origin=path.name)
        text += "".join(f"\nngettext({one}, {many}, 2)" for one, many in pairs)
    copy = folder / f"{number}.py"
    copy.write_text(text, encoding="utf-8")
    return copy


def key_of(entry: polib.POEntry) -> Key:
    """What makes two entries the same."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def merged(old: polib.POFile, found: polib.POFile, language: str) -> polib.POFile:
    """The sentences found, with the translations that there are; nothing is guessed."""
    known = {key_of(entry): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.metadata = {
        "Project-Id-Version": "Kakehashi",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": old.metadata["Plural-Forms"],
    }
    for entry in sorted(found, key=lambda entry: (entry.msgid, entry.msgctxt or "")):
        before = known.get(key_of(entry))
        new.append(
            polib.POEntry(
                msgctxt=entry.msgctxt,
                msgid=entry.msgid,
                msgid_plural=entry.msgid_plural,
                msgstr=before.msgstr if before else "",
                msgstr_plural=dict(before.msgstr_plural) if before else _forms(entry, old),
                comment=entry.comment,
                flags=[
                    *(["fuzzy"] if before and before.fuzzy else []),
                    *(["python-format"] if _PLACEHOLDER.search(entry.msgid) else []),
                ],
            )
        )
    return new


def _forms(entry: polib.POEntry, old: polib.POFile) -> dict[int, str]:
    if not entry.msgid_plural:
        return {}
    number = re.search(r"nplurals=(\d+)", old.metadata["Plural-Forms"])
    return dict.fromkeys(range(int(number.group(1)) if number else 1), "")


def problems(catalogue: polib.POFile, found: polib.POFile) -> Iterator[str]:
    """What is wrong with a committed catalogue, a line for each."""
    wanted = {key_of(entry) for entry in found}
    for entry in catalogue:
        if entry.obsolete or key_of(entry) not in wanted:
            yield f"no longer in the sources: {entry.msgid}"
        elif not entry.translated():
            yield f"{'not certain' if entry.fuzzy else 'not translated'}: {entry.msgid}"
        else:
            yield from _wrong_placeholders(entry)
    there = {key_of(entry) for entry in catalogue}
    yield from (f"not in the catalogue: {key[1]}" for key in sorted(wanted - there))


def _wrong_placeholders(entry: polib.POEntry) -> Iterator[str]:
    wanted = set(_PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        if set(_PLACEHOLDER.findall(text)) != wanted:
            yield f"other placeholders than the English: {entry.msgid}"


def main(arguments: Sequence[str]) -> int:
    found, failed = extracted(), False
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        language = path.parent.parent.name
        old = polib.pofile(str(path), wrapwidth=0)
        if "--check" not in arguments:
            path.write_text(f"{merged(old, found, language)}\n", encoding="utf-8")
            old = polib.pofile(str(path), wrapwidth=0)
        for problem in problems(old, found):
            failed = True
            print(f"{language}: {problem}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
