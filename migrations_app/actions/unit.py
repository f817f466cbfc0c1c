"""What every action is: one transaction, and a record of who was refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from migrations_app.actions import audit
from migrations_app.actions.permissions import Refusal
from migrations_app.domain.audit.tags import Tag

P = ParamSpec("P")
R = TypeVar("R")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in a transaction; record a refusal after that transaction is undone.

    An action inside another records its refusal twice over: the first record is undone with the
    outer transaction, the second one stays.
    """

    @wraps(function)
    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return function(*args, **kwargs)
        except Refusal as refusal:
            audit.record_refusal(
                tag=Tag.ACCESS_REFUSED,
                actor=refusal.actor,
                data={"verb": refusal.verb.value, "action": function.__name__},
                application=refusal.application,
            )
            raise

    return in_transaction
