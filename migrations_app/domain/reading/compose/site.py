"""What the readers of one project share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from migrations_app.domain.reading.compose.account import Account
from migrations_app.domain.reading.compose.environment import Environment
from migrations_app.domain.reading.compose.nodes import Node
from migrations_app.domain.reading.compose.references import Shelf


@dataclass(frozen=True, slots=True)
class Site:
    """One project while its services are read.

    ``service_name`` and ``volume_name`` turn a key of the file into the name it has in the whole
    bundle, where another project may have the same; ``volume_keys`` is the way back.
    """

    project: str
    model: Node
    account: Account
    environment: Environment
    shelf: Shelf
    service_name: Callable[[str], str]
    volume_name: Callable[[str], str]
    volume_keys: Mapping[str, str]

    def resource(self, section: str, name: str) -> Node | None:
        """The top-level definition of a volume, secret, configuration or network."""
        return self.model.get(section, name)

    def defines(self, section: str, name: str) -> bool:
        return self.model.get(section, name) is not None
