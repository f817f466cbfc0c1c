"""What a command line comes to while its options are read one after the other."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.bundle import Missing, SourceFiles
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.podman_argv.given import Given
from migrations_app.domain.reading.reading import Desk
from migrations_app.domain.spec import HealthCheck, Mount, Port, SecretUse

LEANS_ON = "CAP-06"
NO_SUCH_THING = msg("A pod has nothing like it, so the container must do without.")


@dataclass(frozen=True, slots=True)
class _OnDesk:
    """The files of a desk, each noted as it is read."""

    desk: Desk

    def names(self) -> tuple[str, ...]:
        return self.desk.files.names()

    def read(self, relative: str) -> bytes:
        return self.desk.read(relative)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a command line may lean on beside its own words.

    ``files`` are the files in reach and ``folder`` the one that relative paths start from.
    ``variables`` are those of the environment that are known, ``answers`` those to questions.
    ``prefix`` goes before the paths that words without one are given, ``scope`` into the ids of
    questions.
    """

    files: SourceFiles | None = None
    folder: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    scope: str = ""

    @classmethod
    def of(cls, desk: Desk, folder: str, scope: str) -> Reach:
        """The reach of a command in a member file; what it reads counts as drawn on."""
        return cls(
            files=_OnDesk(desk),
            folder=folder,
            variables=desk.given.variables,
            answers=desk.given.answers,
            scope=scope,
        )

    def read(self, path: str) -> bytes | None:
        """The bytes of a file in reach; None if it is not."""
        if self.files is None or path.startswith(("/", "~")):
            return None
        try:
            return self.files.read(self.within(path))
        except Missing:
            return None

    def within(self, path: str) -> str:
        """A path relative to the folder, as members of the bundle are named."""
        return posixpath.normpath(posixpath.join(self.folder, path))

    def is_folder(self, path: str) -> bool:
        """Whether files in reach stand below a path."""
        below = self.within(path) + "/"
        return self.files is not None and any(n.startswith(below) for n in self.files.names())


@dataclass(slots=True)
class Fields:
    """Attributes of a spec in the making, each with its place."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def set(self, attribute: str, value: Any, place: Place) -> None:
        self.values[attribute] = value
        self.places[attribute] = place

    def put(self, attribute: str, key: str, value: Any, place: Place) -> None:
        """One entry of a mapping."""
        self.values.setdefault(attribute, {})[key] = value
        self.places[f"{attribute}/{key}"] = place

    def add(self, attribute: str, value: Any, place: Place) -> bool:
        """One more item of a sequence, with a place of its own; False if it was there already."""
        earlier = self.values.get(attribute, ())
        if value in earlier:
            return False
        self.values[attribute] = (*earlier, value)
        self.places[f"{attribute}/{value}"] = place
        return True


@dataclass(slots=True)
class Draft:
    """A container or a pod in the making, in the parts of a :class:`ServiceSpec`."""

    reach: Reach = Reach()
    pod_create: bool = False
    container: Fields = field(default_factory=Fields)
    service: Fields = field(default_factory=Fields)
    resources: Fields = field(default_factory=Fields)
    security: Fields = field(default_factory=Fields)
    health: dict[str, Given] = field(default_factory=dict)
    checks: dict[str, HealthCheck] = field(default_factory=dict)
    settings: dict[str, Given] = field(default_factory=dict)
    mounts: list[Mount] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    secrets: list[SecretUse] = field(default_factory=list)
    pod: str = ""
    pod_id_file: str = ""
    requires: list[Given] = field(default_factory=list)
    volumes_from: list[Given] = field(default_factory=list)
    rows: list[LossRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def drop(self, given: Given, reason: Message, part: str = "") -> None:
        """Say why an option, or a part of it, stays behind."""
        self.row(given, Outcome.DROPPED, reason, part)

    def row(self, given: Given, outcome: Outcome, reason: Message, part: str = "") -> None:
        place = replace(given.place, path=f"{given.place.path}/{part}") if part else given.place
        self.rows.append(LossRow(place.object + place.path, outcome, "", reason, place))

    def leans(self, given: Given, severity: Severity, message: Message, fix: Message) -> None:
        """A container leans on something that no pod has."""
        place, subject = given.place, str(message)
        self.findings.append(
            Finding(LEANS_ON, severity, place, message, NO_SUCH_THING, fix, subject=subject)
        )

    def add(self, fields: Fields, attribute: str, value: str, given: Given) -> None:
        """One more item of a sequence in which each item has its own place."""
        if not fields.add(attribute, value, given.place):
            self.repeat(given)

    def join(self, fields: Fields, attribute: str, value: str, given: Given) -> None:
        """One more item of a sequence that has one place as a whole: that of its first item."""
        earlier = fields.values.get(attribute, ())
        if value not in earlier:
            fields.values[attribute] = (*earlier, value)
        if fields.places.setdefault(attribute, given.place) is not given.place:
            self.repeat(given)

    def repeat(self, given: Given) -> None:
        if not any(row.place == given.place for row in self.rows):
            self.needless(given, msg("Taken together with the one before it."))

    def refuse(self, given: Given, example: str) -> None:
        """A value that cannot be what its option takes."""
        self.drop(
            given,
            msg(
                "Podman takes no such value, so what was meant is not known. Write for example "
                "%(example)s.",
                example=f"--{given.option}={example}",
            ),
        )

    def ask(self, code: str, about: str, text: Message, why: Message, place: Place) -> str:
        """Put a question that is answered in free words; what is in force, empty without one."""
        known = [code, self.reach.scope, about]
        identity = ":".join(part for part in known if part)
        question = Question(
            identity, code, text, why, answer=self.reach.answers.get(identity), place=place
        )
        if all(asked.id != identity for asked in self.questions):
            self.questions.append(question)
        return question.in_force

    def needless(self, given: Given, reason: Message) -> None:
        """What a cluster does anyway, so that nothing is lost with the option."""
        self.row(given, Outcome.CONVERTED, reason)
