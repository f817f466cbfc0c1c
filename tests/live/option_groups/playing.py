"""A service before and after: what was captured, and what Podman made of our variant of it.

Each difference must be told of: by a row of the loss report for the field, or by a row of the
Podman variant for what the field became. And what the report calls lost must be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain.engine import Made
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.manifests.resources import containers
from migrations_app.domain.outputs.base import Written
from migrations_app.domain.spec import ServiceSpec
from tests.live.option_groups.comparing import Fact, facts

UNSEEN = ("pull_policy", "sysctl ", "selinux ")
"""What no inspection of a played pod shows, whether it was heeded or not."""

HOST_ULIMITS = frozenset({"nofile=4096:4096", "nproc=4096:4096"})
"""The limits that ``tests/containers.conf`` gives every container."""

_LABELS_OF_OURS = ("label app", "label app.kubernetes.io/name")


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not the same; ``told`` says by whom, empty if by nobody."""

    name: str
    before: Any
    after: Any
    told: str

    def __str__(self) -> str:
        return f"{self.name}: {self.before} became {self.after}"


def differences(
    before: ServiceSpec, after: ServiceSpec, made: Made, written: Written
) -> list[Difference]:
    """Everything that is not as it was."""
    old, new = _plain(facts(before)), _plain(facts(after))
    judge = _Judge(made, written, old)
    found: list[Difference] = []
    for name, fact in old.items():
        there = new.get(name)
        if (there is None or there.value != fact.value) and not named(name).startswith(UNSEEN):
            value = there.value if there else None
            found.append(Difference(name, fact.value, value, judge.told(fact)))
    for name, fact in new.items():
        if name not in old:
            found.append(Difference(name, None, fact.value, judge.told_of_new(name)))
    return found


def wrongly_lost(before: ServiceSpec, after: ServiceSpec, made: Made) -> list[str]:
    """Facts that the loss report calls dropped and that are there all the same."""
    old, new = _plain(facts(before)), _plain(facts(after))
    rows = {row.path: row for row in made.loss}
    return [
        name
        for name, fact in old.items()
        if name in new
        and new[name].value == fact.value
        and fact.places
        and all(
            rows[path].outcome is Outcome.DROPPED
            for place in fact.places
            if (path := place.object + place.path) in rows
        )
        and any(place.object + place.path in rows for place in fact.places)
    ]


def named(name: str) -> str:
    """A fact without the number of its container."""
    number, dot, rest = name.partition(".")
    return rest if dot and number.isdigit() else name


def _plain(found: Mapping[str, Fact]) -> dict[str, Fact]:
    """Without what every container of ours or of this host has."""
    kept: dict[str, Fact] = {}
    for name, fact in found.items():
        if named(name) in _LABELS_OF_OURS:
            continue
        if named(name) == "ulimits":
            limits = tuple(limit for limit in fact.value if limit not in HOST_ULIMITS)
            if not limits:
                continue
            fact = replace(fact, value=limits)
        kept[name] = fact
    return kept


@dataclass(frozen=True, slots=True)
class _Judge:
    made: Made
    written: Written
    old: Mapping[str, Fact]

    def told(self, fact: Fact) -> str:
        """Who says that this is not kept as it was."""
        rows = [row for row in self.made.loss if row.path in _paths(fact)]
        if any(row.outcome in (Outcome.DROPPED, Outcome.QUESTION) for row in rows):
            return "loss report"
        targets = [target for row in rows for target in row.target.split(", ") if target]
        if any(self._about(row, target) for row in self.written.loss for target in targets):
            return "Podman variant"
        if targets and any(row.outcome is Outcome.CONVERTED for row in rows):
            return "loss report" if self._in_another_form(targets) else ""
        return ""

    def _about(self, row: LossRow, target: str) -> bool:
        return _within(target, row.path) or _within(row.path, target)

    def _in_another_form(self, targets: list[str]) -> bool:
        """Whether a field became something else than the field of the same meaning."""
        forms = ("/volumeMounts/", "/volumes/", "/annotations/", "/ports/", "/valueFrom", "Probe")
        return any(form in target for target in targets for form in forms)

    def told_of_new(self, name: str) -> str:
        """Who says that there is something more than before."""
        plain = named(name)
        if plain.startswith("port ") and plain.endswith(" on the host"):
            wanted = f"/spec/ports/{plain.split()[1].partition('/')[0]}"
            rows = [row for row in self.written.loss if row.path.endswith(wanted)]
        elif plain.startswith("mount "):
            return self._told_of_mount(plain.partition(" ")[2])
        elif plain.startswith("annotation "):
            key = plain.partition(" ")[2].replace("/", "~1")
            rows = [row for row in self.made.loss if f"/annotations/{key}" in row.target]
        elif plain == "start-up":
            rows = [row for row in self.made.loss if "startupProbe" in row.target]
        else:
            rows = []
        return "Podman variant" if rows else ""

    def _told_of_mount(self, path: str) -> str:
        if any("readOnlyRootFilesystem" in row.path for row in self.written.loss):
            return "Podman variant"
        for index, target in enumerate(self._mounts()):
            if target == path:
                suffix = f"/volumeMounts/{index}"
                rows = [row for row in self.made.loss if suffix in row.target]
                shared = [row for row in self.made.loss if "ShmSize" in row.path]
                return "loss report" if rows or shared else ""
        return ""

    def _mounts(self) -> Iterator[str]:
        for item in self.made.objects:
            for _path, container in containers(item.body):
                for mount in container.get("volumeMounts") or ():
                    yield str(mount["mountPath"])


def _paths(fact: Fact) -> set[str]:
    return {place.object + place.path for place in fact.places}


def _within(path: str, above: str) -> bool:
    return path == above or path.startswith(above + "/")
