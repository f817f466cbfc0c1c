"""Rendering: registry, resources and probes for many Deployments at once."""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from bench.deployments import deployments
from bench.measure import NotHere, Result, measured
from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Options, render
from migrations_app.domain.presets.schema import Preset
from migrations_app.domain.reading.limits import WIDE
from migrations_app.domain.reading.read import read_bundle

HERE = Path(__file__).parent
ROOT = HERE.parent
PRESET = HERE / "kustomize" / "preset.yaml"
KUSTOMIZATION = HERE / "kustomize" / "kustomization.yaml"
COUNT = 1_000
FLOOR = """
import sys, yaml
with open(sys.argv[1], encoding="utf-8") as file:
    documents = list(yaml.load_all(file, Loader=yaml.CSafeLoader))
yaml.dump_all(documents, sys.stdout, Dumper=yaml.CSafeDumper)
"""


def against_kustomize(folder: Path) -> Result:
    """The same result by ``kubectl kustomize``, compared value by value before it is timed."""
    program = kubectl()
    source = write_source(folder, COUNT)
    shutil.copy(KUSTOMIZATION, folder)

    def theirs() -> bytes:
        return output([program, "kustomize", str(folder)])

    if values(_rendered(source)) != values(theirs()):
        raise RuntimeError("kustomize and rendering made different objects; nothing to compare.")
    seconds = measured(lambda: _rendered(source), theirs, rounds=5)
    return Result("render", f"{COUNT:,} Deployments; kubectl kustomize", *seconds, aim=0.3)


def against_parse_and_dump(folder: Path) -> Result:
    """What nobody can be faster than: reading and writing the same YAML in Python, no more."""
    source = write_source(folder, COUNT)
    seconds = measured(
        lambda: _rendered(source),
        lambda: output([sys.executable, "-c", FLOOR, str(source)]),
        rounds=5,
    )
    return Result("render-floor", f"{COUNT:,} Deployments; parse and dump alone", *seconds)


def ten_thousand_against_hundred(_folder: Path) -> Result:
    """A hundred times the work takes about a hundred times as long: nothing is quadratic.

    Both within this process, so that its start does not flatter the larger one.
    """
    many, few = deployments(10_000).encode(), deployments(100).encode()
    gc.disable()  # as the command does
    try:
        seconds = measured(lambda: _in_process(many), lambda: _in_process(few), rounds=2)
    finally:
        gc.enable()
    what = "10,000 Deployments; 100 of them a hundred times"
    return Result("render-growth", what, *seconds, aim=1.5, per=100)


def check_against_render(folder: Path) -> Result:
    """All findings as JSON, beside making the manifests."""
    source = write_source(folder, COUNT)
    seconds = measured(
        lambda: workbench("check", str(source), "--report", "json", fine=(0, 1)),
        lambda: _rendered(source),
        rounds=3,
    )
    return Result("check", f"{COUNT:,} Deployments without presets; rendering them", *seconds)


def write_source(folder: Path, count: int, name: str = "deployments.yaml") -> Path:
    """So many Deployments in a file."""
    path = folder / name
    path.write_text(deployments(count), encoding="utf-8")
    return path


def _rendered(source: Path) -> bytes:
    return workbench("render", str(source), "--preset", str(PRESET))


def _in_process(source: bytes) -> None:
    bundle = read_bundle(MemoryFiles({"deployments.yaml": source}), WIDE)
    layers = (Preset.from_text(PRESET.read_bytes(), PRESET.name),)
    render(bundle, Options(layers=layers), BundledSchemas())


def workbench(*arguments: str, fine: tuple[int, ...] = (0,)) -> bytes:
    """Standard output of ``bin/workbench``, its start included."""
    return output([sys.executable, "-m", "workbench.cli", *arguments], fine)


def output(command: list[str], fine: tuple[int, ...] = (0,)) -> bytes:
    """Standard output of a command; raises RuntimeError if it ends otherwise than is fine."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode not in fine:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode()[-2000:]}")
    return done.stdout


def values(text: bytes) -> list[Any]:
    """The documents of a YAML text."""
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def kubectl() -> str:
    """kubectl of the PATH, else that of the test cluster."""
    found = shutil.which("kubectl")
    kit = os.environ.get("WORKBENCH_TEST_CLUSTER")
    if not found and kit:
        told = subprocess.run([f"{kit}/env"], capture_output=True, text=True, check=False).stdout
        match = re.search(r"PATH=([^:\s]+)", told.partition("KUBECONFIG=")[2])
        found = shutil.which("kubectl", path=match.group(1)) if match else None
    if not found:
        raise NotHere(
            "kubectl is not on the PATH, and WORKBENCH_TEST_CLUSTER names no test cluster"
        )
    return found
