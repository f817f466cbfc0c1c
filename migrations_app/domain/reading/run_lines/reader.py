"""Member files of shell text: every command in them read, or named as not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from migrations_app.domain.bundle import Facts
from migrations_app.domain.errors import Problem
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.reading.reading import Desk, Reading, TextMember, together
from migrations_app.domain.reading.run_lines.assembly import assemble
from migrations_app.domain.reading.run_lines.carried import note_carried
from migrations_app.domain.reading.run_lines.expansion import TooLong
from migrations_app.domain.reading.run_lines.pieces import Broken, Command
from migrations_app.domain.reading.run_lines.regions import Region, regions
from migrations_app.domain.reading.run_lines.script import Script, scope_of
from migrations_app.domain.reading.run_lines.shell import Lexer
from migrations_app.domain.reading.run_lines.verbs import is_engine


def read_run_lines(members: Sequence[TextMember], desk: Desk) -> Reading:
    """Scripts, and instructions with commands in them, each read by itself."""
    return together([_read(member, desk) for member in members])


def _read(member: TextMember, desk: Desk) -> Reading:
    script = Script(member.name, scope_of(member.name), desk)
    for region in regions(member.text, desk.given.variables):
        if not region.is_shell:
            note_carried(script, region.text, region.first_line, in_page=True)
            continue
        if region.starts_anew:
            script.return_home()
        parsed = _parse(region, member.name, script)
        if isinstance(parsed, Problem):
            return Reading(problems=(parsed,))
        try:
            script.run(parsed)
        except TooLong:
            return Reading(problems=(_too_long(member.name),))
    if script.problems:
        return Reading(problems=tuple(script.problems))
    services = assemble(script)
    inherited = {k: v for made in script.made for k, v in made.reading.variables.items()}
    own = {k: v for k, v in inherited.items() if k not in script.variables.values}
    facts = Facts(variables={**own, **script.variables.in_force})
    return replace(
        services,
        questions=(*script.variables.asked(), *services.questions),
        facts=facts,
    )


def _parse(region: Region, file: str, script: Script) -> list[Command] | Problem:
    """The commands of a region; a line that breaks off matters if an engine is called in it."""
    lexer = Lexer(region.text, region.first_line)
    commands: list[Command] = []
    while True:
        start = lexer.index
        try:
            command = lexer.command()
        except Broken as broken:
            lexer.index = start
            lexer.documents.clear()
            line = _next_line(lexer)
            if is_engine(line.text):
                return _cut_off(broken, file)
            script.not_understood(line.line, line.text)
            continue
        for first_line, text in lexer.bodies:
            note_carried(script, text, first_line, in_page=False)
        lexer.bodies.clear()
        if command is None:
            return commands
        commands.append(command)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    line: int


def _next_line(lexer: Lexer) -> _Line:
    """The next line that has something in it, passed over."""
    while lexer.index < len(lexer.text) and lexer.text[lexer.index] in " \t\r\n":
        lexer.index += 1
    line, _column = lexer.spot()
    return _Line(lexer.skip_line(), line)


def _too_long(file: str) -> Problem:
    return Problem(
        "too_large",
        msg("Its variables and loops come to more than can be read. Write the commands out."),
        Place(file, 1, 1),
    )


def _cut_off(broken: Broken, file: str) -> Problem:
    return Problem(
        "cut_off",
        msg("What opens here with %(opened)s is never closed. Close it.", opened=broken.opened),
        Place(file, broken.line, broken.column),
    )
