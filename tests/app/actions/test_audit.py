"""The audit trail on a real database: append-only, and every forgery is found."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from migrations_app.actions import audit
from migrations_app.domain.audit.chain import GENESIS, canonical, link_hash
from migrations_app.domain.audit.tags import Tag
from migrations_app.models import Application, AuditEvent, AuditHead
from migrations_app.queries.actors import Actor
from tests import append_only

TABLE = AuditEvent._meta.db_table
CLI = Actor.system("cli", on_behalf="olga")
EVENTS = 6


def append(**data: str) -> AuditEvent:
    with transaction.atomic():
        return audit.record(tag=Tag.SERVICE_CHANGED, actor=CLI, data=data)


@pytest.fixture
def trail(db: None) -> None:
    for number in range(EVENTS):
        append(number=str(number))


def first_break() -> tuple[int, str] | None:
    broken = audit.check().broken
    return (broken.seq, broken.code) if broken else None


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db
def test_links_follow_each_other(trail: None) -> None:
    events = list(AuditEvent.objects.order_by("seq"))
    assert [event.seq for event in events] == list(range(1, EVENTS + 1))
    assert [event.prev for event in events] == [GENESIS, *(e.hash for e in events[:-1])]
    head = AuditHead.objects.get()
    assert (head.seq, head.hash) == (EVENTS, events[-1].hash)
    assert first_break() is None


@pytest.mark.django_db
def test_an_event_names_who_where_and_what(operator: Actor, application: Application) -> None:
    with transaction.atomic():
        event = audit.record(
            tag=Tag.APPLICATION_CHANGED, actor=operator, data={"a": "ü"}, application=application
        )
    body = json.loads(event.body)
    assert body["actor"]["name"] == "olga"
    assert body["actor"]["kind"] == "user"
    assert body["origin"] == {"ip": "192.0.2.1", "request_id": "request-1"}
    assert body["application"] == {"id": str(application.pk), "slug": "banking-app"}
    assert body["data"] == {"a": "ü"}
    assert canonical(body) == event.body


@pytest.mark.django_db
def test_what_is_too_much_for_one_event_is_told_by_its_size() -> None:
    event = append(text="x" * 100_000)
    assert len(event.body) < 16 * 1024
    assert "too_large" in event.body


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(RuntimeError):
        audit.record(tag=Tag.SERVICE_CHANGED, actor=CLI, data={})


@pytest.mark.django_db(transaction=True)
def test_an_undone_change_leaves_no_event() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(tag=Tag.SERVICE_CHANGED, actor=CLI, data={})
        raise ZeroDivisionError
    assert not AuditEvent.objects.exists()
    assert AuditHead.objects.get().seq == 0


REFUSED_STATEMENTS = [
    f"UPDATE {TABLE} SET outcome = 'refused' WHERE seq = 3",
    f"DELETE FROM {TABLE} WHERE seq = 3",
    f"DELETE FROM {TABLE}",
    f"UPDATE {AuditHead._meta.db_table} SET seq = 2",
    f"DELETE FROM {AuditHead._meta.db_table}",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED_STATEMENTS)
def test_the_database_refuses_every_other_change(trail: None, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        run(statement)
    assert first_break() is None


@pytest.mark.django_db
def test_the_database_refuses_to_put_one_event_in_place_of_another(trail: None) -> None:
    if connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE} WHERE seq = 2"
    else:
        statement = f"TRUNCATE {TABLE}"
    with pytest.raises(DatabaseError), transaction.atomic():
        run(statement)
    assert AuditEvent.objects.count() == EVENTS


@pytest.mark.django_db
def test_a_model_cannot_change_an_event_either(trail: None) -> None:
    event = AuditEvent.objects.get(seq=2)
    event.actor_name = "eve"
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()


def edit_body() -> None:
    body = AuditEvent.objects.get(seq=3).body.replace('"2"', '"9"')
    run(f"UPDATE {TABLE} SET body = %s WHERE seq = 3", body)


def edit_column() -> None:
    run(f"UPDATE {TABLE} SET actor_name = 'eve' WHERE seq = 4")


def edit_time() -> None:
    event = AuditEvent.objects.get(seq=2)
    AuditEvent.objects.filter(seq=2).update(at=event.at - timedelta(days=1))


def delete_first() -> None:
    run(f"DELETE FROM {TABLE} WHERE seq = 1")


def delete_middle() -> None:
    run(f"DELETE FROM {TABLE} WHERE seq = 4")


def delete_last() -> None:
    run(f"DELETE FROM {TABLE} WHERE seq = {EVENTS}")


def delete_all() -> None:
    run(f"DELETE FROM {TABLE}")


def swap_bodies() -> None:
    one, two = (AuditEvent.objects.get(seq=seq).body for seq in (2, 3))
    run(f"UPDATE {TABLE} SET body = %s WHERE seq = 2", two)
    run(f"UPDATE {TABLE} SET body = %s WHERE seq = 3", one)


def rewrite_json() -> None:
    body = json.dumps(json.loads(AuditEvent.objects.get(seq=5).body), indent=1)
    run(f"UPDATE {TABLE} SET body = %s WHERE seq = 5", body)


def append_by_hand() -> None:
    last = AuditEvent.objects.get(seq=EVENTS)
    body = json.loads(last.body) | {"seq": str(EVENTS + 1), "id": str(last.id)[::-1]}
    text = canonical(body)
    run(
        f"INSERT INTO {TABLE} (seq, id, at, tag, outcome, actor_kind, actor_name, digest, body,"
        " prev, hash) SELECT %s, %s, at, tag, outcome, actor_kind, actor_name, digest, %s, %s, %s"
        f" FROM {TABLE} WHERE seq = {EVENTS}",
        EVENTS + 1,
        "f" * 32,
        text,
        last.hash,
        link_hash(last.hash, text),
    )


def recompute_after_edit() -> None:
    """Everything from the third event on is hashed anew, the head too, but for one column."""
    prev = AuditEvent.objects.get(seq=2).hash
    for seq in itertools.count(3):
        event = AuditEvent.objects.filter(seq=seq).first()
        if event is None:
            break
        body = json.loads(event.body)
        if seq == 3:
            body["actor"]["name"] = "eve"
        text = canonical(body)
        run(f"UPDATE {TABLE} SET prev = %s WHERE seq = %s", prev, seq)
        prev = link_hash(prev, text)
        run(f"UPDATE {TABLE} SET body = %s, hash = %s WHERE seq = %s", text, prev, seq)


FORGERIES: list[tuple[Callable[[], None], int, str]] = [
    (edit_body, 3, "hash"),
    (edit_column, 4, "column"),
    (edit_time, 2, "column"),
    (delete_first, 1, "missing"),
    (delete_middle, 4, "missing"),
    (delete_last, EVENTS, "cut"),
    (delete_all, 1, "cut"),
    (swap_bodies, 2, "hash"),
    (rewrite_json, 5, "hash"),
    (append_by_hand, EVENTS + 1, "column"),
    (recompute_after_edit, 3, "column"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("forge", "seq", "code"), FORGERIES, ids=lambda v: getattr(v, "__name__", "")
)
def test_a_forgery_by_somebody_with_every_right_is_found(
    forge: Callable[[], None], seq: int, code: str
) -> None:
    for number in range(EVENTS):
        append(number=str(number))
    append_only.uninstall()
    try:
        forge()
    finally:
        append_only.install()
    assert first_break() == (seq, code)


@pytest.mark.django_db(transaction=True)
def test_20_writers_at_once_make_one_chain() -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def write() -> None:
        try:
            start.wait()
            for number in range(5):
                append(number=str(number))
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert AuditEvent.objects.count() == 20
    assert first_break() is None


@pytest.mark.django_db
def test_a_flood_of_refusals_is_recorded_up_to_a_point(operator: Actor) -> None:
    for _turn in range(audit.REFUSALS_PER_MINUTE + 15):
        audit.record_refusal(tag=Tag.ACCESS_REFUSED, actor=operator, data={"verb": "deploy"})
    events = AuditEvent.objects.order_by("seq")
    assert events.count() == audit.REFUSALS_PER_MINUTE
    last = events.last()
    assert last is not None
    assert "not recorded within this minute" in last.body
