"""The same request twice is answered once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from migrations_app.actions import idempotency
from migrations_app.actions.idempotency import Remembered, begin, finish
from migrations_app.domain.errors import Conflict, InvalidInput
from migrations_app.models import IdempotencyKey, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ROUTE = "POST /api/v1/sources/"


@pytest.fixture
def user(db: None) -> User:
    return UserFactory.create()


def answered(user: User, status: int = 201) -> None:
    assert begin(user=user, route=ROUTE, key="k", body=b"a") is None
    finish(user=user, route=ROUTE, key="k", status=status, headers={"X": "y"}, response={"id": 1})


def test_the_second_request_gets_the_first_answer(user: User) -> None:
    answered(user)
    again = begin(user=user, route=ROUTE, key="k", body=b"a")
    assert again == Remembered(201, {"X": "y"}, {"id": 1})


def test_the_same_key_with_another_body_is_refused(user: User) -> None:
    answered(user)
    with pytest.raises(InvalidInput):
        begin(user=user, route=ROUTE, key="k", body=b"b")


def test_keys_of_others_and_of_other_routes_are_others(user: User) -> None:
    answered(user)
    assert begin(user=UserFactory.create(), route=ROUTE, key="k", body=b"b") is None
    assert begin(user=user, route="POST /api/v1/runs/", key="k", body=b"b") is None


def test_while_the_first_is_at_work_the_second_waits(user: User) -> None:
    begin(user=user, route=ROUTE, key="k", body=b"a")
    with pytest.raises(Conflict):
        begin(user=user, route=ROUTE, key="k", body=b"a")


def test_a_request_that_died_is_taken_over(user: User) -> None:
    begin(user=user, route=ROUTE, key="k", body=b"a")
    IdempotencyKey.objects.update(created=timezone.now() - timedelta(minutes=3))
    assert begin(user=user, route=ROUTE, key="k", body=b"a") is None


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failure_of_ours_is_not_remembered(user: User, status: int) -> None:
    answered(user, status)
    assert begin(user=user, route=ROUTE, key="k", body=b"a") is None


def test_keys_are_forgotten_after_a_day(user: User) -> None:
    answered(user)
    IdempotencyKey.objects.update(created=timezone.now() - idempotency.KEPT_FOR * 2)
    assert begin(user=user, route=ROUTE, key="k", body=b"b") is None
