"""A command line as a container or a pod, every word of it accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrations_app.domain.errors import Problem
from migrations_app.domain.findings import Finding
from migrations_app.domain.loss import LossRow, Outcome
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Place, pointer
from migrations_app.domain.questions import Question
from migrations_app.domain.reading.podman_argv.draft import Draft, Reach
from migrations_app.domain.reading.podman_argv.finishing import finished_container
from migrations_app.domain.reading.podman_argv.given import Given, Token
from migrations_app.domain.reading.podman_argv.table import OPTIONS
from migrations_app.domain.reading.podman_argv.words import (
    Options,
    Unknown,
    after_globals,
    split,
    verb_at,
)
from migrations_app.domain.spec import ContainerSpec, Mount, Port, ServiceSpec

_OVERRIDDEN = msg("A later option of the same name counts.")
NO_REACH = Reach()


@dataclass(frozen=True, slots=True)
class RunReading:
    """What one command line says.

    ``service`` has the container, if it is one, and what belongs to the service around it: host
    name, networks, name resolution. Names are empty where none was given. ``mounts``, ``ports``
    and ``container`` of a pod are for all its containers together. ``words`` tells for every word,
    in order, under which path it is accounted for. ``variables`` are those that it takes from the
    environment, with the values in force. ``requires`` and ``volumes_from`` name other
    containers: whoever has those settles the options. ``complete`` is False where an option was not
    known, or the line is cut off.
    """

    service: ServiceSpec
    container: ContainerSpec
    given: tuple[Given, ...] = ()
    pod: str = ""
    pod_id_file: str = ""
    requires: tuple[Given, ...] = ()
    volumes_from: tuple[Given, ...] = ()
    loss: tuple[LossRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()
    words: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True

    @property
    def pod_ports(self) -> tuple[Port, ...]:
        return self.container.ports

    @property
    def pod_mounts(self) -> tuple[Mount, ...]:
        return self.container.mounts

    def last(self, option: str) -> Given | None:
        found = [given for given in self.given if given.option == option]
        return found[-1] if found else None


def read_command(tokens: Sequence[Token], reach: Reach = NO_REACH) -> RunReading | None:
    """A whole command from ``podman`` (or ``docker``) on; None if it makes no container or pod."""
    position, unknown = after_globals(tokens, 1)
    verb, start = verb_at(tokens, position)
    if unknown or not verb:
        return None
    if verb == "pod create":
        return read_pod_create(tokens[start:], reach)
    return read_run(tokens[start:], reach)


def read_run(tokens: Sequence[Token], reach: Reach = NO_REACH) -> RunReading:
    """The words behind ``podman run`` or ``podman create``: options, image, arguments."""
    reading = _Reading(tokens, Draft(reach), split(tokens, 0, pod=False, strict=False))
    reading.read_options()
    end = reading.options.end
    if end < len(tokens):
        reading.read_image(end)
    else:
        reading.cut_off(msg("The command names no image; it seems to be cut off."))
    return reading.finished()


def read_options(tokens: Sequence[Token], reach: Reach = NO_REACH) -> RunReading:
    """Options of ``podman run`` alone, such as Quadlet's ``PodmanArgs``."""
    reading = _Reading(tokens, Draft(reach), split(tokens, 0, pod=False, strict=False))
    reading.read_options()
    reading.leave(reading.options.end, msg("Options were expected here, and this is none."))
    return reading.finished()


def read_pod_create(tokens: Sequence[Token], reach: Reach = NO_REACH) -> RunReading:
    """The words behind ``podman pod create``: options and, perhaps, a name."""
    draft = Draft(reach, pod_create=True)
    reading = _Reading(tokens, draft, split(tokens, 0, pod=True, strict=False))
    reading.read_options()
    end = reading.options.end
    if end < len(tokens):
        draft.service.set("name", tokens[end].text, reading.place(range(end, end + 1), "NAME"))
        end += 1
    reading.leave(end, msg("A pod has one name, and nothing stands behind it."))
    return reading.finished()


@dataclass(slots=True)
class _Reading:
    tokens: Sequence[Token]
    draft: Draft
    options: Options
    problems: list[Problem] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    words: list[str] = field(init=False)
    complete: bool = True

    def __post_init__(self) -> None:
        self.words = [""] * len(self.tokens)

    def place(self, span: range, *steps: str, at: int = -1) -> Place:
        """Where a few words stand, under a path of their own if their place has none."""
        place = self.tokens[at if at >= 0 else span[-1]].place
        if not place.path:
            place = replace(place, path=self.draft.reach.prefix + pointer(steps))
        for index in span:
            self.words[index] = self.words[index] or place.path
        return place

    def read_options(self) -> None:
        counts = Counter(given.option for given in self.options.given)
        seen: Counter[str] = Counter()
        for given, span in zip(self.options.given, self.options.spans, strict=True):
            option = OPTIONS[given.option]
            seen[given.option] += 1
            steps = _steps(given, counts[given.option], seen[given.option], keyed=option.keyed)
            given = replace(given, place=self.place(span, *steps))
            self.given.append(given)
            if option.repeats or seen[given.option] == counts[given.option]:
                continue
            self.draft.drop(given, _OVERRIDDEN)
        self._apply()
        for unknown, span in zip(self.options.unknown, self.options.unknown_spans, strict=True):
            self._unknown(unknown, span)

    def _apply(self) -> None:
        """Files of variables come before variables, whatever their order in the command."""
        last = {given.option: given for given in self.given}
        counting = [g for g in self.given if OPTIONS[g.option].repeats or last[g.option] is g]
        counting.sort(key=lambda given: given.option not in ("env-file", "label-file"))
        for given in _without_repeated_keys(self.draft, counting):
            OPTIONS[given.option].read(self.draft, given)

    def _unknown(self, unknown: Unknown, span: range) -> None:
        self.complete = False
        word = unknown.token.text.partition("=")[0]
        if unknown.value_missing:
            reason = msg("The line ends where the value of %(option)s should stand.", option=word)
        elif unknown.nearest:
            reason = msg(
                "Podman has no option %(option)s. The nearest is %(nearest)s.",
                option=word,
                nearest=f"--{unknown.nearest}",
            )
        else:
            reason = msg("Podman has no option %(option)s.", option=word)
        place = self.place(span, word, at=span[0])
        self._drop(place, reason)

    def read_image(self, index: int) -> None:
        token, draft = self.tokens[index], self.draft
        if index and self.tokens[index - 1].text == "--":
            self.words[index - 1] = "/IMAGE"
        place = self.place(range(index, index + 1), "IMAGE")
        if not token.text:
            self._drop(place, msg("The name of the image is empty."))
        if "--rootfs" not in draft.container.values.get("unmapped", {}):
            draft.container.set("image", token.text, place)
        else:
            self._drop(place, msg("A folder of the host; build an image from it."))
        arguments = self.tokens[index + 1 :]
        if arguments:
            span = range(index + 1, len(self.tokens))
            place = self.place(span, "COMMAND", at=index + 1)
            draft.container.set("args", tuple(token.text for token in arguments), place)

    def leave(self, start: int, reason: Message) -> None:
        """Say that the words from ``start`` on mean nothing."""
        if start < len(self.tokens):
            self.complete = False
            self._drop(self.place(range(start, len(self.tokens)), "REST", at=start), reason)

    def cut_off(self, message: Message) -> None:
        self.complete = False
        place = self.tokens[-1].place if self.tokens else Place()
        self.problems.append(Problem("cut_off", message, place))

    def _drop(self, place: Place, reason: Message) -> None:
        row = LossRow(place.object + place.path, Outcome.DROPPED, "", reason, place)
        self.draft.rows.append(row)

    def finished(self) -> RunReading:
        draft = self.draft
        container = finished_container(draft)
        if draft.pod_create:
            containers: tuple[ContainerSpec, ...] = ()
        else:
            containers = (container,)
        fields = draft.service
        name = fields.values.pop("name", "") if draft.pod_create else container.name
        service = ServiceSpec(
            name=name,
            containers=containers,
            is_pod=draft.pod_create,
            places=fields.places,
            **fields.values,
        )
        return RunReading(
            service=service,
            container=container,
            given=tuple(self.given),
            pod=draft.pod,
            pod_id_file=draft.pod_id_file,
            requires=tuple(draft.requires),
            volumes_from=tuple(draft.volumes_from),
            loss=tuple(draft.rows),
            findings=tuple(draft.findings),
            questions=tuple(draft.questions),
            problems=tuple(self.problems),
            words=tuple(self.words),
            variables=draft.variables,
            complete=self.complete,
        )


def _steps(given: Given, count: int, number: int, *, keyed: bool) -> tuple[str, ...]:
    """The path of one option: by its key, else by its number where it is given several times."""
    name = f"--{given.option}"
    if keyed:
        return name, given.value.partition("=")[0]
    return (name, str(number)) if count > 1 else (name,)


def _without_repeated_keys(draft: Draft, counting: Sequence[Given]) -> list[Given]:
    """Of ``-e A=1 -e A=2`` the last counts, and both stand under one path."""
    last = {_keyed(given): given for given in counting if OPTIONS[given.option].keyed}
    return [given for given in counting if last.get(_keyed(given), given) is given]


def _keyed(given: Given) -> tuple[str, str]:
    """What tells apart the values of an option; places may be those of a longer line."""
    return given.option, given.value.partition("=")[0]
