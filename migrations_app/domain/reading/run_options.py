"""The command line of ``podman run``, ``podman create`` and ``podman pod create``, read strictly.

An inspection keeps the command that made the container, and some things are nowhere else: the
variables of secrets, sysctls, whether a restart policy was chosen. An option that is not known here
might or might not take the next word as its value, so reading stops there and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GLOBAL_FLAGS = _words(
    """
    help noout remote syslog transient-store version
    """
)
_GLOBAL_VALUES = _words(
    """
    cdi-spec-dir cgroup-manager config conmon connection context events-backend hooks-dir host
    identity imagestore log-level module namespace network-cmd-path network-config-dir out root
    runroot runtime runtime-flag ssh storage-driver storage-opt tls-ca tls-cert tls-key tmpdir
    url volumepath
    """
)
_GLOBAL_SHORT = {
    "c": "connection",
    "r": "remote",
    "v": "version",
    "h": "help",
    "H": "host",
}
_FLAGS = _words(
    """
    detach disable-content-trust env-host help http-proxy infra init interactive no-healthcheck
    no-hostname no-hosts oom-kill-disable passwd privileged publish-all quiet read-only
    read-only-tmpfs replace rm rmi rootfs share-parent sig-proxy tls-verify tty unsetenv-all
    """
)
_VALUES = _words(
    """
    add-host annotation arch attach authfile blkio-weight blkio-weight-device cap-add cap-drop
    cert-dir cgroup-conf cgroup-parent cgroupns cgroups chrootdirs cidfile conmon-pidfile
    cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems
    creds decryption-key detach-keys device device-cgroup-rule device-read-bps device-read-iops
    device-write-bps device-write-iops dns dns-option dns-search entrypoint env env-file
    env-merge exit-policy expose gidmap gpus group-add group-entry health-cmd health-interval
    health-log-destination health-max-log-count health-max-log-size health-on-failure
    health-retries health-start-period health-startup-cmd health-startup-interval
    health-startup-retries health-startup-success health-startup-timeout health-timeout hostname
    hosts-file hostuser image-volume infra-command infra-conmon-pidfile infra-image infra-name
    init-ctr init-path ip ip6 ipc kernel-memory label label-file link log-driver log-opt
    mac-address memory memory-reservation memory-swap memory-swappiness mount name network
    network-alias oom-score-adj os passwd-entry personality pid pidfile pids-limit platform pod
    pod-id-file preserve-fd preserve-fds publish pull rdt-class requires restart retry
    retry-delay sdnotify seccomp-policy secret security-opt share shm-size shm-size-systemd
    stop-signal stop-timeout subgidname subuidname sysctl systemd timeout tmpfs tz uidmap ulimit
    umask unsetenv user userns uts variant volume volumes-from workdir
    """
)
_SHORT = {
    "a": "attach",
    "c": "cpu-shares",
    "d": "detach",
    "e": "env",
    "h": "hostname",
    "i": "interactive",
    "l": "label",
    "m": "memory",
    "p": "publish",
    "P": "publish-all",
    "q": "quiet",
    "t": "tty",
    "u": "user",
    "v": "volume",
    "w": "workdir",
}
_POD_SHORT = {**_SHORT, "n": "name"}
_ALIASES = {
    "net": "network",
    "dns-opt": "dns-option",
    "healthcheck-command": "health-cmd",
    "healthcheck-interval": "health-interval",
    "healthcheck-retries": "health-retries",
    "healthcheck-start-period": "health-start-period",
    "healthcheck-timeout": "health-timeout",
    "volume-from": "volumes-from",
    "cpu-share": "cpu-shares",
    "timezone": "tz",
    "healthcheck-cmd": "health-cmd",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One option as given; ``index`` is where its value (or the flag) stands in the command."""

    option: str
    value: str
    index: int


@dataclass(frozen=True, slots=True)
class CreateCommand:
    """What a command line says. ``unknown`` is the word at which reading had to stop.

    ``image`` and ``arguments`` are filled in only if it was read to its end.
    """

    given: tuple[Given, ...] = ()
    image: str = ""
    image_index: int = -1
    arguments: tuple[str, ...] = ()
    unknown: str = ""

    @property
    def complete(self) -> bool:
        return not self.unknown

    def all(self, option: str) -> tuple[Given, ...]:
        return tuple(given for given in self.given if given.option == option)

    def last(self, option: str) -> Given | None:
        """The one that counts where an option was given several times."""
        found = self.all(option)
        return found[-1] if found else None

    def flag(self, option: str) -> bool | None:
        """A switch: on, off, or None if it was not given."""
        given = self.last(option)
        return None if given is None else given.value.lower() not in ("false", "0", "f")


def parse_create_command(argv: Sequence[str]) -> CreateCommand | None:
    """Read the command that made a container or a pod; None for any other command."""
    position, unknown = _after_globals(argv, 1)
    if unknown:
        return CreateCommand(unknown=unknown)
    words = tuple(argv[position : position + 2])
    if words[:1] == ("container",):
        position, words = position + 1, tuple(argv[position + 1 : position + 2])
    if words[:1] in (("run",), ("create",)):
        return _container(argv, position + 1)
    if words == ("pod", "create"):
        given, _rest, unknown = _options(argv, position + 2, _FLAGS, _VALUES, _POD_SHORT)
        return CreateCommand(given, unknown=unknown)
    return None


def key_values(text: str) -> Mapping[str, str]:
    """``a,b=c`` as ``{"a": "", "b": "c"}``, as in ``--secret`` and ``--mount``."""
    parts = (part.partition("=") for part in text.split(",") if part)
    return {key.strip(): value for key, _equals, value in parts}


def _after_globals(argv: Sequence[str], start: int) -> tuple[int, str]:
    _given, position, unknown = _options(argv, start, _GLOBAL_FLAGS, _GLOBAL_VALUES, _GLOBAL_SHORT)
    return position, unknown


def _container(argv: Sequence[str], start: int) -> CreateCommand:
    given, position, unknown = _options(argv, start, _FLAGS, _VALUES, _SHORT)
    if unknown or position >= len(argv):
        return CreateCommand(given, unknown=unknown or "the end")
    return CreateCommand(given, argv[position], position, tuple(argv[position + 1 :]))


def _options(
    argv: Sequence[str],
    position: int,
    flags: frozenset[str],
    values: frozenset[str],
    short: Mapping[str, str],
) -> tuple[tuple[Given, ...], int, str]:
    """The options from ``position`` on, where they end, and the word that was not understood."""
    given: list[Given] = []
    while position < len(argv) and argv[position].startswith("-") and argv[position] != "-":
        word = argv[position]
        if word == "--":
            return tuple(given), position + 1, ""
        pairs = _long(word, flags) if word.startswith("--") else _cluster(word, flags, short)
        for name, value in pairs:
            if name in flags:
                given.append(Given(name, "true" if value is None else value, position))
            elif name not in values:
                return tuple(given), position, word
            elif value is not None:
                given.append(Given(name, value, position))
            elif position + 1 < len(argv):
                position += 1
                given.append(Given(name, argv[position], position))
            else:
                return tuple(given), position, word
        position += 1
    return tuple(given), position, ""


def _long(word: str, flags: frozenset[str]) -> list[tuple[str, str | None]]:
    name, equals, value = word[2:].partition("=")
    return [(_ALIASES.get(name, name), value if equals else None)]


def _cluster(
    word: str, flags: frozenset[str], short: Mapping[str, str]
) -> list[tuple[str, str | None]]:
    """``-it``, ``-eA=1``, ``-p 80:80``: switches in a row, the last may take a value."""
    pairs: list[tuple[str, str | None]] = []
    letters = word[1:]
    while letters:
        name = short.get(letters[0], f"-{letters[0]}")
        letters = letters[1:]
        if name in flags and not letters.startswith("="):
            pairs.append((name, None))
        else:
            pairs.append((name, letters.removeprefix("=") if letters else None))
            break
    return pairs
