"""Pod units and the containers that join them."""

from __future__ import annotations

from migrations_app.domain.spec import MountKind
from tests.domain.reading.quadlet.reading_units import read

FILES = {
    "shop.pod": (
        "[Pod]\nPublishPort=8080:80\nNetwork=net.network\nVolume=shared:/shared\nStopTimeout=30\n"
        "AddHost=a:10.0.0.1\n"
    ),
    "web.container": (
        "[Unit]\nRequires=db.container\n"
        "[Container]\nImage=web\nPod=shop.pod\nExposeHostPort=80\n[Service]\nRestart=always\n"
    ),
    "log.container": "[Container]\nImage=log\nPod=shop.pod\nStopTimeout=60\n",
    "db.container": "[Container]\nImage=db\n",
    "net.network": "[Network]\n",
}


def test_a_pod_is_one_service_with_all_its_containers():
    bundle = read(FILES)
    assert {spec.name for spec in bundle.specs} == {"shop", "db"}
    pod = next(spec for spec in bundle.specs if spec.is_pod)
    assert pod.identity == "systemd:shop-pod.service"
    assert {item.name for item in pod.containers} == {"web", "log"}
    assert pod.networks == ("systemd-net",)
    assert pod.extra_hosts == {"a": "10.0.0.1"}
    assert [dependency.service for dependency in pod.depends_on] == ["db"]
    assert bundle.findings == ()


def test_ports_go_to_the_container_that_listens_and_volumes_to_all():
    pod = next(spec for spec in read(FILES).specs if spec.is_pod)
    by_name = {item.name: item for item in pod.containers}
    assert by_name["web"].ports[0].host_port == 8080
    assert by_name["log"].ports == ()
    for container in pod.containers:
        assert [(m.kind, m.target) for m in container.mounts] == [(MountKind.VOLUME, "/shared")]
    assert (by_name["web"].stop_timeout, by_name["log"].stop_timeout) == (30, 60)


def test_a_pod_without_containers_is_told_of():
    bundle = read({"shop.pod": "[Pod]\nPublishPort=80\n"})
    assert bundle.specs == ()
    assert [finding.code for finding in bundle.findings] == ["CAP-01"]
    assert [row.path for row in bundle.loss] == ["shop.pod/Pod/PublishPort"]
