"""What is wrong with text that is not YAML, said so that a person can mend it.

libyaml reports a mark and a terse English phrase. The phrase is looked up here; what it cannot
know (a tab, a template, a quote that stays open) is seen in the line it points to.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from migrations_app.domain.errors import Problem
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.decoding import place_in

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOO_DEEP = "exceeded maximum nesting depth"
"""libyaml's own bound, met where it looks ahead further than our guard has counted."""

_TEMPLATE = re.compile(r"\{\{-?|\{%-?")


def unprintable(text: str, file: str) -> Problem | None:
    """The first character that YAML does not allow, if there is one."""
    match = _UNPRINTABLE.search(text)
    if match is None:
        return None
    return Problem(
        "control_character",
        msg(
            "The character %(character)s is not allowed in YAML. Take it away, or write it as an "
            "escape within double quotes.",
            character=f"U+{ord(match.group()):04X}",
        ),
        place_in(text, match.start(), file),
    )


def template_problem(text: str, line: int, column: int, file: str) -> Problem | None:
    """The problem of a line that holds an unquoted template, whatever YAML makes of it."""
    match = _TEMPLATE.search(_line(text, line))
    if match is None:
        return None
    return Problem(
        "yaml_template",
        msg(
            "%(start)s starts a template, which is not YAML yet. Fill it in first, for example "
            "with helm template, and give the result.",
            start=match.group(),
        ),
        Place(file, line, column),
    )


def syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """The problem behind what libyaml reported."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    if error.problem == _TOO_DEEP:
        message = msg("Nested far too deep. Take the brackets apart.")
        return Problem("yaml_too_deep", message, Place(file, line, column))
    template = template_problem(text, line, column, file)
    if template is not None:
        return template
    since = error.context_mark.line + 1 if error.context_mark else line
    source = _line(text, line)
    indentation = source[: len(source) - len(source.lstrip())]
    if "\t" in indentation and "escape" not in (error.problem or ""):
        message = msg("A tab stands in the indentation. YAML is indented with spaces only.")
    else:
        message = _sentence(error, source[column - 1 : column], since)
    return Problem("yaml_syntax", message, Place(file, line, column))


def _line(text: str, number: int) -> str:
    lines = text.split("\n", number)
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _sentence(error: yaml.MarkedYAMLError, character: str, since: int) -> Message:
    problem = error.problem or ""
    make = _SENTENCES.get(problem)
    if make is not None:
        return make(character, since)
    if problem == "found unexpected end of stream" and "quoted" in (error.context or ""):
        return msg("The quotation mark of line %(since)s is never closed.", since=since)
    return msg("Not YAML: %(problem)s.", problem=problem or msg("it cannot be read"))


def _cannot_start(character: str, _since: int) -> Message:
    if character == "\t":
        return msg("A tab stands where a value should start. Use spaces.")
    return msg("A value cannot start with %(character)s. Quote it.", character=character or "?")


def _not_closed(_character: str, since: int) -> Message:
    return msg("The bracket of line %(since)s is not closed, or a comma is missing.", since=since)


_SENTENCES: dict[str, Callable[[str, int], Message]] = {
    "found character that cannot start any token": _cannot_start,
    "did not find expected ',' or ']'": _not_closed,
    "did not find expected ',' or '}'": _not_closed,
    "mapping values are not allowed in this context": lambda _character, _since: msg(
        "A second colon stands in this line, or the line is indented wrongly. Quote the value, or "
        "give the key a line of its own."
    ),
    "did not find expected key": lambda _character, since: msg(
        "This line does not fit the mapping that starts in line %(since)s: its indentation "
        "differs, or a colon is missing.",
        since=since,
    ),
    "did not find expected '-' indicator": lambda _character, since: msg(
        "This line does not fit the list that starts in line %(since)s: its indentation differs, "
        "or a hyphen is missing.",
        since=since,
    ),
    "could not find expected ':'": lambda _character, since: msg(
        "The key of line %(since)s has no colon.", since=since
    ),
    "block sequence entries are not allowed in this context": lambda _character, _since: msg(
        "A list cannot start in the line of its key. Put the hyphen into the next line."
    ),
    "did not find expected <document start>": lambda _character, _since: msg(
        "The document has ended before this. Put --- before the next one."
    ),
    "found invalid Unicode character escape code": lambda _character, _since: msg(
        "This escape is no character: surrogates stand alone in no text."
    ),
    "found unknown escape character": lambda _character, _since: msg(
        "This escape is unknown. Within double quotes a backslash is written twice."
    ),
}
