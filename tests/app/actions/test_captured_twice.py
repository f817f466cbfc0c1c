"""A pod that is captured again is the same service, made from the newer capture alone."""

from __future__ import annotations

import json
from pathlib import Path

from migrations_app.actions.revisions import Wish, make_revision
from migrations_app.actions.sources import store_source
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.models import Application, Assessment, Revision, Service
from migrations_app.queries.actors import Actor

FIXTURE = Path(__file__).parents[2] / "fixtures" / "inspect" / "podman4" / "shop_pod"


def _captured(**changed: object) -> dict[str, bytes]:
    """The files of one capture; ``changed`` are fields of the web container."""
    files = {f"shop_pod/{path.name}": path.read_bytes() for path in FIXTURE.iterdir()}
    name = "shop_pod/container-shop-web.json"
    inspected = json.loads(files[name])
    inspected[0].update(changed)
    return {**files, name: json.dumps(inspected).encode()}


def _revised(
    actor: Actor, application: Application, schemas: BundledSchemas, files: dict[str, bytes]
) -> tuple[Revision, Assessment]:
    store_source(actor=actor, application=application, files=files, schemas=schemas)
    service = Service.objects.get(application=application)
    wish = Wish("local", images={}, parameters={})
    revision, _new = make_revision(actor=actor, service=service, wish=wish, schemas=schemas)
    return revision, Assessment.objects.get(service=service)


def test_the_second_capture_makes_the_same_manifest_from_its_own_files(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    first, accounted = _revised(operator, application, schemas, _captured())
    fields = len(accounted.loss)
    again = _captured(StaticDir="/another/folder")
    second, accounted_again = _revised(operator, application, schemas, again)
    assert second.pk != first.pk
    assert second.base_digest == first.base_digest
    assert len(accounted_again.loss) == fields


def test_the_order_in_which_podman_lists_variables_does_not_matter(
    operator: Actor, application: Application, schemas: BundledSchemas
) -> None:
    config = json.loads(_captured()["shop_pod/container-shop-web.json"])[0]["Config"]
    turned = {**config, "Env": list(reversed(config["Env"]))}
    first, _accounted = _revised(operator, application, schemas, _captured())
    second, _again = _revised(operator, application, schemas, _captured(Config=turned))
    assert len(config["Env"]) > 2
    assert second.base_digest == first.base_digest
