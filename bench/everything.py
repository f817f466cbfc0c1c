"""Rendering with every section of a preset and all checks, beside the same made by kustomize.

The kustomization is derived from what rendering made: one patch for what all Deployments have in
common, a small one for each where its own name stands, and the new objects as resources. That it
builds to the very same objects is compared before anything is timed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bench.measure import Result, measured
from bench.render import COUNT, HERE, kubectl, output, values, workbench, write_source

PRESET = HERE / "kustomize" / "everything.yaml"
IMAGE = {"name": "localhost/web", "newName": "registry.example.com/bank/web", "newTag": "4f2c9d1"}
_BY_IMAGE = "image"
"""What the kustomization does by its list of images, not by a patch."""


def against_the_same_objects(folder: Path) -> Result:
    """All objects, the new ones among them: kustomize compares each with each."""
    source = write_source(folder, COUNT)
    made = _made(source)
    _kustomization(folder, made, source)
    theirs = values(_built(folder))
    if _by_name(theirs) != _by_name(made):
        raise RuntimeError("kustomize and rendering made different objects; nothing to compare.")
    seconds = measured(lambda: _rendered(source), lambda: _built(folder), rounds=1, warm=False)
    what = f"{COUNT:,} Deployments to {len(made):,} objects; kubectl kustomize"
    return Result("render-all", what, *seconds, aim=0.4)


def against_the_patches_alone(folder: Path) -> Result:
    """The least kustomize could do: the Deployments alone, the new objects not even read."""
    source = write_source(folder, COUNT)
    _kustomization(folder, _made(source), source, new=False)
    seconds = measured(lambda: _rendered(source), lambda: _built(folder), rounds=3)
    what = f"the same {COUNT:,}; kubectl kustomize of the Deployments alone"
    return Result("render-all-patches", what, *seconds)


def _rendered(source: Path) -> bytes:
    return workbench("render", str(source), "--preset", str(PRESET))


def _built(folder: Path) -> bytes:
    return output([kubectl(), "kustomize", str(folder)])


def _made(source: Path) -> list[Any]:
    return values(_rendered(source))


def _by_name(objects: list[Any]) -> dict[tuple[str, str], Any]:
    return {(item["kind"], item["metadata"]["name"]): item for item in objects}


def _kustomization(folder: Path, made: list[Any], source: Path, *, new: bool = True) -> None:
    read = _by_name(values(source.read_bytes()))
    deployments = [item for item in made if item["kind"] == "Deployment"]
    others = [item for item in made if item["kind"] != "Deployment"]
    first, second = deployments[:2]
    patch = _patch("any", _alike(first, second, read["Deployment", _name(first)]))
    own = [
        _patch(_name(item), _unlike(item, second if item is first else first))
        for item in deployments
    ]
    _write(folder / "own.yaml", own)
    _write(folder / "new.yaml", others)
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [source.name, *(["new.yaml"] if new else [])],
        "images": [IMAGE],
        "patches": [
            {"target": {"kind": "Deployment"}, "patch": yaml.safe_dump(patch)},
            {"path": "own.yaml"},
        ],
    }
    _write(folder / "kustomization.yaml", [kustomization])


def _patch(name: str, changes: dict[str, Any]) -> dict[str, Any]:
    metadata = {**changes.get("metadata", {}), "name": name}
    return {**changes, "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}


def _name(item: dict[str, Any]) -> str:
    return str(item["metadata"]["name"])


def _alike(one: Any, other: Any, read: Any) -> Any:
    """What two results say alike and the source does not; None also for what went away."""
    patch: dict[str, Any] = {key: None for key in read if key not in one and key != _BY_IMAGE}
    for key, value in one.items():
        before, beside = read.get(key), other.get(key)
        if value == before or key == _BY_IMAGE:
            continue
        if value == beside and not (isinstance(value, dict) and isinstance(before, dict)):
            patch[key] = value
        elif isinstance(value, dict) and isinstance(beside, dict):
            if inner := _alike(value, beside, before or {}):
                patch[key] = inner
        elif _named(value) and _named(before):
            inner_lists = [
                {"name": a["name"], **_alike(a, b, c)}
                for a, b, c in zip(value, beside, before, strict=True)
            ]
            patch[key] = inner_lists
    return patch


def _unlike(one: Any, other: Any) -> Any:
    """What one result says otherwise than another."""
    patch: dict[str, Any] = {}
    for key, value in one.items():
        beside = other.get(key)
        if value == beside or key == _BY_IMAGE:
            continue
        if isinstance(value, dict) and isinstance(beside, dict):
            patch[key] = _unlike(value, beside)
        elif key == "containers":
            patch[key] = [
                {"name": a["name"], **_unlike(a, b)} for a, b in zip(value, beside, strict=True)
            ]
        else:
            patch[key] = value
    return patch


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and "name" in v for v in value)


def _write(path: Path, documents: list[Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        yaml.dump_all(documents, file, Dumper=yaml.CSafeDumper)
