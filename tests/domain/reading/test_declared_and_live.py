"""A unit file and its running container are one service, and their difference is told."""

from __future__ import annotations

from dataclasses import replace

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.loss import Outcome
from migrations_app.domain.places import Place
from migrations_app.domain.reading.declared_and_live import Paired, pair
from migrations_app.domain.spec import ContainerSpec, Port, ServiceSpec

KINDS = {"web.container": SourceKind.QUADLET, "container-web.json": SourceKind.INSPECT}


def spec(file: str, **container: object) -> ServiceSpec:
    values: dict[str, object] = {
        "name": "web",
        "image": "docker.io/library/nginx:1.27",
        "places": {"image": Place(file, 3, 1, "Container/web", "/Image")},
        **container,
    }
    return ServiceSpec(
        "web",
        (ContainerSpec(**values),),  # type: ignore[arg-type]
        identity="systemd:web.service",
        file=file,
    )


DECLARED = spec("web.container", environment={"LOG": "info", "TOKEN": "s3cret-a"})
LIVE = spec(
    "container-web.json",
    image_id="a" * 64,
    image_digest="sha256:" + "b" * 64,
    environment={"LOG": "debug", "TOKEN": "s3cret-b"},
    ports=(Port(80, host_port=8080),),
)


def paired(*specs: ServiceSpec) -> Paired:
    return pair(specs, KINDS)


def test_what_is_declared_is_rendered_with_what_only_the_host_knows() -> None:
    found = paired(LIVE, DECLARED)
    (only,) = found.specs
    assert only.file == "web.container"
    assert only.live == "container-web.json"
    assert only.containers[0].image_id == "a" * 64
    assert only.containers[0].environment == DECLARED.containers[0].environment


def test_each_difference_is_a_finding_that_names_parts_and_no_values() -> None:
    found = paired(DECLARED, LIVE)
    told = {finding.subject: str(finding.message) for finding in found.findings}
    assert set(told) == {"web/environment", "web/port"}
    assert told["web/environment"].endswith("LOG, TOKEN.")
    assert "80/tcp" in told["web/port"]
    assert "s3cret" not in str(told)


def test_what_runs_is_accounted_for_in_the_loss_report() -> None:
    rows = paired(DECLARED, LIVE).loss
    assert [(row.path, row.outcome) for row in rows] == [("Container/web/Image", Outcome.DROPPED)]
    assert rows[0].place.file == "container-web.json"


def test_the_image_of_another_reference_lends_no_digest() -> None:
    other = replace(LIVE, containers=(replace(LIVE.containers[0], image="quay.io/other:1"),))
    found = paired(DECLARED, other)
    assert found.specs[0].containers[0].image_digest == ""
    assert "web/image" in {finding.subject for finding in found.findings}


def test_services_without_a_partner_stay_as_they_are() -> None:
    lonely = replace(LIVE, identity="")
    assert paired(DECLARED, lonely).specs == (DECLARED, lonely)
    assert paired(LIVE).specs == (LIVE,)
