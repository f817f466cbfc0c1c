"""Sentences for people, kept translatable until somebody reads them.

The core knows no language but English and no translation machinery. It builds a
:class:`Message` (an English template and its parameters); whoever shows it looks the template up
in a catalogue and fills in the parameters afterwards. A parameter may be a message itself: words
that belong to the sentence and not to the data are translated with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol


class Catalogue(Protocol):
    """Where templates are looked up; Django's ``translation`` and ``gettext``'s classes fit."""

    def gettext(self, message: str, /) -> str: ...

    def ngettext(self, singular: str, plural: str, number: int, /) -> str: ...

    def pgettext(self, context: str, message: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with ``%(name)s`` placeholders, and what goes into them.

    ``plural`` is the template for any ``count`` but 1. ``context`` tells apart words that are one
    in English and two in another language.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""
    context: str = ""

    def __str__(self) -> str:
        one = not self.plural or self.params.get("count") == 1
        return self._filled(self.text if one else self.plural, None)

    def __hash__(self) -> int:
        return hash(str(self))

    def said_with(self, catalogue: Catalogue) -> str:
        """The sentence in the language of a catalogue: looked up first, filled in afterwards."""
        if not self.text:
            return ""
        if self.plural:
            count = int(self.params["count"])
            return self._filled(catalogue.ngettext(self.text, self.plural, count), catalogue)
        if self.context:
            return self._filled(catalogue.pgettext(self.context, self.text), catalogue)
        return self._filled(catalogue.gettext(self.text), catalogue)

    def about(self, **params: Any) -> Message:
        """The same template filled with other parameters."""
        return replace(self, params=params)

    def _filled(self, template: str, catalogue: Catalogue | None) -> str:
        if not self.params:
            return template
        return template % {
            key: item.said_with(catalogue) if catalogue and isinstance(item, Message) else item
            for key, item in self.params.items()
        }


UNSAID = Message("")
"""Nothing to say."""

Told = Message | str
"""A sentence, or text of others that nobody translates."""

_IN_A_ROW = 20
"""How many items of a list stand within one another as messages, one in the next."""

Say = Callable[[Message], str]
"""How a door puts messages into text: ``str`` in English, a catalogue's way in other languages."""


def msg(text: str, /, **params: Any) -> Message:
    """Make a message; the template is a literal, so that it can be collected for translation."""
    return Message(text, params)


def counted(one: str, many: str, /, *, count: int, **params: Any) -> Message:
    """A message with a number in it, ``%(count)s``: one template for 1, another for the rest."""
    return Message(one, {"count": count, **params}, plural=many)


def msg_for(context: str, text: str, /, **params: Any) -> Message:
    """A message for one of several meanings that its English text has."""
    return Message(text, params, context=context)


def either(items: Iterable[Any]) -> Any:
    """``a, b or c`` as a parameter of another message."""
    *before, last = list(items)
    if not before:
        return last
    return msg("%(before)s or %(last)s", before=listed(before), last=last)


def both(items: Iterable[Any]) -> Any:
    """``a, b and c`` as a parameter of another message."""
    *before, last = list(items)
    if not before:
        return last
    return msg("%(before)s and %(last)s", before=listed(before), last=last)


def listed(items: Iterable[Any]) -> Any:
    """``a, b, c`` as a parameter of another message."""
    first, *rest = list(items)
    if len(rest) > _IN_A_ROW:  # halves, as a thousand messages within each other are too deep
        half = len(rest) // 2
        return msg(
            "%(first)s, %(rest)s", first=listed([first, *rest[:half]]), rest=listed(rest[half:])
        )
    return msg("%(first)s, %(rest)s", first=first, rest=listed(rest)) if rest else first
