"""Kube units: the objects of the YAML files that they play."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrations_app.domain.bundle import Missing, SourceObject
from migrations_app.domain.errors import Problem, UnreadableSource
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import Outcome
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.decoding import decode
from migrations_app.domain.reading.kubernetes import read_objects
from migrations_app.domain.reading.quadlet.expansion import Expansion
from migrations_app.domain.reading.quadlet.unit import Argument, QuadletUnit
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.reading.yaml_reader import read_yaml

_PLAYED = msg("Its objects are taken as they are.")
_ASKED = msg("The file is not among those given; see the question.")
_WORKLOADS = frozenset({"Pod", "Deployment", "DaemonSet", "StatefulSet", "Job", "ReplicaSet"})
_PORTS = msg("The ports of the pods say the same or more; a Service is how peers reach them.")
_LABEL = msg("Podman looks for newer images by itself; on a cluster that is done by a pipeline.")


@dataclass(slots=True)
class Played:
    """The objects that kube units bring along, beside those that stand in members themselves."""

    desk: Desk
    objects: list[SourceObject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: set[str] = field(default_factory=set)

    def play(self, unit: QuadletUnit, expansion: Expansion) -> None:
        """Take the files of one unit."""
        account = expansion.account
        for key in ("ConfigMap", "Yaml"):
            for value in unit.listed(key):
                path = expansion.text(value.text, value.place)
                self._take(unit, Argument(path, value.place), expansion)
        for key, reason in (("PublishPort", _PORTS), ("AutoUpdate", _LABEL)):
            for value in unit.all(key):
                account.drop(value.place, reason)
        folder = unit.filled("SetWorkingDirectory")
        if folder is not None:
            account.convert(folder.place, msg("Relative paths start from the files themselves."))

    def _take(self, unit: QuadletUnit, value: Argument, expansion: Expansion) -> None:
        account = expansion.account
        try:
            name, objects, findings = self._objects(unit, value, expansion)
        except UnreadableSource as error:
            self.problems += [_within(problem, value) for problem in error.problems]
            return
        if not name:
            account.note(value.place, Outcome.QUESTION, _ASKED)
            return
        account.convert(value.place, _PLAYED)
        mine = [item for item in objects if item.body.get("kind") in _WORKLOADS]
        if len(mine) == 1:
            account.identities[mine[0].label] = f"systemd:{expansion.service.full}"
        if name not in self.read and not self._is_member(name):
            self.objects += objects
            self.findings += findings
        self.read.add(name)

    def _objects(
        self, unit: QuadletUnit, value: Argument, expansion: Expansion
    ) -> tuple[str, list[SourceObject], list[Finding]]:
        """The name of a file and its objects; no name if the file is out of reach.

        Raises:
            UnreadableSource: it cannot be read. A member tells of that by itself.
        """
        name, text = self._find(unit, value.text) or ("", "")
        if not name:
            text = _missing(unit, value, expansion)
            name = posixpath.basename(value.text) if text else ""
        problems: list[Problem] = []
        try:
            documents, findings = read_yaml(text, name, self.desk.limits)
            objects = [o for document in documents for o in read_objects(document, problems)]
            if problems:
                raise UnreadableSource(msg("%(file)s cannot be read.", file=name), problems)
        except UnreadableSource:
            if self._is_member(name):
                return name, [], []
            raise
        return name, objects, findings

    def _find(self, unit: QuadletUnit, path: str) -> tuple[str, str] | None:
        """A file of a unit: beside it, or by its bare name where the path is one of the host."""
        for candidate in _candidates(unit, path):
            read = self.desk.files.read if self._is_member(candidate) else self.desk.read
            try:
                data = read(candidate)
            except Missing:
                continue
            return candidate, decode(data, candidate, self.desk.limits)
        return None

    def _is_member(self, name: str) -> bool:
        """Whether a file is read as one of the bundle anyway."""
        return name in {posixpath.normpath(member) for member in self.desk.files.names()}


def _within(problem: Problem, value: Argument) -> Problem:
    """A problem of a file that is no member, told where the unit names it."""
    message = msg("%(place)s: %(problem)s", place=str(problem.place), problem=problem.message)
    return Problem(problem.code, message, value.place)


def _candidates(unit: QuadletUnit, path: str) -> Iterator[str]:
    if not path.startswith("/"):
        yield Desk.beside(unit.file, path)
    yield Desk.beside(unit.file, posixpath.basename(path))


def _missing(unit: QuadletUnit, value: Argument, expansion: Expansion) -> str:
    """The content of a file that is out of reach, if somebody gives it as an answer."""
    answer = expansion.account.ask(
        Question(
            id=f"missing-file:{unit.name}:{value.text}",
            code="missing-file",
            text=msg("%(file)s cannot be read. What does it say?", file=value.text),
            why=msg("It holds the objects that %(unit)s plays.", unit=unit.name),
            place=value.place,
        )
    )
    if not answer:
        expansion.account.findings.append(_not_given(unit, value.text, value.place))
    return answer


def _not_given(unit: QuadletUnit, path: str, place: Place) -> Finding:
    return Finding(
        code="CAP-07",
        severity=Severity.HIGH,
        place=place,
        message=msg("%(unit)s plays %(file)s, which is not here.", unit=unit.name, file=path),
        why=msg("The unit is only the way to that file; what runs is written there."),
        fix=msg("Give the file with the unit, or answer the question with its content."),
        subject=path,
    )
