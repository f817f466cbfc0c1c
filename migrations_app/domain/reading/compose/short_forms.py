"""The short forms of compose: one text that stands for several fields."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from migrations_app.domain.messages import Message, msg

_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
_PROPAGATION = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
_BYTES = re.compile(r"(?P<number>[0-9.]+) ?(?P<unit>[A-Za-z]*)")
_UNITS = {"": 1, **{letter: 1024**n for n, letter in enumerate("kmgtp", 1)}}
_UNIT = re.compile(r"(?:b|(?P<prefix>[kmgtp])(?:i?b)?)?", re.IGNORECASE)
_DURATION_PART = re.compile(r"(\d*\.?\d*)([a-zµμ]+)")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}
MOST_PORTS = 2000


class BadForm(Exception):
    """A short form that says nothing compose could read."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def ports(text: str) -> list[dict[str, Any]]:
    """The ports of ``[[IP:]PUBLISHED:]TARGET[/PROTOCOL]``, each of them ranges or one.

    Raises:
        BadForm: no number, an address that is none, ranges that differ in length.
    """
    before, _colon, container = text.rpartition(":")
    address, _colon, host = before.rpartition(":")
    container, _slash, protocol = container.partition("/")
    protocol = (protocol or "tcp").lower()
    if not container:
        raise BadForm(msg("%(text)s names no port of the container.", text=repr(text)))
    if protocol not in _PROTOCOLS:
        raise BadForm(msg("%(protocol)s is no protocol: tcp, udp or sctp.", protocol=protocol))
    address = address.removeprefix("[").removesuffix("]")
    if address and not _is_address(address):
        raise BadForm(msg("%(address)s is no IP address.", address=address))
    first, last = _range(container)
    host_first, host_last = _range(host) if host else (0, 0)
    if host and last - first != host_last - host_first and first != last:
        raise BadForm(msg("The ranges of %(text)s differ in length.", text=repr(text)))
    made: list[dict[str, Any]] = []
    for number in range(first, last + 1):
        published = str(host_first + number - first) if host else ""
        if host and first == last and host_first != host_last:
            published = f"{host_first}-{host_last}"
        port: dict[str, Any] = {"mode": "ingress", "target": number, "protocol": protocol}
        if address:
            port["host_ip"] = address
        if published:
            port["published"] = published
        made.append(port)
    return made


def _range(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    numbers = (first, last) if dash else (first, first)
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise BadForm(msg("%(text)s is no port and no range of ports.", text=repr(text)))
    low, high = (int(number) for number in numbers)
    if not (0 <= low <= high <= 65535) or high - low > MOST_PORTS:
        raise BadForm(msg("%(text)s is no port and no range of ports.", text=repr(text)))
    return low, high


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def volume(text: str) -> dict[str, Any]:
    """The mount of ``[SOURCE:]TARGET[:OPTIONS]``.

    Raises:
        BadForm: an empty part, or too many.
    """
    parts = _split_volume(text)
    if not text or "" in parts:
        raise BadForm(msg("%(text)s has an empty part: write SOURCE:TARGET.", text=repr(text)))
    if len(parts) > 3:
        raise BadForm(msg("%(text)s has too many colons.", text=repr(text)))
    source, target = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    mount: dict[str, Any] = {"type": "bind" if is_path(source) else "volume"}
    if source:
        mount["source"] = source
    mount["target"] = target
    inner: dict[str, Any] = {}
    for option in parts[2].split(",") if len(parts) == 3 else ():
        if option == "ro":
            mount["read_only"] = True
        elif option == "nocopy":
            mount["volume"] = {"nocopy": True}
        elif option in _PROPAGATION:
            inner["propagation"] = option
        elif option in ("z", "Z"):
            inner["selinux"] = option
    if mount["type"] == "bind":
        mount["bind"] = {**inner, "create_host_path": True}
    elif len(text) > 2:
        mount.setdefault("volume", {})
        if inner:
            mount["bind"] = inner
    return mount


def _split_volume(text: str) -> list[str]:
    """The parts between colons; the colon of a Windows drive parts nothing."""
    parts = text.split(":")
    joined: list[str] = []
    for part in parts:
        if joined and len(joined[-1]) == 1 and joined[-1].isalpha():
            joined[-1] += ":" + part
        else:
            joined.append(part)
    return joined


def is_path(source: str) -> bool:
    """Whether the source of a mount is a path of the host and not a volume."""
    drive = len(source) > 1 and source[0].isalpha() and source[1] == ":"
    return source.startswith((".", "/", "~", "\\\\")) or drive


def words(text: str) -> list[str]:
    """A command line word by word: quotes and backslashes as a shell, nothing expanded.

    An operator of the shell ends the command: compose starts no shell.

    Raises:
        BadForm: a quote or bracket that is never closed.
    """
    return _Words().of(text)


class _Words:
    """Where the splitting of one command line stands."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.word = ""
        self.started = False
        self.quote = ""

    def of(self, text: str) -> list[str]:
        escaped = False
        for character in text:
            if escaped:
                self._add(character)
                escaped = False
            elif character == "\\" and self.quote != "'":
                escaped = True
            elif self.quote:
                self._quoted(character)
            elif character in " \t\r\n":
                self._end()
            elif character in "'\"":
                self.quote = character
            elif character in ";&|<>":
                if character == ">" and self.word[:1].isdigit():
                    self.started = False
                break
            elif character == "(":
                self._bracket()
            else:
                self.quote = {"`": "`", ")": "$("}.get(character, "")
                self._add(character)
        if escaped or self.quote:
            raise BadForm(msg("A quote or bracket of the command is never closed."))
        self._end()
        return self.found

    def _add(self, character: str) -> None:
        self.word += character
        self.started = True

    def _quoted(self, character: str) -> None:
        closing = {"$(": ")"}.get(self.quote, self.quote)
        if character != closing:
            self._add(character)
            return
        if self.quote in ("`", "$("):
            self._add(character)
        self.started = True
        self.quote = ""

    def _bracket(self) -> None:
        if not self.word.endswith("$"):
            raise BadForm(msg("A bracket stands in the command; quote it, or start a shell."))
        self.quote = "$("
        self._add("(")

    def _end(self) -> None:
        if self.started:
            self.found.append(self.word)
        self.word, self.started = "", False


def is_cut(text: str) -> bool:
    """Whether an operator of the shell ends a command before its end."""
    plain = re.sub(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.|`[^`]*`|\$\([^)]*\)", "", text)
    return bool(re.search(r"[;&|<>]", plain))


def size(value: Any) -> int:
    """Bytes of ``64m``, ``1.5GiB`` or a number.

    Raises:
        BadForm: no number, an unknown unit.
    """
    text = str(value).strip()
    match = _BYTES.fullmatch(text)
    unit = _UNIT.fullmatch(match.group("unit")) if match else None
    try:
        number = float(match.group("number")) if match else -1.0
    except ValueError:
        number = -1.0
    if text == "-1":
        return -1
    if unit is None or number < 0:
        raise BadForm(msg("%(text)s is no size: write for example 64m.", text=repr(text)))
    return int(number * _UNITS[(unit.group("prefix") or "").lower()])


def seconds(value: Any) -> float:
    """Seconds of ``1m30s``.

    Raises:
        BadForm: no unit, or an unknown one.
    """
    text = str(value).strip()
    rest = text.lstrip("+-")
    if rest == "0":
        return 0.0
    total, at = 0.0, 0
    while at < len(rest):
        part = _DURATION_PART.match(rest, at)
        if part is None or part.group(2) not in _SECONDS or part.group(1) in ("", "."):
            raise BadForm(msg("%(text)s is no time: write for example 30s.", text=repr(text)))
        total += float(part.group(1)) * _SECONDS[part.group(2)]
        at = part.end()
    if not rest:
        raise BadForm(msg("%(text)s is no time: write for example 30s.", text=repr(text)))
    return -total if text.startswith("-") else total


def device(text: str) -> Mapping[str, str]:
    """``SOURCE[:TARGET[:PERMISSIONS]]``."""
    parts = text.split(":")
    source = parts[0]
    return {
        "source": source,
        "target": parts[1] if len(parts) > 1 else source,
        "permissions": parts[2] if len(parts) > 2 else "rwm",
    }


def host(text: str) -> tuple[str, tuple[str, ...]]:
    """``NAME=ADDRESS`` or ``NAME:ADDRESS``, of several addresses with commas.

    Raises:
        BadForm: no address.
    """
    for separator in ("=", ":"):
        name, found, addresses = text.partition(separator)
        if found:
            plain = [item.strip("[]") for item in addresses.split(",")]
            return name, tuple(plain)
    raise BadForm(msg("%(text)s names no address: write NAME=ADDRESS.", text=repr(text)))
