"""The ``registry`` section of a preset: where images come from and how they are pinned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrations_app.domain.bundle import Object, Objects
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.images import ImageRef
from migrations_app.domain.manifests.resources import map_pod_specs, map_spec_containers, sequence
from migrations_app.domain.provenance import Step

KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Images below ``source`` move below ``target``; the rest of their path is kept."""

    source: str
    target: str

    def apply(self, image: ImageRef) -> ImageRef | None:
        """The rewritten image, None if the rule does not match."""
        full = image.qualified
        name = f"{full.registry}/{full.path}"
        source = self.source.rstrip("/")
        if name != source and not name.startswith(source + "/"):
            return None
        rest = name[len(source) :].strip("/") or full.path.rpartition("/")[2]
        moved = ImageRef.parse(f"{self.target.rstrip('/')}/{rest}")
        return replace(moved, tag=image.tag, digest=image.digest)


@dataclass(frozen=True, slots=True)
class UseRegistry:
    """Rewrite, tag and pin every image; the longest matching ``source`` wins.

    digests: image reference → ``sha256:…``. A pinned image keeps its tag for people to read. An
    image that was already rewritten is not rewritten again, so a second run changes nothing.
    """

    step: Step
    rewrites: tuple[Rewrite, ...] = ()
    tag: str = KEEP
    pin: bool = False
    pull_policy: str = ""
    pull_secrets: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, section: Mapping[str, Any], step: Step, digests: Mapping[str, str]) -> UseRegistry:
        """Make the transform from a preset's section."""
        return cls(
            step=step,
            rewrites=tuple(
                Rewrite(item["from"], item["to"]) for item in section.get("rewrite") or ()
            ),
            tag=section.get("tag") or KEEP,
            pin=section.get("pin") == "digest",
            pull_policy=section.get("pullPolicy") or "",
            pull_secrets=tuple(section.get("pullSecrets") or ()),
            digests=digests,
        )

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        changed = map_spec_containers(spec, self._container)
        present = sequence(spec.get("imagePullSecrets"))
        names = {item.get("name") for item in present if isinstance(item, dict)}
        missing = [{"name": name} for name in self.pull_secrets if name not in names]
        return {**changed, "imagePullSecrets": [*present, *missing]} if missing else changed

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        image = container.get("image")
        result = container
        if isinstance(image, str) and image:
            better = self.rewritten(image)
            if better != image:
                result = {**result, "image": better}
        if self.pull_policy and container.get("imagePullPolicy") != self.pull_policy:
            result = {**result, "imagePullPolicy": self.pull_policy}
        return result

    def rewritten(self, text: str) -> str:
        """The reference that takes the place of ``text``; an unreadable one stays for IMG-01."""
        try:
            image = ImageRef.parse(text)
        except InvalidInput:
            return text
        moved = self._move(image)
        known = self.digests.get(text) or self.digests.get(str(image.qualified))
        if moved is not None:
            if self.tag != KEEP:
                moved = replace(moved, tag=self.tag, digest="")
            image = moved
        if self.pin and not image.digest:
            known = self.digests.get(str(image)) or (known if self.tag == KEEP else None)
            if known:
                image = replace(image, digest=known)
        return str(image) if moved is not None or image.digest else text

    def _move(self, image: ImageRef) -> ImageRef | None:
        full = f"{image.qualified.registry}/{image.qualified.path}"
        if any(full.startswith(rule.target.rstrip("/") + "/") for rule in self.rewrites):
            return None
        for rule in sorted(self.rewrites, key=lambda rule: len(rule.source), reverse=True):
            moved = rule.apply(image)
            if moved is not None:
                return moved
        return None
