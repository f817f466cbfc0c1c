"""The command line: which command runs with Django, and what an exit code means.

0 good, 1 a negative verdict, 2 input that cannot be read; 64 wrong usage, 69 something needed is
not there, 70 our own crash. ``render``, ``check`` and ``digest`` need no database: they run on the
core alone, and start fast.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from migrations_app.domain.messages import msg
from workbench.language import language, say

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser

EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE, EX_CONFIG = 64, 69, 70, 78

CORE = {
    "render": msg("make manifests from files"),
    "check": msg("find what is wrong in files, and judge them"),
    "digest": msg("the digest of a manifest, as revisions carry it"),
}
STORED = {
    "import": msg("store files as a source of an application"),
    "capture": msg("capture pods and containers from a Podman host"),
    "verify_audit": msg("verify the chain of the audit trail"),
    "create_user": msg("make a user with a role"),
    "create_token": msg("make a token for a script, shown once"),
    "doctor": msg("what works on this machine, and what to do about the rest"),
    "ensure_admin": msg("make the account admin if there is none"),
    "rotate_keys": msg("encrypt what is stored with the newest key"),
}
SERVING = ("poll_runs", "reaper", "migrate")
"""What bin/up and the containers start; of no use by hand."""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_usage(), file=sys.stderr if not arguments else sys.stdout)
        return 0 if arguments else EX_USAGE
    command, *rest = arguments
    if command in CORE:
        return _guarded(lambda: _without_django(command, rest))
    if command in STORED or command in SERVING:
        return _guarded(lambda: _with_django(command, rest))
    unknown = say(msg("There is no command %(name)s.", name=repr(command)))
    print(f"{unknown}\n\n{_usage()}", file=sys.stderr)
    return EX_USAGE


def _usage() -> str:
    listed = {**CORE, **STORED}
    width = max(map(len, listed))
    rows = [f"  {name:<{width}}  {say(what)}" for name, what in listed.items()]
    more = say(msg("bin/workbench COMMAND --help tells what a command takes."))
    return "\n".join(["usage: bin/workbench COMMAND …", "", *rows, "", more])


def _guarded(run: Callable[[], int]) -> int:
    """No traceback reaches a person; a closed pipe is no error."""
    try:
        return run()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except SystemExit as stop:
        if isinstance(stop.code, int):
            if str(stop) not in ("", str(stop.code)):
                print(stop, file=sys.stderr)
            return EX_USAGE if stop.code == 2 else stop.code
        if stop.code:
            print(stop.code, file=sys.stderr)
        return 1 if stop.code else 0
    except Exception as error:  # the last line of defence: say so, and how to see more
        if os.environ.get("WORKBENCH_DEBUG_TRACEBACK"):
            import traceback  # here, because a command that works has no use for it

            traceback.print_exc()
        broken = msg(
            "The workbench itself broke (%(error)s). Set WORKBENCH_DEBUG_TRACEBACK=1 and run it "
            "again to see where.",
            error=f"{type(error).__name__}: {error}",
        )
        print(say(broken), file=sys.stderr)
        return EX_SOFTWARE


def _without_django(command: str, arguments: Sequence[str]) -> int:
    from workbench.commands import core

    return core.run(command, arguments)


def _with_django(command: str, arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    import django
    from django.core.management import CommandError, call_command
    from django.utils import translation

    django.setup()
    translation.activate(language())
    if command != "migrate":
        from workbench.preparation import migrate_if_needed

        migrate_if_needed()
    from migrations_app.domain.errors import EngineError, UnreadableSource, WorkbenchError

    try:
        call_command(_named(command), *arguments)
    except CommandError as error:
        if str(error):
            print(error, file=sys.stderr)
        usage = error.__class__ is CommandError and error.returncode == 1 and _is_usage(error)
        return EX_USAGE if usage else error.returncode
    except UnreadableSource as error:
        print(error.told(say), file=sys.stderr)
        return 2
    except EngineError as error:
        print(error.told(say), file=sys.stderr)
        return EX_UNAVAILABLE
    except WorkbenchError as error:
        print(error.told(say), file=sys.stderr)
        return 1
    return 0


def _named(command: str) -> BaseCommand:
    """A command whose help calls it as it is typed; Django's name would be that of manage.py."""
    from django.core.management import get_commands, load_command_class

    found = load_command_class(str(get_commands()[command]), command)
    parser_of = found.create_parser

    def create_parser(_program: str, _command: str, **options: Any) -> CommandParser:
        parser = parser_of("", command, **options)
        parser.prog = f"bin/workbench {command}"
        return parser

    found.create_parser = create_parser  # type: ignore[method-assign, assignment]
    return found


def _is_usage(error: Exception) -> bool:
    """Django's parser reports wrong usage as a CommandError that begins with ``Error:``."""
    return str(error).startswith("Error:")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
