"""Inspections of real containers become objects, and every field that is set is accounted for."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest

from migrations_app.adapters.schemas import BundledSchemas
from migrations_app.domain.bundle import MemoryFiles
from migrations_app.domain.engine import Made, Options, render
from migrations_app.domain.errors import WorkbenchError
from migrations_app.domain.loss import Outcome
from migrations_app.domain.places import Path, pointer
from migrations_app.domain.provenance import StepKind, leaves, traced
from migrations_app.domain.reading.inspect_rules import RULES
from migrations_app.domain.reading.inspections import InspectionKind, inspection_kind
from migrations_app.domain.reading.limits import STRICT
from migrations_app.domain.reading.read import read_bundle

FIXTURES = File(__file__).parents[2] / "fixtures" / "inspect"
CAPTURES = sorted(path for path in FIXTURES.glob("*/*") if path.is_dir())
SCHEMAS = BundledSchemas()
UNSET = (None, "", 0, False)
STAMP = "zz-telltale"

Files = dict[str, bytes]


def captured(folder: File) -> Files:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def made_of(files: Files) -> Made:
    return render(read_bundle(MemoryFiles(files), STRICT), Options(), SCHEMAS)


def inspected(files: Files) -> Iterator[tuple[str, InspectionKind, dict[str, Any]]]:
    for name, data in files.items():
        if name.endswith(".json"):
            value = json.loads(data)
            for item in value if isinstance(value, list) else [value]:
                kind = inspection_kind(item)
                if kind is not None:
                    yield name, kind, item


def is_default(kind: InspectionKind, value: dict[str, Any], path: Path) -> bool:
    """Whether what stands there is what Podman writes where nobody said anything."""
    rules = RULES.get(kind, {})
    for length in range(len(path) + 1):
        rule = rules.get("/".join(map(str, path[:length])))
        if rule is not None:
            here: Any = value
            for step in path[:length]:
                here = here[step]
            return here in rule.defaults
    return False


@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_field_that_is_set_is_told_of_once(folder: File) -> None:
    files = captured(folder)
    rows = Counter(row.path for row in made_of(files).loss)
    assert [path for path, count in rows.items() if count > 1] == []
    labels: dict[str, set[str]] = defaultdict(set)
    for row in made_of(files).loss:
        labels[row.place.file].add(row.place.object)
    for name, kind, value in inspected(files):
        [label] = labels[name]
        untold = [
            pointer(path)
            for path, leaf in leaves(value)
            if leaf not in (*UNSET, [], {})
            and not is_default(kind, value, path)
            and not any(label + pointer(path[:n]) in rows for n in range(len(path) + 1))
        ]
        assert untold == [], name


@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_did_not_simply_stay_has_a_reason(folder: File) -> None:
    for row in made_of(captured(folder)).loss:
        assert row.outcome is Outcome.KEPT or str(row.reason), row
        assert row.place.line > 0
        assert row.target or row.outcome in (Outcome.DROPPED, Outcome.QUESTION), row


@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_field_that_is_made_says_where_it_comes_from(folder: File) -> None:
    for item in made_of(captured(folder)).objects:
        for path, _value, origin in traced(item.body, item.origin):
            assert origin.line or origin.steps, (item.label, path)


@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_is_made_is_valid_and_made_alike_again(folder: File) -> None:
    first, second = made_of(captured(folder)), made_of(captured(folder))
    assert (first.text, first.digest, first.loss) == (second.text, second.digest, second.loss)
    for item in first.objects:
        assert [*SCHEMAS.violations(first.version, item.body)] == []


@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_an_unknown_field_anywhere_is_told_of(folder: File) -> None:
    """However the next Podman calls it, and wherever it puts it."""
    files = captured(folder)
    chance = random.Random(folder.name)
    for name, kind, _value in inspected(files):
        if kind in (InspectionKind.NETWORK, InspectionKind.IMAGE) or "infra" in name:
            continue
        document = json.loads(files[name])
        item = document[0] if isinstance(document, list) else document
        holders: list[tuple[Path, Any]] = [((), item)]
        holders += [
            ((key,), item[key])
            for key in ("Config", "HostConfig")
            if isinstance(item.get(key), dict)
        ]
        path, holder = chance.choice(holders)
        holder[STAMP] = {"deep": ["value"]}
        rows = made_of({**files, name: json.dumps(document).encode()}).loss
        told = [row for row in rows if pointer((*path, STAMP)) in row.path]
        assert [row.outcome for row in told] == [Outcome.DROPPED], name


@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_broken_inspections_are_rendered_or_refused(folder: File) -> None:
    files = captured(folder)
    chance = random.Random(f"broken {folder.name}")
    junk: tuple[Any, ...] = (
        None,
        [],
        {},
        0,
        -1,
        2**63,
        True,
        1.5,
        "",
        "x y",
        [None],
        {"a": 1},
        "日本",
    )
    for _ in range(10):
        changed = dict(files)
        name = chance.choice([name for name, _kind, _value in inspected(files)])
        document = json.loads(files[name])
        root = {"root": document}
        for _change in range(chance.randint(1, 4)):
            nodes = [path for path, _value in _nodes(root) if len(path) > 1]
            if not nodes:
                break
            *parents, last = chance.choice(nodes)
            holder: Any = root
            for step in parents:
                holder = holder[step]
            holder[last] = copy.deepcopy(chance.choice(junk))
        changed[name] = json.dumps(root["root"]).encode()
        try:
            made_of(changed)
        except WorkbenchError as error:
            assert str(error)


def _nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _nodes(item, (*path, key))


def test_the_pod_of_the_shop_becomes_what_its_containers_say() -> None:
    made = made_of(captured(FIXTURES / "podman5" / "shop_pod"))
    kinds = Counter(item.body["kind"] for item in made.objects)
    assert kinds["Service"] >= 1
    assert kinds["Deployment"] + kinds["StatefulSet"] == 1
    assert all(
        step.kind in StepKind
        for item in made.objects
        for _path, _value, origin in traced(item.body, item.origin)
        for step in origin.steps
    )


def test_notes_of_the_image_are_no_annotations_of_the_service() -> None:
    """Made over the API, a container keeps no command that would tell them apart."""
    image = {"Id": "sha256:" + "a" * 64, "Annotations": {"org.opencontainers.image.base.name": "b"}}
    annotations = {
        "org.opencontainers.image.base.name": "b",
        "org.opencontainers.image.stopSignal": "15",
        "example.com/team": "payments",
    }
    container = {
        "Id": "f" * 64,
        "Name": "web",
        "Image": "a" * 64,
        "ImageName": "quay.io/a/web:1",
        "Config": {"Annotations": annotations, "Image": "quay.io/a/web:1"},
        "State": {"Status": "running"},
        "HostConfig": {},
        "Mounts": [],
    }
    files = {
        "container-web.json": json.dumps([container]).encode(),
        "image-web.json": json.dumps([{**image, "RepoTags": ["quay.io/a/web:1"]}]).encode(),
    }
    (workload,) = (o.body for o in made_of(files).objects if o.body["kind"] == "Deployment")
    template = workload["spec"]["template"]["metadata"]
    assert template.get("annotations") == {"example.com/team": "payments"}


ONE, OTHER = ("sha256:" + digits * 32 for digits in ("1a", "2b"))


@pytest.mark.parametrize(
    ("tag", "digests", "own", "wanted"),
    [
        ("quay.io/a/web:1", [f"quay.io/a/web@{ONE}"], "", ONE),
        ("quay.io/a/web:1", [f"quay.io/a/web@{ONE}", f"quay.io/a/web@{OTHER}"], OTHER, OTHER),
        ("quay.io/a/web:1", [f"quay.io/a/web@{ONE}", f"quay.io/a/web@{OTHER}"], "", None),
        ("quay.io/a/web:1", [f"docker.io/a/web@{ONE}"], ONE, None),
        ("localhost/web:1", [f"localhost/web@{ONE}"], ONE, None),
    ],
)
def test_an_image_tells_the_digest_by_which_its_registry_knows_it(
    tag: str, digests: list[str], own: str, wanted: str | None
) -> None:
    image = {"Id": "a" * 64, "RepoTags": [tag], "RepoDigests": digests, "Digest": own}
    bundle = read_bundle(MemoryFiles({"image.json": json.dumps([image]).encode()}), STRICT)

    assert bundle.facts.image_digests.get(tag) == wanted


def test_a_volume_without_a_name_that_is_shared_is_told_of() -> None:
    """``--volumes-from``: what Podman shares by a name that it made up, a cluster does not."""
    mount = {"Type": "volume", "Name": "0" * 64, "Destination": "/data", "Options": []}
    files = {
        f"{name}.json": json.dumps(
            [
                {
                    "Id": name * 32,
                    "Name": name,
                    "Image": "a" * 64,
                    "ImageName": "r.io/a:1",
                    "Config": {},
                    "State": {},
                    "HostConfig": {},
                    "Mounts": [mount],
                }
            ]
        ).encode()
        for name in ("aa", "bb")
    }
    told = [
        str(f.message) for f in made_of(files).findings if "shares the volume" in str(f.message)
    ]
    assert told == [
        "aa shares the volume at /data with bb.",
        "bb shares the volume at /data with aa.",
    ]
    assert "shares the volume" not in str(made_of({"aa.json": files["aa.json"]}).findings)
