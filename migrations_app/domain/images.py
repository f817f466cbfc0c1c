"""Image references: ``registry/path:tag@digest``.

The grammar is that of the distribution project, read by docker-image-py. Podman's short names
(``nginx``) and the pseudo registry ``localhost/`` of local builds are legal here and mean nothing
to a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from docker_image import reference as grammar

from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.messages import msg

_TRANSPORTS = ("docker://", "docker.io://")
DEFAULT_REGISTRY = "docker.io"
LOCAL_REGISTRY = "localhost"


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
        plain = text
        for transport in _TRANSPORTS:
            plain = plain.removeprefix(transport)
        try:
            parsed = grammar.Reference.parse(plain)
        except Exception as error:  # the library raises its own and bare ones alike
            raise InvalidInput(
                msg(
                    "%(text)s is not an image reference. Write for example "
                    "registry.example.com/team/app:1.2.",
                    text=repr(text[:80]),
                )
            ) from error
        name = str(parsed["name"])
        first, slash, rest = name.partition("/")
        is_registry = bool(slash) and ("." in first or ":" in first or first == LOCAL_REGISTRY)
        return cls(
            registry=first if is_registry else "",
            path=rest if is_registry else name,
            tag=str(parsed["tag"] or ""),
            digest=str(parsed["digest"] or ""),
        )

    def __str__(self) -> str:
        name = f"{self.registry}/{self.path}" if self.registry else self.path
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{name}{tag}{digest}"

    @property
    def is_local(self) -> bool:
        return self.registry == LOCAL_REGISTRY

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
        if self.registry:
            return self
        path = self.path if "/" in self.path else f"library/{self.path}"
        return replace(self, registry=DEFAULT_REGISTRY, path=path)

    def without_digest(self) -> ImageRef:
        return replace(self, digest="")
