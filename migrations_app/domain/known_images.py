"""What is known of images beyond their names: which one a tag means, and where the house keeps it.

Images that exist on one host only are left out: a registry makes another digest of them, and their
names lead nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.images import ImageRef


@dataclass(frozen=True)
class KnownImages:
    """``digests``: image reference → ``sha256:…``. ``origins``: image → what the source called it.

    ``registries`` are where the house keeps its images, as its presets say.
    """

    digests: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    registries: tuple[str, ...] = ()

    def pinned(self, text: str) -> str:
        """The image with the digest that is known of it, else ""."""
        image = _parsed(text)
        if image is None or image.is_local or image.digest:
            return ""
        digest = self._digest(image) or self._digest(self._origin(text, image))
        result = _parsed(f"{image}@{digest}") if digest else None
        return str(result) if result else ""

    def at_home(self, text: str) -> str:
        """The image below the house's only registry, its path and version kept, else ""."""
        places = {registry.strip("/") for registry in self.registries}
        image = _parsed(text)
        if image is None or image.is_local or image.is_short or len(places) != 1:
            return ""
        result = _parsed(f"{places.pop()}{str(image).removeprefix(image.registry)}")
        return str(result) if result else ""

    def _digest(self, image: ImageRef | None) -> str:
        return self._by_full_name.get(str(image.qualified), "") if image else ""

    def _origin(self, text: str, image: ImageRef) -> ImageRef | None:
        """What the image was called before it was sent elsewhere under the same tag."""
        before = _parsed(self.origins.get(text, ""))
        return None if before is None or before.is_local or before.tag != image.tag else before

    @cached_property
    def _by_full_name(self) -> Mapping[str, str]:
        return {
            str(image.qualified): digest
            for text, digest in self.digests.items()
            if (image := _parsed(text)) is not None
        }


NOTHING = KnownImages()


def _parsed(text: str) -> ImageRef | None:
    try:
        return ImageRef.parse(text) if text else None
    except InvalidInput:
        return None
