"""The name of a container is kept where the workload goes by the name of its pod."""

from __future__ import annotations

from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.loss import Outcome
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle


def test_the_name_of_a_member_of_a_pod_is_not_said_to_be_lost() -> None:
    files = {
        "app.pod": b"[Pod]\nPodName=shop\n",
        "web.container": b"[Container]\nImage=img.example/a:1\nPod=app.pod\nContainerName=front\n",
    }
    read = read_bundle(MemoryFiles(files), STRICT)
    assert [container.name for spec in read.specs for container in spec.containers] == ["front"]
    rows = [row for row in read.loss if row.path.endswith("/ContainerName")]
    assert all(row.outcome is not Outcome.DROPPED for row in rows)
