"""Waivers through the API: granted with a reason and a day, shown with the finding, revoked."""

from __future__ import annotations

from datetime import timedelta

from migrations_app.queries.waivers import today
from tests.app.api.conftest import Api, require_problem
from tests.app.api.world import WAIVER, World


def test_a_waiver_from_grant_to_revocation(api: Api, world: World) -> None:
    service = f"services/{world.service.pk}/"
    granted = api.post(f"{service}waivers/", WAIVER)
    assert granted.status_code == 201, granted.content
    waiver = granted.json()
    assert waiver["code"] == "RES-01"
    assert waiver["holds"] is True

    found = {f["fingerprint"]: f for f in api.get(f"{service}findings/").json()["results"]}
    assert found[WAIVER["fingerprint"]]["waived"] is True
    listed = api.get(f"{service}waivers/").json()["results"]
    assert waiver["id"] in {row["id"] for row in listed}
    assert api.post(f"{service}waivers/", WAIVER).status_code == 409

    assert api.delete(f"waivers/{waiver['id']}/").status_code == 204
    assert api.get(f"waivers/{waiver['id']}/").json()["holds"] is False
    found = {f["fingerprint"]: f for f in api.get(f"{service}findings/").json()["results"]}
    assert found[WAIVER["fingerprint"]]["waived"] is False


def test_what_is_wrong_is_named(api: Api, world: World) -> None:
    address = f"services/{world.service.pk}/waivers/"
    for wrong, pointer in (
        ({"fingerprint": "a" * 16}, "/fingerprint"),
        ({"reason": " "}, "/reason"),
        ({"expires": (today() - timedelta(days=1)).isoformat()}, "/expires"),
        ({"expires": "some day"}, "/expires"),
    ):
        refused = api.post(address, {**WAIVER, **wrong})
        problem = require_problem(refused)
        assert problem["status"] == 422, problem
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
