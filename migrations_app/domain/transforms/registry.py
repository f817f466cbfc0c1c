"""The ``registry`` section of a preset: where images come from and how they are pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.images import ImageRef, is_place
from migrations_app.domain.manifests.resources import (
    map_containers,
    map_pod_specs,
    mapping,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.base import Transform

KEEP = "keep"
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def transforms(
    settings: Settings, facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``registry`` asks for."""
    section = settings.section("registry")
    rewrites = tuple(Rewrite.of(item) for item in section.get("rewrite") or ())
    pin = section.get("pin") == "digest"
    if rewrites or pin:
        yield RewriteImages(
            step=settings.step("registry", "rewrite", "tag", "pin"),
            rewrites=rewrites,
            tag=_tag(section.get("tag") or KEEP),
            pin=pin,
            digests=facts.image_digests,
        )
    if policy := section.get("pullPolicy"):
        yield SetPullPolicy(settings.step("registry", "pullPolicy"), policy)
    if secrets := section.get("pullSecrets"):
        yield AddPullSecrets(settings.step("registry", "pullSecrets"), tuple(secrets))


def _tag(tag: str) -> str:
    if _TAG.fullmatch(tag) is None:
        raise InvalidInput(
            msg(
                "%(tag)s in registry.tag is no image tag. A tag takes letters, digits, dots, "
                "hyphens and underscores, at most 128.",
                tag=repr(tag),
            )
        )
    return tag


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Images below ``source`` move below ``target``; the rest of their path is kept."""

    source: str
    target: str

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> Rewrite:
        """Read a rule of a preset.

        Raises:
            InvalidInput: ``to`` is no place where an image can be.
        """
        target = str(written["to"]).strip("/")
        if not is_place(target):
            raise InvalidInput(
                msg(
                    "%(target)s in registry.rewrite is no registry. Write for example "
                    "registry.example.com/team.",
                    target=repr(written["to"]),
                )
            )
        return cls(str(written["from"]).strip("/"), target)

    def matches(self, image: ImageRef) -> bool:
        """Whether the image is ``source`` itself or lies below it, as written or qualified."""
        return any(_is_below(name, self.source) for name in _names(image))

    def has_moved(self, image: ImageRef) -> bool:
        """Whether the image lies below ``target`` already."""
        return _is_below(image.name, self.target)

    def apply(self, image: ImageRef) -> ImageRef:
        """The image in its new place; ``source`` itself keeps the last part of its name."""
        name = next(name for name in _names(image) if _is_below(name, self.source))
        rest = name[len(self.source) :].strip("/") or name.rpartition("/")[2]
        moved = ImageRef.parse(f"{self.target}/{rest}")
        return replace(moved, tag=image.tag, digest=image.digest)


@dataclass(frozen=True, slots=True)
class RewriteImages:
    """Move, tag and pin every image.

    The longest matching ``source`` wins. An image that lies below a ``target`` already stays, so a
    second run changes nothing. ``tag`` is for images that move and have no digest: a digest says
    exactly which image is meant, and no other tag need lead to it.

    digests: image reference → ``sha256:…``. The digest of an image that only its host knows says
    nothing about what a registry makes of it when it is pushed.
    """

    step: Step
    rewrites: tuple[Rewrite, ...] = ()
    tag: str = KEEP
    pin: bool = False
    digests: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        known: dict[str, str] = {}

        def change(container: Mapping[str, Any]) -> Mapping[str, Any]:
            image = container.get("image")
            if not isinstance(image, str) or not image:
                return container
            if image not in known:
                known[image] = self.rewritten(image)
            better = known[image]
            return container if better == image else {**container, "image": better}

        return map_containers(objects, change)

    def rewritten(self, text: str) -> str:
        """The reference that takes the place of ``text``; an unreadable one stays for IMG-01."""
        try:
            image = ImageRef.parse(text)
        except InvalidInput:
            return text
        moved = self._move(image)
        result = moved or image
        if moved is not None and self.tag != KEEP and not moved.digest:
            result = replace(moved, tag=self.tag)
        if self.pin and not result.digest:
            result = replace(result, digest=self._digest(text, image, result))
        return text if result == image else str(result)

    def _move(self, image: ImageRef) -> ImageRef | None:
        """Where the image comes to rest; of rules that lead in a circle, always in one place."""
        path = [image]
        while (there := self._one_move(path[-1])) is not None:
            if there in path:
                rest = min(path[path.index(there) :], key=str)
                return None if rest == image else rest
            path.append(there)
        return path[-1] if len(path) > 1 else None

    def _one_move(self, image: ImageRef) -> ImageRef | None:
        matching = [rule for rule in self.rewrites if rule.matches(image)]
        if not matching:
            return None
        best = max(matching, key=lambda rule: len(rule.source))
        arrived = [len(rule.target) for rule in self.rewrites if rule.has_moved(image)]
        return None if arrived and max(arrived) >= len(best.source) else best.apply(image)

    def _digest(self, text: str, image: ImageRef, result: ImageRef) -> str:
        if known := self.digests.get(str(result)):
            return known
        if image.is_local or result.tag != image.tag:
            return ""
        return self.digests.get(text) or self.digests.get(str(image.qualified)) or ""


@dataclass(frozen=True, slots=True)
class SetPullPolicy:
    """When nodes pull the images of all containers."""

    step: Step
    policy: str

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        def change(container: Mapping[str, Any]) -> Mapping[str, Any]:
            if container.get("imagePullPolicy") == self.policy:
                return container
            return {**container, "imagePullPolicy": self.policy}

        return map_containers(objects, change)


@dataclass(frozen=True, slots=True)
class AddPullSecrets:
    """The secrets that open the registries, beside those that a pod names already."""

    step: Step
    names: tuple[str, ...]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        present = sequence(spec.get("imagePullSecrets"))
        known = [mapping(item).get("name") for item in present]
        missing = [{"name": name} for name in self.names if name not in known]
        return {**spec, "imagePullSecrets": [*present, *missing]} if missing else spec


def _names(image: ImageRef) -> tuple[str, ...]:
    """What a rule may call the image: by its full name, or as it is written."""
    return image.qualified.name, image.name


def _is_below(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}/")
