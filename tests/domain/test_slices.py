"""What was rendered is cut into the parts of services, and everything said goes to one of them."""

from __future__ import annotations

from pathlib import Path

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render, services_of
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle
from migrations_app.domain.slices import Cutter

FIXTURES = Path(__file__).parents[1] / "fixtures" / "inspect" / "podman5"
NAMES = FIXTURES / "names" / "container-names.json"
HARDENED = FIXTURES / "hardened" / "container-hardened.json"
VOLUMES = FIXTURES / "volumes" / "container-volumes.json"
VOLUME = FIXTURES / "volumes" / "volume-my_data.json"


def cut(files: dict[str, Path]) -> tuple[Made, Cutter]:
    read = {name: path.read_bytes() for name, path in files.items()}
    made = render(read_bundle(MemoryFiles(read), STRICT), Options(), BundledSchemas())
    return made, Cutter(made, services_of(made))


def questions(cutter: Cutter) -> dict[str, set[str]]:
    """The ids of questions by service, ``""`` for the shared set."""
    found = {
        service.name: {question.id for question in cutter.part_of(service).questions}
        for service in cutter.ownership.services
    }
    return {**found, "": {question.id for question in cutter.shared.questions}}


def test_questions_of_a_volume_alone_are_no_services() -> None:
    files = {"web.json": NAMES, "batch.json": HARDENED, "volume.json": VOLUME}
    _made, cutter = cut(files)
    asked = questions(cutter)
    kinds = ("volume-size", "volume-class", "volume-data")
    assert asked[""] == {f"{kind}:my_data:my_data" for kind in kinds}
    assert not any(
        "my_data" in question for name in ("names", "hardened") for question in asked[name]
    )


def test_questions_of_a_volume_that_is_mounted_are_its_services() -> None:
    files = {"web.json": NAMES, "store.json": VOLUMES, "volume.json": VOLUME}
    _made, cutter = cut(files)
    asked = questions(cutter)
    assert "volume-size:volumes:my_data" in asked["volumes"]
    assert not any("my_data" in question for question in asked["names"] | asked[""])


def test_rows_of_a_volume_go_where_its_claim_goes() -> None:
    files = {"web.json": NAMES, "store.json": VOLUMES, "volume.json": VOLUME}
    _made, cutter = cut(files)
    rows = {
        service.name: [
            row for row in cutter.part_of(service).loss if row.path.startswith("Volume/")
        ]
        for service in cutter.ownership.services
    }
    assert rows["volumes"]
    assert not rows["names"]


def test_everything_that_is_said_is_somebodys() -> None:
    files = {"a/web.json": NAMES, "store.json": VOLUMES, "volume.json": VOLUME}
    made, cutter = cut(files)
    parts = [*(cutter.part_of(service) for service in cutter.ownership.services), cutter.shared]
    assert {row.path for row in made.loss} == {row.path for part in parts for row in part.loss}
    assert {item.fingerprint for item in made.findings} == {
        item.fingerprint for part in parts for item in part.findings
    }
