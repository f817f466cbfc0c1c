"""Neighbouring units that are no members, and are read because a unit names them."""

from __future__ import annotations

from collections.abc import Mapping

from migrations_app.domain.bundle import Bundle, Missing
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle


class _Beside:
    """One member, and other files within its reach."""

    def __init__(self, member: str, files: Mapping[str, str]) -> None:
        self.member = member
        self.files = files

    def names(self) -> tuple[str, ...]:
        return (self.member,)

    def read(self, relative: str) -> bytes:
        if relative not in self.files:
            raise Missing(relative)
        return self.files[relative].encode()


FILES = {
    "u/web.container": (
        "[Unit]\nAfter=db.container\n"
        "[Container]\nImage=web.image\nVolume=data.volume:/data\nNetwork=net.network\n"
    ),
    "u/db.container": "[Container]\nImage=db\nVolume=other.volume:/x\n",
    "u/data.volume": "[Volume]\nVolumeName=shop\nLabel=a=b\n",
    "u/other.volume": "[Volume]\n",
    "u/net.network": "[Network]\nNetworkName=shop-net\n",
    "u/web.image": "[Image]\nImage=quay.io/web:1\n",
    "u/log.container": "[Container]\nImage=log\nPod=shop.pod\n",
    "u/shop.pod": "[Pod]\nPublishPort=80\nNetwork=net.network\n",
}


def _read(member: str) -> Bundle:
    return read_bundle(_Beside(member, FILES), STRICT)


def test_what_a_unit_names_is_looked_up_beside_it():
    bundle = _read("u/web.container")
    (web,) = bundle.specs
    assert web.containers[0].image == "quay.io/web:1"
    assert [(volume.name, volume.labels) for volume in web.volumes] == [("shop", {"a": "b"})]
    assert web.networks == ("shop-net",)
    assert bundle.findings == ()
    assert web.depends_on == ()
    told = {row.path: str(row.reason) for row in bundle.loss}
    assert told["web.container/Unit/After"] == "The other unit is not rendered with this one."


def test_a_pod_that_is_looked_up_has_the_container_that_names_it():
    bundle = _read("u/log.container")
    (pod,) = bundle.specs
    assert (pod.name, pod.is_pod) == ("shop", True)
    assert [container.name for container in pod.containers] == ["log"]
    assert bundle.findings == ()


def test_what_nothing_uses_is_told_of():
    bundle = _read("u/net.network")
    assert bundle.specs == ()
    assert [str(finding.message) for finding in bundle.findings] == [
        "No unit uses net.network, so nothing is made of it."
    ]
