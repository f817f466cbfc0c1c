"""What every reader is given, and what it gives back."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from migrations_app.domain.bundle import Facts, SourceFiles, SourceKind, SourceObject
from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.limits import Limits
from migrations_app.domain.spec import ServiceSpec


@dataclass(frozen=True, slots=True)
class Given:
    """What was said beside the files, before they are read.

    variables: values for variables of compose files, run lines and the like. The environment of
               the process is never asked.
    profiles:  the compose profiles that are switched on.
    answers:   question id → value; a question that a reader put is answered by reading again.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True)
class TextMember:
    """One member file as text.

    ``documents`` are its values as Kubernetes reads YAML, empty for what is no YAML, and
    ``findings`` what that reading noticed. A reader of another dialect reads ``text`` anew.
    """

    name: str
    text: str
    kind: SourceKind
    documents: tuple[Document, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a reader works: the files within its reach, its bounds, and what it was told.

    ``drawn`` collects the names of the files that members refer to: whatever is among the members
    itself and was drawn on by another one needs no meaning of its own. ``secret`` are those of them
    that hold the value of a secret and nothing else, ``secret_names`` variables of which secrets
    are made.
    """

    files: SourceFiles
    limits: Limits
    given: Given = NOTHING_GIVEN
    drawn: set[str] = field(default_factory=set)
    secret: set[str] = field(default_factory=set)
    secret_names: set[str] = field(default_factory=set)

    def read(self, relative: str) -> bytes:
        """The bytes of a file that a member refers to; ``relative`` as members are named.

        Raises:
            Missing: it is not there, or lies outside what is open to the bundle.
        """
        data = self.files.read(relative)
        self.drawn.add(posixpath.normpath(relative))
        return data

    def read_secret(self, relative: str) -> bytes:
        """Like :meth:`read`, for a file that is the value of a secret: it is shown nowhere.

        Raises:
            Missing: as :meth:`read`.
        """
        data = self.read(relative)
        self.secret.add(posixpath.normpath(relative))
        return data

    @staticmethod
    def beside(member: str, reference: str) -> str:
        """How a file is called that ``member`` refers to by a path relative to itself."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(member), reference))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the members of one kind say together.

    A spec without containers stands for volumes that nothing uses. The rows of ``loss`` are those
    of fields that did not go into a spec; building adds the others. ``problems`` name, by their
    place, members that cannot be read; nothing of such a member may be in the other parts.
    """

    specs: tuple[ServiceSpec, ...] = ()
    objects: tuple[SourceObject, ...] = ()
    findings: tuple[Finding, ...] = ()
    loss: tuple[LossRow, ...] = ()
    questions: tuple[Question, ...] = ()
    facts: Facts = field(default_factory=Facts)
    problems: tuple[Problem, ...] = ()


Reader = Callable[[Sequence[TextMember], Desk], Reading]


def together(readings: Sequence[Reading]) -> Reading:
    """Several readings as one, in their order; of facts about one thing the first counts."""
    return Reading(
        specs=tuple(item for reading in readings for item in reading.specs),
        objects=tuple(item for reading in readings for item in reading.objects),
        findings=tuple(item for reading in readings for item in reading.findings),
        loss=tuple(item for reading in readings for item in reading.loss),
        questions=tuple(item for reading in readings for item in reading.questions),
        facts=_facts([reading.facts for reading in readings]),
        problems=tuple(item for reading in readings for item in reading.problems),
    )


def _facts(several: Sequence[Facts]) -> Facts:
    if len(several) == 1:
        return several[0]
    merged: dict[str, dict[object, object]] = {}
    for part in fields(Facts):
        values = merged.setdefault(part.name, {})
        for facts in several:
            for key, value in getattr(facts, part.name).items():
                values.setdefault(key, value)
    return Facts(**merged)  # type: ignore[arg-type]
