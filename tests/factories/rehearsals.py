"""Runs and rehearsals."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from migrations_app.domain.runs import RunKind, RunState
from migrations_app.models import Rehearsal, Run


class RunFactory(DjangoModelFactory[Run]):
    class Meta:
        model = Run

    kind = RunKind.REHEARSAL.value
    state = RunState.SUCCEEDED.value
    subject = factory.Sequence(lambda n: f"subject-{n}")


class RehearsalFactory(DjangoModelFactory[Rehearsal]):
    class Meta:
        model = Rehearsal

    number = 1
    outcome = "passed"
