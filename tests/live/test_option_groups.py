"""Groups of Podman's options, with real Podman: asked for, captured, rendered, played, captured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.option_groups.all_groups import GROUPS
from tests.live.option_groups.concerns import TITLES, concerns
from tests.live.option_groups.group import Group
from tests.live.option_groups.page import PAGE, page, static_cells
from tests.live.option_groups.trial import trials, try_out
from tests.live.option_groups.workplace import Workplace, workplace
from tests.live.podman_kit import Service

pytestmark = pytest.mark.live

SAMPLE = [group for group in GROUPS if group.sample]


@pytest.fixture(scope="module")
def old(system_podman: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with workplace(system_podman, tmp_path_factory.mktemp("old")) as made:
        yield made


@pytest.fixture(scope="module")
def new(podman5: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with workplace(podman5, tmp_path_factory.mktemp("new")) as made:
        yield made


@pytest.fixture(params=["old", "new"])
def place(request: pytest.FixtureRequest) -> Workplace:
    """Every Podman there is, one after the other."""
    found: Workplace = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("group", SAMPLE, ids=lambda group: group.name)
def test_what_is_asked_for_is_there_or_told_of(place: Workplace, group: Group) -> None:
    assert try_out(place, group).faults == []


@pytest.mark.long
def test_all_groups_are_as_the_page_says(old: Workplace, new: Workplace) -> None:
    tried = {".".join(map(str, place.version)): [*trials(place)] for place in (old, new)}
    faults = [
        (version, trial.group.name, fault)
        for version, found in tried.items()
        for trial in found
        for fault in trial.faults
    ]
    assert faults == []
    assert page(tried) == PAGE.read_text(encoding="utf-8"), "bin/option-groups --update"


def test_the_page_has_a_row_for_every_group() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = {row.split(" | ")[0].removeprefix("| "): row for row in rows}
    for group in GROUPS:
        static = " | ".join([*static_cells(group), "yes"])
        assert cells[group.name].startswith(f"| {static} | "), "bin/option-groups --update"
    assert len(GROUPS) >= 60


def test_the_page_names_a_test_for_every_concern() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for number, title, test in concerns():
        assert f"| {number} | {title} | `{test}` |" in text, "bin/option-groups --update"
    assert len(TITLES) == 34


def test_names_of_groups_are_told_apart() -> None:
    assert len({group.name for group in GROUPS}) == len(GROUPS)
    assert Path(PAGE).exists()
