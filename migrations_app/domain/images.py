"""Image references: ``registry/path:tag@digest``.

The grammar is that of the distribution project, read by docker-image-py. Podman's short names
(``nginx``) and the pseudo registry ``localhost/`` of local builds are legal here and mean nothing
to a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from docker_image import reference as grammar

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.messages import msg
from migrations_app.domain.secret_text import with_markers

_TRANSPORT = "docker://"
DEFAULT_REGISTRY = "docker.io"
LOCAL_REGISTRY = "localhost"
_DOCKER_HUB = (DEFAULT_REGISTRY, "index.docker.io", "registry-1.docker.io")
_OWN_HOST = (LOCAL_REGISTRY, "127.0.0.1")


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image as it is named. ``registry`` is empty for a short name."""

    registry: str
    path: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> ImageRef:
        """Read a reference.

        Raises:
            InvalidInput: the text is none.
        """
        return _parsed(text)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"

    @property
    def name(self) -> str:
        """Without tag and digest."""
        return f"{self.registry}/{self.path}" if self.registry else self.path

    @property
    def is_local(self) -> bool:
        """Known to one host only: built there, or in a registry that runs on it."""
        return self.registry.partition(":")[0] in _OWN_HOST

    @property
    def is_short(self) -> bool:
        return not self.registry

    @property
    def floats(self) -> bool:
        """The reference can mean another image tomorrow: no digest, and no tag or ``latest``."""
        return not self.digest and self.tag in ("", "latest")

    @property
    def qualified(self) -> ImageRef:
        """With its registry: a short name is taken for Docker Hub's, ``library/`` included."""
        if self.registry and self.registry not in _DOCKER_HUB:
            return self
        path = self.path if "/" in self.path else f"library/{self.path}"
        return replace(self, registry=DEFAULT_REGISTRY, path=path)

    def without_digest(self) -> ImageRef:
        return replace(self, digest="")


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ImageRef:
    """Remembered, because transforms and checks ask about the same images again and again."""
    try:
        parsed = grammar.Reference.parse(text.removeprefix(_TRANSPORT))
    except Exception as error:  # the library raises its own and bare ones alike
        raise InvalidInput(
            msg(
                "%(text)s is not an image reference. Write for example "
                "registry.example.com/team/app:1.2.",
                text=repr(with_markers(text, "***")[:80]),
            )
        ) from error
    name = str(parsed["name"])
    first, slash, rest = name.partition("/")
    is_registry = bool(slash) and ("." in first or ":" in first or first == LOCAL_REGISTRY)
    return ImageRef(
        registry=first if is_registry else "",
        path=rest if is_registry else name,
        tag=str(parsed["tag"] or ""),
        digest=str(parsed["digest"] or ""),
    )


def is_place(text: str) -> bool:
    """Whether images can lie below the text: a registry, with or without a path."""
    try:
        return not ImageRef.parse(f"{text.strip('/')}/image").is_short
    except InvalidInput:
        return False
