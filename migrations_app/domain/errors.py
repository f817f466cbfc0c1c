"""What can go wrong, as one tree.

::

    WorkbenchError
    ├── UnreadableSource      the bytes cannot be understood (400, exit 2)
    ├── InvalidInput          understood, but not acceptable (422)
    │   └── InvalidPreset     a preset that breaks its schema
    ├── MissingParameter      a required parameter was not given (422, exit 64)
    ├── NotAllowed            this person may not do this (403)
    ├── Conflict              the state does not permit it now (409)
    │   ├── StaleState        somebody else was faster
    │   ├── IllegalMove       no such way between these phases
    │   ├── GateClosed        gates are closed; carries them
    │   └── RunActive         the same work is under way; carries the run
    └── EngineError           Podman or a cluster did not do as asked (502); may be transient
        └── EngineUnreachable it did not answer at all
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.messages import Message, Say
from migrations_app.domain.places import Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input: a stable code, a sentence, and where."""

    code: str
    message: Message
    place: Place = Place()

    def told(self, say: Say) -> str:
        """Where, and what."""
        where = str(self.place)
        return f"{where}: {say(self.message)}" if where else say(self.message)

    def __str__(self) -> str:
        return self.told(str)


class WorkbenchError(Exception):
    """Every error that a person may read. ``code`` is stable and never translated."""

    code = "error"

    def __init__(self, message: Message, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def told(self, say: Say) -> str:
        """The sentence and every problem, a line for each, as ``say`` puts messages into text."""
        return "\n".join([say(self.message), *(problem.told(say) for problem in self.problems)])

    def __str__(self) -> str:
        return self.told(str)


class UnreadableSource(WorkbenchError):
    code = "unreadable"


class InvalidInput(WorkbenchError):
    code = "invalid"


class InvalidPreset(InvalidInput):
    code = "invalid_preset"


class MissingParameter(WorkbenchError):
    code = "missing_parameter"


class NotAllowed(WorkbenchError):
    code = "not_allowed"


class Conflict(WorkbenchError):
    code = "conflict"


class StaleState(Conflict):
    code = "stale"


class IllegalMove(Conflict):
    code = "illegal_move"


class GateClosed(Conflict):
    """Carries every gate of the move, open and closed, so that the refusal is an answer."""

    code = "gate_closed"

    def __init__(self, message: Message, gates: Sequence[Any]) -> None:
        super().__init__(message)
        self.gates = tuple(gates)


class RunActive(Conflict):
    """Carries the id of the run that is already doing this work."""

    code = "run_active"

    def __init__(self, message: Message, run_id: str) -> None:
        super().__init__(message)
        self.run_id = run_id


class EngineError(WorkbenchError):
    """``transient`` says whether trying again later may help."""

    code = "engine"

    def __init__(self, message: Message, *, code: str = "engine", transient: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.transient = transient


class EngineUnreachable(EngineError):
    def __init__(self, message: Message) -> None:
        super().__init__(message, code="engine_unreachable", transient=True)
