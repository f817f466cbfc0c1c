"""A question about a volume that stands in no file is asked of the service that mounts it alone."""

from __future__ import annotations

from pathlib import Path

from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, Assessment
from migrations_app.queries.actors import Actor

CAPTURED = Path(__file__).parents[2] / "fixtures/inspect/podman4/My_App.v1"
POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: neighbour}
spec: {containers: [{name: c, image: registry.example.com/c:1}]}
"""


def test_a_neighbour_is_not_asked_about_the_volume(
    application: Application, operator: Actor, schemas: BundledSchemas
) -> None:
    captured = {f"app/{path.name}": path.read_bytes() for path in sorted(CAPTURED.iterdir())}
    for files in (captured, {"neighbour.yaml": POD}):
        store_source(actor=operator, application=application, files=files, schemas=schemas)
    assert Assessment.objects.get(service__key="neighbour").questions == []
    mine = Assessment.objects.exclude(service__key="neighbour").get()
    asked = [question["id"] for question in mine.questions]
    assert any(name.startswith("volume-size:") for name in asked)
