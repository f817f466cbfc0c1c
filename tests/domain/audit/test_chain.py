"""The chain names the first link that does not hold."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from migrations_app.domain.audit.chain import (
    GENESIS,
    Link,
    canonical,
    first_break,
    link_hash,
    verify,
)

LENGTH = 12


def body(seq: int, **more: str) -> str:
    return canonical(
        {
            "v": 1,
            "seq": str(seq),
            "id": f"id-{seq}",
            "at": "2026-11-24T00:00:00.000000Z",
            "tag": "service:moved",
            "outcome": "ok",
            "actor": {"kind": "user", "name": "ola"},
            "application": None,
            "service": None,
            "digest": "",
            **more,
        }
    )


def columns(seq: int) -> dict[str, str]:
    return {
        "id": f"id-{seq}",
        "at": "2026-11-24T00:00:00.000000Z",
        "tag": "service:moved",
        "outcome": "ok",
        "actor_kind": "user",
        "actor_name": "ola",
        "application_id": "",
        "service_id": "",
        "digest": "",
    }


def chain(bodies: list[str]) -> list[Link]:
    links: list[Link] = []
    prev = GENESIS
    for seq, text in enumerate(bodies, start=1):
        links.append(Link(seq, prev, link_hash(prev, text), text, columns(seq)))
        prev = links[-1].hash
    return links


@pytest.fixture
def whole() -> list[Link]:
    return chain([body(seq) for seq in range(1, LENGTH + 1)])


def test_a_whole_chain_holds(whole: list[Link]) -> None:
    verdict = verify(whole, (LENGTH, whole[-1].hash))
    assert (verdict.links, verdict.head, verdict.broken) == (LENGTH, whole[-1].hash, None)


def test_an_empty_chain_holds() -> None:
    assert first_break([], (0, GENESIS)) is None


def test_an_edited_text(whole: list[Link]) -> None:
    whole[4] = replace(whole[4], body=body(5, outcome="refused"))
    found = first_break(whole)
    assert found is not None
    assert (found.seq, found.code) == (5, "hash")


def test_an_edited_column(whole: list[Link]) -> None:
    whole[6] = replace(whole[6], columns={**columns(7), "actor_name": "eve"})
    found = first_break(whole)
    assert found is not None
    assert (found.seq, found.code) == (7, "column")


@pytest.mark.parametrize("gone", [1, 6])
def test_a_deleted_link(whole: list[Link], gone: int) -> None:
    found = first_break([link for link in whole if link.seq != gone])
    assert found is not None
    assert (found.seq, found.code) == (gone, "missing")


def test_a_cut_tail_is_seen_against_the_head(whole: list[Link]) -> None:
    found = first_break(whole[:-2], (LENGTH, whole[-1].hash))
    assert found is not None
    assert (found.seq, found.code) == (LENGTH - 1, "cut")


def test_two_swapped_bodies(whole: list[Link]) -> None:
    whole[2], whole[3] = (
        replace(whole[2], body=whole[3].body),
        replace(whole[3], body=whole[2].body),
    )
    found = first_break(whole)
    assert found is not None
    assert found.seq == 3


def test_an_inserted_link(whole: list[Link]) -> None:
    extra = Link(6, whole[4].hash, link_hash(whole[4].hash, body(6)), body(6), columns(6))
    later = [replace(link, seq=link.seq + 1) for link in whole[5:]]
    found = first_break([*whole[:5], extra, *later])
    assert found is not None
    assert found.seq in (6, 7)


def test_a_chain_computed_anew_after_an_edit_does_not_end_at_the_head(whole: list[Link]) -> None:
    forged = chain([body(seq, digest="ff" if seq == 3 else "") for seq in range(1, LENGTH + 1)])
    forged = [
        replace(link, columns={**link.columns, "digest": "ff" if link.seq == 3 else ""})
        for link in forged
    ]
    assert first_break(forged) is None
    found = first_break(forged, (LENGTH, whole[-1].hash))
    assert found is not None
    assert found.code == "head"


def test_an_older_state_of_the_chain(whole: list[Link]) -> None:
    found = first_break(whole[:5], (LENGTH, whole[-1].hash))
    assert found is not None
    assert found.code == "cut"


def test_text_in_another_form(whole: list[Link]) -> None:
    spaced = whole[0].body.replace(":", ": ", 1)
    forged = Link(1, GENESIS, link_hash(GENESIS, spaced), spaced, columns(1))
    found = first_break([forged])
    assert found is not None
    assert found.code == "body"


def test_a_hash_that_is_none(whole: list[Link]) -> None:
    whole[0] = replace(whole[0], hash="zz")
    found = first_break(whole)
    assert found is not None
    assert (found.seq, found.code) == (1, "hash")


def test_200_random_edits_are_all_found_at_their_place(whole: list[Link]) -> None:
    dice = random.Random(7)
    for _turn in range(200):
        at = dice.randrange(LENGTH)
        text = whole[at].body
        spot = dice.randrange(len(text))
        letter = chr((ord(text[spot]) + dice.randrange(1, 90)) % 95 + 32)
        if letter == text[spot]:
            continue
        forged = list(whole)
        forged[at] = replace(whole[at], body=text[:spot] + letter + text[spot + 1 :])
        found = first_break(forged)
        assert found is not None
        assert found.seq == at + 1
