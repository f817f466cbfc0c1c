"""Users that are not root, as numbers: a kubelet cannot tell what a name stands for.

A number that the source gives stays. Else it is the preset's; else that of the image, where it is
known to be one; else a person is asked, and rendering goes on with the recommended answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any

from migrations_app.domain.bundle import Facts, ImageFacts, Object, Objects, SourceObject
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import (
    CONTAINER_LISTS,
    containers,
    map_pod_specs,
    map_spec_containers,
    mapping,
    name_of,
    pod_spec,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path, Place, pointer
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.questions import Question
from migrations_app.domain.transforms.aims import Aim, aimed
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.pod_security import change_security, is_windows
from migrations_app.domain.transforms.security_ports import OpenLowPorts

CODE = "run-as-user"
OF_THE_IMAGE = "image"
SOMEBODY = "1001:1001"
"""Recommended where the source runs as root: any number but 0 does, if the image lets it."""

_KEYS = ("runAsNonRoot", "level", "user", "group")


def users(settings: Settings, facts: Facts, answers: Mapping[str, str]) -> Iterator[Transform]:
    """What the section ``security`` says of users."""
    for key, target in (("user", "runAsUser"), ("group", "runAsGroup")):
        for found in aimed(settings, "security", (key,), methodcaller("get", key)):
            yield SetId(found.step, found.aim, target, as_number(found.value, key))
    for found in aimed(settings, "security", _KEYS, _must_not_be_root):
        yield RunAsNonRoot(found.step, found.aim, facts.images, answers)
        yield OpenLowPorts(found.step, found.aim)


def as_number(value: Any, key: str) -> int:
    """An id that may have come through a parameter.

    Raises:
        InvalidInput: it is no number.
    """
    if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit()):
        return int(value)
    raise InvalidInput(
        msg("%(value)s in security.%(key)s is no number.", value=repr(value), key=key)
    )


def _must_not_be_root(section: Mapping[str, Any]) -> bool | None:
    said = section.get("runAsNonRoot")
    wanted = section.get("level") == "restricted" if said is None else said
    return True if wanted else None


@dataclass(frozen=True, slots=True)
class SetId:
    """User or group of containers; what the source says stays, unless it is root."""

    step: Step
    aim: Aim
    field: str
    number: int

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        shared = mapping(spec.get("securityContext"))

        def change(container: Mapping[str, Any]) -> Mapping[str, Any]:
            security = mapping(container.get("securityContext"))
            stays = not self.aim.by_name and security.get(self.field, shared.get(self.field))
            if stays or not self.aim.hits(container.get("name")):
                return container
            return change_security(container, {**security, self.field: self.number})

        return spec if is_windows(spec) else map_spec_containers(spec, change)


@dataclass(frozen=True, slots=True)
class RunAsNonRoot:
    """No container may start as root, and each has a user with which it can start."""

    step: Step
    aim: Aim
    images: Mapping[str, ImageFacts] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    def questions(self, items: Sequence[SourceObject]) -> Sequence[Question]:
        """One for each container of which nobody knows a number."""
        return [
            self._question(item, path, container)
            for item in items
            for path, container in self._unknown(item.body)
        ]

    def _unknown(self, body: Object) -> Iterator[tuple[Path, dict[str, Any]]]:
        found = pod_spec(body)
        if found is None or is_windows(found[1]):
            return
        shared = mapping(found[1].get("securityContext"))
        for path, container in containers(body):
            if self.aim.hits(container.get("name")) and not self._is_settled(container, shared):
                yield path, container

    def _is_settled(self, container: Mapping[str, Any], shared: Mapping[str, Any]) -> bool:
        """Whether a number is written, or the image is known to have one."""
        user = mapping(container.get("securityContext")).get("runAsUser", shared.get("runAsUser"))
        if user is not None:
            return bool(user != 0)
        known = self._image(container)
        return known is not None and _is_number(known.user.partition(":")[0])

    def _image(self, container: Mapping[str, Any]) -> ImageFacts | None:
        return self.images.get(str(container.get("image")))

    def _question(self, item: SourceObject, path: Path, container: Mapping[str, Any]) -> Question:
        origin = item.origin.at(path)
        name = str(container.get("name"))
        return Question(
            id=question_id(item.body, name),
            code=CODE,
            text=msg(
                "Which user is container %(container)s of %(object)s to run as?",
                container=name,
                object=item.label,
            ),
            why=msg(
                "It may not run as root. Answer with a number such as 1001 or 1001:0, or with "
                "image if the image itself has a user that is a number."
            ),
            recommended=self._recommended(container, item.body),
            place=Place(item.file, origin.line, origin.column, item.label, pointer(path)),
        )

    def _recommended(self, container: Mapping[str, Any], body: Object) -> str:
        found = pod_spec(body)
        shared = mapping(found[1].get("securityContext")) if found else {}
        user = mapping(container.get("securityContext")).get("runAsUser", shared.get("runAsUser"))
        return OF_THE_IMAGE if user is None and self._image(container) is None else SOMEBODY

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        if is_windows(spec):
            return spec
        shared = mapping(spec.get("securityContext"))

        def change(container: Mapping[str, Any]) -> Mapping[str, Any]:
            if not self.aim.hits(container.get("name")):
                return container
            security = {**mapping(container.get("securityContext")), "runAsNonRoot": True}
            if not self._is_settled(container, shared):
                security = self._answered(body, container, security)
            return change_security(container, security)

        return self._without_root(map_spec_containers(spec, change))

    def _answered(
        self, body: Object, container: Mapping[str, Any], security: dict[str, Any]
    ) -> dict[str, Any]:
        asked = question_id(body, str(container.get("name")))
        answer = self.answers.get(asked) or self._recommended(container, body)
        if answer == OF_THE_IMAGE:
            security.pop("runAsUser", None)
            return security
        user, _colon, group = answer.partition(":")
        if not _is_number(user) or (group and not (group.isascii() and group.isdigit())):
            raise InvalidInput(
                msg(
                    "%(answer)s does not answer question %(id)s. Write a number that is not 0, "
                    "such as 1001 or 1001:0, or image.",
                    answer=repr(answer),
                    id=asked,
                )
            )
        security["runAsUser"] = int(user)
        if group:
            security.setdefault("runAsGroup", int(group))
        return security

    def _without_root(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """The pod itself may not say root either, once all its containers say who they are."""
        shared = mapping(spec.get("securityContext"))
        listed = [item for key in CONTAINER_LISTS for item in sequence(spec.get(key))]
        if not all(self.aim.hits(mapping(item).get("name")) for item in listed):
            return spec
        kept = {
            key: value
            for key, value in shared.items()
            if not (key == "runAsUser" and value == 0)
            and not (key == "runAsNonRoot" and value is False)
        }
        return spec if len(kept) == len(shared) else change_security(spec, kept)


def question_id(body: Object, container: str) -> str:
    """The same for the same container of the same workload."""
    return f"{CODE}:{name_of(body)}:{container}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0
