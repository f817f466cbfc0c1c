"""Volumes that Podman makes of memory or of a path of the host are no claims, whoever says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.manifests.resources import pod_spec
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

SCHEMAS = BundledSchemas()
UNIT = "[Container]\nImage=r.io/a:1\nContainerName=a\nVolume=v.volume:/v\n"
RUN = "podman run --name a -v v:/v r.io/a:1\n"


def made_of(files: dict[str, str]) -> Made:
    members = {name: text.encode() for name, text in files.items()}
    return render(read_bundle(MemoryFiles(members), STRICT), Options(), SCHEMAS)


def inspections(options: dict[str, str]) -> dict[str, str]:
    mount = {"Type": "volume", "Name": "v", "Destination": "/v", "RW": True, "Source": "/s"}
    container = {
        "Id": "a" * 64,
        "Name": "a",
        "ImageName": "r.io/a:1",
        "Image": "b" * 64,
        "State": {"Status": "running"},
        "Config": {"Image": "r.io/a:1"},
        "HostConfig": {},
        "Mounts": [mount],
    }
    volume = {"Name": "v", "Driver": "local", "Mountpoint": "/s", "Options": options, "Scope": "l"}
    return {"c.json": json.dumps([container]), "v.json": json.dumps([volume])}


MEMORY = [
    {"run.sh": f"podman volume create -o type=tmpfs -o o=size=10m v\n{RUN}"},
    {"a.container": UNIT, "v.volume": "[Volume]\nType=tmpfs\nDevice=tmpfs\nOptions=size=10m\n"},
    inspections({"type": "tmpfs", "device": "tmpfs", "o": "size=10m"}),
]
BOUND = [
    {"run.sh": f"podman volume create -o type=none -o o=bind -o device=/srv/d v\n{RUN}"},
    {"a.container": UNIT, "v.volume": "[Volume]\nType=none\nDevice=/srv/d\nOptions=bind\n"},
    inspections({"type": "none", "device": "/srv/d", "o": "rbind"}),
]


def volumes_of(made: Made) -> list[Any]:
    assert "StatefulSet" not in [item.body["kind"] for item in made.objects[:1]]
    found = [spec[1] for item in made.objects if (spec := pod_spec(item.body)) is not None]
    return list(found[0]["volumes"])


@pytest.mark.parametrize("files", MEMORY)
def test_memory_stays_memory(files: dict[str, str]) -> None:
    made = made_of(files)
    (volume,) = volumes_of(made)
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": "10Mi"}
    assert [item.body["kind"] for item in made.objects] == ["Deployment"]
    assert not {"volume-size", "volume-data"} & {question.code for question in made.questions}
    assert "VOL-06" not in {finding.code for finding in made.findings}
    dropped = [row.path for row in made.loss if row.outcome.value == "dropped"]
    assert not [path for path in dropped if "Options" in path or "podman volume" in path]


@pytest.mark.parametrize("files", BOUND)
def test_a_path_of_the_host_is_asked_about(files: dict[str, str]) -> None:
    made = made_of(files)
    (asked,) = [question for question in made.questions if question.code == "bind-mount"]
    assert "/srv/d" in str(asked.text)
    assert [volume["persistentVolumeClaim"]["claimName"] for volume in volumes_of(made)] == ["a-v"]


def test_memory_that_containers_share_stays_one_volume() -> None:
    first = "podman volume create -o type=tmpfs v\npodman pod create p\n"
    runs = [f"podman run --pod p --name {name} -v v:/v r.io/a:1\n" for name in "ab"]
    made = made_of({"run.sh": first + "".join(runs)})
    claims = [item.body for item in made.objects if "volumeClaimTemplates" in item.body["spec"]]
    assert claims, "apart, each container would have memory of its own"


def test_what_nothing_mounts_is_told_and_made_of_nothing() -> None:
    made = made_of({"run.sh": "podman volume create -o type=tmpfs v\npodman run --name a r.io/a:1"})
    assert [item.body["kind"] for item in made.objects] == ["Deployment"]
    assert "Nothing mounts it" in str([str(row.reason) for row in made.loss])
