"""Sets of manifests to write: every golden folder, files of others, and what is hard to write."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles, Objects
from migrations_app.domain.engine import Options, render
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.manifests.resources import name_of, replace_at
from migrations_app.domain.outputs.base import Manifests, name_for
from migrations_app.domain.reading.limits import STRICT, WIDE
from migrations_app.domain.reading.read import read_bundle

GOLDEN = Path(__file__).parents[1] / "domain" / "golden"
SCHEMAS = BundledSchemas()

NASTY = r"""
apiVersion: v1
kind: ConfigMap
metadata: {name: nasty, labels: {app: "1e3", on: "off", "y": "n"}}
data:
  braces: "{{ .Values.x }} {{- end }}"
  octal: "0o17"
  sexagesimal: "12:30:45"
  date: "2001-01-01"
  tilde: "~"
  trailing: "a \n b\t\n\n"
  tag: "<a href='x'>&amp;</a>"
  json: '{"a": "{{x}}"}'
  mark: "slot0-0-"
  unicode: "架け橋 \u2028 \U0001F600 \e[0m"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1
        args: ["{{ x }}", "yes", "1.0", ""]
        env: [{name: A, value: "1"}, {name: B, value: "null"}]
        ports: [{containerPort: 8080, name: http}]
        resources: {limits: {memory: 1.5Gi, cpu: "1"}}
      - name: side
        image: registry.example.com/side:1
      volumes: [{name: tmp, emptyDir: {}}]
---
apiVersion: example.com/v1
kind: Oven
metadata: {name: oven}
spec: {ratio: 1.5, list: [1, [2, "3"]], none: null, yes: true}
"""


def manifests_of(path: Path) -> Objects:
    """What rendering makes of a folder's sources or of one file; nothing if they cannot be read."""
    files = sorted(path.glob("source*")) if path.is_dir() else [path]
    try:
        bundle = read_bundle(MemoryFiles({f.name: f.read_bytes() for f in files}), WIDE)
        made = render(bundle, Options(kubernetes_version="1.34"), SCHEMAS)
    except WorkbenchError:
        return ()
    return tuple(item.body for item in made.objects)


def golden_cases() -> Iterator[tuple[str, Objects]]:
    """Each golden folder as it is rendered without its preset, and as it stands in the folder."""
    for folder in sorted(path for path in GOLDEN.iterdir() if path.is_dir()):
        yield folder.name, manifests_of(folder)


def nasty() -> Objects:
    bundle = read_bundle(MemoryFiles({"nasty.yaml": NASTY.encode()}), STRICT)
    made = render(bundle, Options(kubernetes_version="1.34"), SCHEMAS)
    return tuple(item.body for item in made.objects)


def with_environments(objects: Objects, folder: Path | None = None) -> Manifests:
    """A base with environments that differ from it in every way there is."""
    environments = {"staging": objects, "production": changed(objects, random.Random(len(objects)))}
    if folder is not None and (folder / "manifest.yaml").exists():
        text = (folder / "manifest.yaml").read_text(encoding="utf-8")
        environments["golden"] = tuple(yaml.load_all(text, Loader=yaml.CSafeLoader))
    return Manifests(name_for(objects), objects, environments)


def changed(objects: Objects, chance: random.Random) -> Objects:
    """Objects as another environment might have them: fields altered, gone and added."""
    result: list[dict[str, Any]] = []
    for body in objects:
        if chance.random() < 0.15:
            continue
        for _ in range(3):
            body = _changed_once(body, chance)
        result.append(body)
    if objects and chance.random() < 0.7:
        extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "only-here"}}
        result.append({**extra, "data": {"a": "{{ b }}"}})
    return tuple(result)


def _changed_once(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    places = [place for place in _places(body) if place[0] not in ("apiVersion", "kind")]
    if not places:
        return body
    path = chance.choice(places)
    parent: Any = body
    for step in path[:-1]:
        parent = parent[step]
    old = parent[path[-1]]
    if isinstance(parent, dict) and path[-1] != "name" and chance.random() < 0.3:
        left = {key: item for key, item in parent.items() if key != path[-1]}
        return dict(replace_at(body, path[:-1], left))
    if isinstance(old, dict):
        added: Any = chance.choice(["yes", "{{ x }}", 7, True, {"a": "1"}, ["x"], "", None])
        return dict(replace_at(body, path, {**old, "added": added}))
    if isinstance(old, list):
        return dict(replace_at(body, path, [*old, old[0]] if old else old))
    # Kustomize walks along references: what is a mapping or a list must stay one.
    return dict(replace_at(body, path, chance.choice(["yes", "{{ x }}", 7, True, ""])))


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        if path == () and key == "metadata" and isinstance(item, dict):
            yield from (("metadata", inner) for inner in item if inner != "name")
            continue
        yield (*path, key)
        yield from _places(item, (*path, key))


def namesakes(objects: Objects) -> bool:
    """Whether two objects share kind and name, or one has no name."""
    things = [(body.get("kind"), name_of(body)) for body in objects]
    return len(set(things)) != len(things) or any(not name for _kind, name in things)
