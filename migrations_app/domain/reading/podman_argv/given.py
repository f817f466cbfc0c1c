"""Words of a command line, and the options that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migrations_app.domain.places import Place


@dataclass(frozen=True, slots=True)
class Token:
    """One word as the shell hands it over, quotes and escapes taken off, and where it stands.

    A place without a path is given one by the option that the word belongs to. ``secret``: the
    value of a variable that is called so was put into it.
    """

    text: str
    place: Place = Place()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """One option as given; ``index`` is where its value (or the flag) stands in the command."""

    option: str
    value: str
    index: int
    place: Place = Place()
    secret: bool = False

    @property
    def on(self) -> bool:
        """A switch as Go's ``strconv.ParseBool`` takes it; what it does not take is on."""
        return self.value not in ("false", "False", "FALSE", "0", "f", "F")


def key_values(text: str) -> Mapping[str, str]:
    """``a,b=c`` as ``{"a": "", "b": "c"}``, as in ``--secret`` and ``--mount``."""
    parts = (part.partition("=") for part in text.split(",") if part)
    return {key.strip(): value for key, _equals, value in parts}
