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


def localised(message: Message) -> str:
    """The sentence, looked up first and filled in afterwards."""
    return message.said_with(translation)


def localised_record(record: Mapping[str, Any]) -> str:
    """The sentence of a stored record."""
    return localised(records.message_from(record))


def localised_word(table: str, value: Any) -> str:
    """The word for the value of an enumeration, as ``domain.words`` has it."""
    return localised(word(table, value))


def localised_error(error: WorkbenchError) -> str:
    """An error with all its problems, a line for each."""
    return error.told(localised)
