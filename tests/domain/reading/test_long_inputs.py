"""Files of one kind of thing, thousands of times: read in one go, not in one go for each."""

from __future__ import annotations

import time

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle

SCHEMAS = BundledSchemas()
IMAGE = "registry.example.com/web:1"
INPUTS = {
    "one-key.container": f"[Container]\nImage={IMAGE}\n" + "Environment=A=1\n" * 20_000,
    "one-pod.yaml": f"services:\n  s0: {{image: '{IMAGE}'}}\n"
    + "".join(
        f"  s{i}: {{image: '{IMAGE}', network_mode: 'service:s{i - 1}'}}\n" for i in range(1, 1500)
    ),
}
SECONDS = 20
"""Several times what it takes; where every line asks for all the others it is minutes."""


def made_of(name: str, text: str) -> Made:
    bundle = read_bundle(MemoryFiles({name: text.encode()}), WIDE)
    return render(bundle, Options(), SCHEMAS)


@pytest.mark.parametrize("name", INPUTS)
def test_the_work_grows_with_the_file(name: str) -> None:
    begun = time.process_time()
    assert made_of(name, INPUTS[name]).objects
    assert time.process_time() - begun < SECONDS


def test_run_lines_without_names_are_numbered() -> None:
    named = "podman run --name web-3 registry.example.com/other:1\n"
    made = made_of("start.sh", named + f"podman run {IMAGE}\n" * 4)
    names = [o.body["metadata"]["name"] for o in made.objects if o.body["kind"] == "Deployment"]
    assert sorted(names) == ["web", "web-2", "web-3", "web-4", "web-5"]
