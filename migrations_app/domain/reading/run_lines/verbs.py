"""What a command of a script does for us: an engine's verb, a shell's own business, or unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrations_app.domain.messages import Message, msg

ENGINES = frozenset({"podman", "docker", "podman-remote", "nerdctl"})
WRAPPERS = frozenset({"sudo", "exec", "command", "nohup", "time", "then", "do", "else", "{", "!"})
KEYWORDS = frozenset(
    {"if", "elif", "fi", "while", "until", "done", "case", "esac", "select", "function", "}"}
)
_ENGINE = re.compile(r"(?:^|[\s;&|(/])(?:podman|docker)(?:-remote)?\s")
_LOCATED = re.compile(r"\s*(?:which|command\s+-v)\s+(podman|docker|podman-remote|nerdctl)(?!\S)")
_WITH_VALUE = frozenset({"-u", "-g", "-h", "-p", "-C", "-T", "-U", "--user", "--group", "--host"})

_HANDLES = msg("It handles what is on this host; a cluster has nothing to take over from it.")
_IMAGES = msg("It brings an image to this host; a cluster pulls it from a registry.")
_SHELL = msg("The shell's own business, of no meaning to a cluster.")
_INSIDE = msg("What is done inside a running container is lost with it; build it into the image.")
_GIVE_IT = msg("Give the file that this command works on; it is read by itself.")

_OF_THE_SHELL = """
set shopt echo printf sleep true false : exit return wait trap umask clear source . unset read
shift test [ [[ cat tput local declare readonly typeset
"""
_OF_THE_HOST = """
start stop restart kill rm ps logs inspect wait port pause unpause top stats attach events info
version prune rmi images image system container pod volume network secret healthcheck machine login
logout exists diff export generate auto-update unshare search history mount umount
"""
_OF_IMAGES = "pull load import push save tag build buildx manifest commit farm"

SHELL_ALONE: Mapping[str, Message] = dict.fromkeys(_OF_THE_SHELL.split(), _SHELL)
VERBS: Mapping[str, tuple[bool, Message]] = {
    **dict.fromkeys(_OF_THE_HOST.split(), (False, _HANDLES)),
    **dict.fromkeys(_OF_IMAGES.split(), (False, _IMAGES)),
    **dict.fromkeys(("exec", "cp", "update", "rename"), (True, _INSIDE)),
    **dict.fromkeys(("kube", "play", "compose", "quadlet", "stack"), (True, _GIVE_IT)),
}
"""Verbs that make no service: whether something is lost with them, and why."""


def is_engine(line: str) -> bool:
    """Whether a line calls Podman or Docker, as far as its text can tell."""
    return bool(_ENGINE.search(line))


def located(command: str) -> str:
    """The engine that ``which podman`` or ``command -v podman`` looks for; else empty."""
    found = _LOCATED.match(command)
    return found[1] if found else ""


def engine_at(words: list[str]) -> int:
    """Where in a command the engine is called, behind ``sudo`` and its like; -1 if it is not."""
    index = 0
    while index < len(words):
        word = words[index]
        if word.rpartition("/")[2] in ENGINES:
            return index
        if word == "env" or word in WRAPPERS:
            index += 1
        elif index and word.startswith("-"):
            index += 2 if word in _WITH_VALUE else 1
        elif index and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*=.*", word, re.DOTALL):
            index += 1
        else:
            return -1
    return -1
