"""What a script makes: containers and pods, and what is told about volumes and networks."""

from __future__ import annotations

from dataclasses import dataclass

from migrations_app.domain.reading.podman_argv import RunReading, Token


@dataclass(frozen=True, slots=True)
class Made:
    """A container or a pod that a script makes, under the name it goes by."""

    name: str
    reading: RunReading
    is_pod: bool

    @property
    def reads_input(self) -> bool:
        return any(given.option == "interactive" for given in self.reading.given)


@dataclass(frozen=True, slots=True)
class Called:
    """``podman volume create`` and its like, kept to be looked at together: its words."""

    words: tuple[Token, ...]
