"""The board: what it shows, how it is narrowed down, and how services move on it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from pytest_django import DjangoAssertNumQueries

from migrations_app.models import Application, Assessment, Service
from migrations_app.queries.actors import Actor
from migrations_app.queries.boards import CARDS_SHOWN, WORTH_SAYING, Wanted, portfolio
from tests.app.web.conftest import LogIn
from tests.factories import RunFactory, ServiceFactory

pytestmark = pytest.mark.django_db

BOARD_QUERIES = 14
"""Session, person, roles, settings of the shell, and the five of the board."""


def test_the_board_shows_each_service_in_its_phase_with_its_next_step(
    as_person: LogIn, operator: Actor, web: Service
) -> None:
    made = as_person(operator).get("/")
    first = made.context["columns"][0]
    assert [shown.card.service for shown in first.cards] == [web]
    text = made.content.decode()
    assert "Make a revision" in text
    assert f'data-moves="/services/{web.pk}/move/"' in text


def test_the_worst_finding_is_named(
    as_person: LogIn, operator: Actor, application: Application, web: Service
) -> None:
    web.assessment.findings = [
        {
            "code": "IMG-01",
            "severity": "high",
            "mended": False,
            "message": {"text": "Bad", "params": {}},
        },
        {
            "code": "RES-01",
            "severity": "low",
            "mended": False,
            "message": {"text": "Low", "params": {}},
        },
        {
            "code": "SEC-01",
            "severity": "blocker",
            "mended": True,
            "message": {"text": "x", "params": {}},
        },
    ]
    web.assessment.worst = "high"
    web.assessment.severities = {"high": 1, "low": 1}
    web.assessment.save()
    shown = as_person(operator).get("/").context["columns"][0].cards[0]
    assert (shown.headline.code, shown.headline.more) == ("IMG-01", 1)
    assert len(portfolio(operator, Wanted(q="img-01")).cards) == 1
    assert portfolio(operator, Wanted(q="IMG-99")).cards == ()


def test_everything_chosen_is_in_the_address_and_can_be_taken_away(
    as_person: LogIn, operator: Actor, application: Application
) -> None:
    ServiceFactory.create(application=application, name="api", owner="高橋 健太")
    ServiceFactory.create(application=application, name="db", owner="Priya Raman")
    query = urlencode({"q": "a", "owner": "高橋 健太", "order": "oldest"})
    made = as_person(operator).get(f"/?{query}")
    assert [card.service.key for card in made.context["found"].cards] == ["api"]
    owner = next(chip for chip in made.context["chips"] if chip["value"] == "高橋 健太")
    assert owner["without"] == "/?q=a&order=oldest"
    assert "1 of 2 services" in made.content.decode()


def test_no_match_and_nothing_at_all_are_different(
    as_person: LogIn, operator: Actor, viewer: Actor, application: Application
) -> None:
    nothing = as_person(operator).get("/").content.decode()
    assert "No services yet" in nothing
    assert "bin/demo" in nothing
    assert "bin/demo" not in as_person(viewer).get("/").content.decode()
    ServiceFactory.create(application=application, name="api")
    unmatched = as_person(operator).get("/?q=zzz").content.decode()
    assert "No service matches these filters" in unmatched
    assert "Clear filters" in unmatched


def test_an_empty_phase_says_who_is_closest(
    as_person: LogIn, operator: Actor, web: Service
) -> None:
    made = as_person(operator).get("/")
    nearest = made.context["closest"]
    assert (nearest.phase, nearest.card.service) == ("compatible", web)
    assert f"{nearest.closed} gates are closed" in made.content.decode()
    assert "closest" not in as_person(operator).get("/?q=web").context


def test_the_commonest_obstacle_is_named_once_it_is_common(
    as_person: LogIn, operator: Actor, application: Application
) -> None:
    client = as_person(operator)
    for number in range(WORTH_SAYING):
        assert client.get("/").context.get("insight") is None
        service = ServiceFactory.create(application=application, name=f"s-{number}")
        finding = {"code": "IMG-01", "severity": "high", "mended": False}
        Assessment.objects.create(
            service=service,
            inputs_digest="0",
            digest="0",
            text="",
            worst="high",
            severities={"high": 1},
            findings=[{**finding, "message": {"text": "Bad", "params": {}}}],
        )
    text = client.get("/").content.decode()
    assert "IMG-01 is open in 3 services." in text
    assert "/?q=IMG-01" in text


def test_a_long_column_is_folded(
    as_person: LogIn, operator: Actor, application: Application
) -> None:
    ServiceFactory.create_batch(CARDS_SHOWN + 5, application=application)
    client = as_person(operator)
    assert "Show 5 more" in client.get("/").content.decode()
    assert len(client.get("/?all=local").context["columns"][0].cards) == CARDS_SHOWN + 5


def test_the_board_takes_as_many_queries_for_forty_services_as_for_one(
    as_person: LogIn,
    operator: Actor,
    application: Application,
    web: Service,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = as_person(operator)
    for path in ("/", "/?view=table"):
        with django_assert_max_num_queries(BOARD_QUERIES):
            client.get(path)
    for service in ServiceFactory.create_batch(40, application=application):
        RunFactory.create(service=service, state="running")
    for path in ("/", "/?view=table"):
        with django_assert_max_num_queries(BOARD_QUERIES):
            client.get(path)


@pytest.mark.parametrize("path", ["/?view=nonsense", "/?order=x&show=y&all=z&page=99", "/?q=%00"])
def test_an_address_that_asks_for_nonsense_shows_the_board(
    as_person: LogIn, operator: Actor, web: Service, path: str
) -> None:
    assert as_person(operator).get(path).status_code == 200


def test_who_only_looks_is_offered_no_move_and_no_upload(
    as_person: LogIn, viewer: Actor, web: Service
) -> None:
    text = as_person(viewer).get("/").content.decode()
    assert web.key in text
    assert "data-moves" not in text
    assert "Bring in a service" not in text
