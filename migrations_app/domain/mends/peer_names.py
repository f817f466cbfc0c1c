"""Names by which containers call a Service that cannot keep its own: the new one, where it is sure.

On a network of Podman a peer answers to ``my_db``; its Service is called ``my-db``, and whoever
still asks for ``my_db`` finds nobody. A name is sure to be a host in an address (``http://my_db``,
``my_db:5432``) and in a setting that is called one (``DB_HOST``, ``--host``). ``DB_NAME: my_db`` is
none, and in a text of several lines nobody can tell: an upstream of nginx is written alike.

What is a DNS name as it stands may as well be the name that people use from outside, so it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    name_of,
    namespace_of,
    pod_spec,
    replace_at,
    sequence,
)
from migrations_app.domain.mends.base import Mend
from migrations_app.domain.mends.naming import plan
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path

_LISTS = ("initContainers", "containers")
_COMMANDS: tuple[Path, ...] = (
    ("command",),
    ("args",),
    *((probe, "exec", "command") for probe in ("readinessProbe", "livenessProbe", "startupProbe")),
    *(("lifecycle", hook, "exec", "command") for hook in ("postStart", "preStop")),
)
_HOST = r"(?:HOST|HOSTNAME|HOSTS|ADDR|ADDRESS|SERVER|SERVERS|URL|URI|ENDPOINT|PEER|UPSTREAM)"
_HOST_SETTING = re.compile(rf"(?:{_HOST}|^-h)$", re.IGNORECASE)
_OTHER_SETTING = re.compile(
    r"(?:NAME|USER|USERNAME|OWNER|DB|DATABASE|SCHEMA|PASS|PASSWORD|ID|KEY|PREFIX|TOPIC|QUEUE"
    r"|BUCKET|IMAGE|TAG|PROJECT|GROUP|LABEL|TITLE|PATH|DIR|FILE|VOLUME)$",
    re.IGNORECASE,
)
_HOST_OPTION = re.compile(rf"--?(?:[\w-]*-)?{_HOST}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an object, and whether what it is called says that it names a host, or not."""

    path: Path
    text: str
    called: str = ""

    @property
    def is_host(self) -> bool:
        return _HOST_SETTING.search(self.called) is not None

    @property
    def is_other(self) -> bool:
        return _OTHER_SETTING.search(self.called) is not None


@dataclass(frozen=True, slots=True)
class NewNames:
    """Old name → the name of the Service, in one namespace."""

    renamed: Mapping[str, str]
    in_address: re.Pattern[str]
    mentioned: re.Pattern[str]

    @classmethod
    def of(cls, renamed: Mapping[str, str]) -> NewNames:
        listed = sorted(renamed, key=len, reverse=True)
        one = "|".join(re.escape(name) for name in listed)
        return cls(
            {name.lower(): new for name, new in renamed.items()},
            re.compile(
                rf"(?:(?<=://)(?:{one})(?![\w.-])(?!:[^/\s@]*@|@)"
                rf"|(?<=@)(?:{one})(?![\w.-])"
                rf"|(?<![\w.@/:-])(?:{one})(?=:\d{{1,5}}(?![\w.@])))",
                re.IGNORECASE,
            ),
            re.compile(rf"(?<![\w.@/:-])(?:{one})(?![\w./-])", re.IGNORECASE),
        )

    def in_text(self, item: Text) -> str:
        """The text with the new names, where one is sure to be a host."""
        if "\n" in item.text.strip():
            return item.text
        option, equals, value = item.text.partition("=")
        if equals and _HOST_OPTION.fullmatch(option):
            return f"{option}={self._in_value(value, is_host=True)}"
        return self._in_value(item.text, is_host=item.is_host)

    def _in_value(self, value: str, *, is_host: bool) -> str:
        if is_host and value.lower() in self.renamed:
            return self.renamed[value.lower()]
        return self.in_address.sub(lambda found: self.renamed[found[0].lower()], value)

    def perhaps_in(self, item: Text) -> str:
        """A name that a text holds and that may be a host there, "" for none."""
        if "\n" in item.text.strip():
            found = self.in_address.search(item.text)
            return found[0] if found else ""
        option, equals, _value = item.text.partition("=")
        is_other = item.is_other or (equals and _OTHER_SETTING.search(option))
        if is_other or self.in_text(item) != item.text:
            return ""
        found = self.mentioned.search(item.text)
        return found[0] if found else ""


def texts(body: Object) -> Iterator[Text]:
    """Every text of an object in which a peer may be called by its name."""
    if body.get("kind") in ("ConfigMap", "Secret"):
        field = "data" if body["kind"] == "ConfigMap" else "stringData"
        for key, value in mapping(body.get(field)).items():
            if isinstance(value, str):
                yield Text((field, key), value, str(key))
    found = pod_spec(body)
    if found is None:
        return
    path, spec = found
    for listed in _LISTS:
        for index, container in enumerate(sequence(spec.get(listed))):
            yield from _of_container((*path, listed, index), mapping(container))


def _of_container(path: Path, container: Mapping[str, Any]) -> Iterator[Text]:
    for index, item in enumerate(sequence(container.get("env"))):
        name, value = mapping(item).get("name"), mapping(item).get("value")
        if isinstance(value, str):
            yield Text((*path, "env", index, "value"), value, str(name))
    for place in _COMMANDS:
        before = ""
        for index, word in enumerate(sequence(get(container, place))):
            if isinstance(word, str):
                called = before if before.startswith("-") and "=" not in before else ""
                yield Text((*path, *place, index), word, called)
                before = word


def new_names(objects: Objects) -> Mapping[str, NewNames]:
    """Namespace → the names of its Services that will not stay."""
    positions = plan(objects).positions
    renamed: dict[str, dict[str, str]] = {}
    for index, new in positions.items():
        body = objects[index]
        old = name_of(body)
        if body.get("kind") == "Service" and old and not names.is_subdomain(old):
            renamed.setdefault(namespace_of(body), {})[old] = new
    return {space: NewNames.of(found) for space, found in renamed.items()}


def _with_new_names(objects: Objects) -> Sequence[Object | None]:
    known = new_names(objects)
    return (
        objects
        if not known
        else [_in_object(body, known.get(namespace_of(body))) for body in objects]
    )


def _in_object(body: Object, known: NewNames | None) -> Object:
    result = body
    for item in texts(body) if known is not None else ():
        new = known.in_text(item) if known is not None else item.text
        if new != item.text:
            result = replace_at(result, item.path, new)
    return result


MEND = Mend(
    "NAM-01",
    msg("A peer is called by the name of its Service, which cannot be the one that Podman knows."),
    _with_new_names,
)
