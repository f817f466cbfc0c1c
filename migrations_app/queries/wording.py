"""Sentences in the language of whoever reads them: the one place where messages are translated.

Pages, the API, commands and workers all come here. The language is the active one of Django's
translation machinery, which a request, a command or a test sets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation

from migrations_app.domain import records
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.messages import Message
from migrations_app.domain.words import word


def translated(message: Message | Mapping[str, Any] | str) -> str:
    """A sentence, or the stored record of one: looked up first, filled in afterwards.

    Text of others, which stands where a sentence may stand, is given back as it is.
    """
    if isinstance(message, str):
        return message
    if not isinstance(message, Message):
        message = records.message_from(message)
    return message.said_with(translation)


def translated_word(table: str, value: Any) -> str:
    """The word for the value of an enumeration, as ``domain.words`` has it."""
    return translated(word(table, value))


def translated_error(error: WorkbenchError) -> str:
    """An error with all its problems, a line for each."""
    return error.told(translated)
