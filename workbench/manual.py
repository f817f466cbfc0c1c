"""The pages of the manual that are made of the code: one for each check and preset section.

What a page says comes from docstrings, rules and shapes; what it shows comes from
``docs/examples`` and is rendered while the page is made, so that neither can grow old.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType

from migrations_app.domain.checks.pages import check_pages, checks_index
from migrations_app.domain.presets.document import SECTIONS
from migrations_app.domain.presets.shape import Shape
from workbench.examples import Case, check_examples, transform_examples

_TRANSFORMS = "migrations_app.domain.transforms"
_INDEX = """# Transforms

A transform makes other objects from objects. Each section of a preset stands for transforms of its
own; they run in the order of this list, after what a cluster would refuse was mended, and before
what was asked for by hand and the fixes that people accepted. What they change is recorded with the
preset that wanted it.

## A preset file

```yaml
name: staging                     # what a stored preset is called; a file needs none
scope: {environment: staging}     # whom it is for: an application, an environment, or everybody
parameters:
  GIT_COMMIT: {required: true, description: What was built}
registry:                         # sections, each with a page of its own below
  rewrite: [{from: localhost, to: registry.example.com/shop}]
  tag: ${GIT_COMMIT}
```

```console
$ bin/workbench render compose.yaml --preset staging.yaml --set GIT_COMMIT=4f2a91c
```

Several presets apply in the order in which they are given: what a later one says wins, `null` takes
back what an earlier one said, and for one container or workload by its name what is said of all. On
the command line a preset that is named applies whatever its scope; only where several environments
are rendered at once, it belongs to its own. The
[schema](../preset.schema.json) lets editors complete and check such files.

## Sections

| Section | Does |
|---|---|
"""


def manual_pages() -> dict[str, str]:
    """Every page by its path from the root of the repository."""
    examples = transform_examples()
    pages = {"docs/checks.md": checks_index()}
    for code, page in check_pages(check_examples()).items():
        pages[f"docs/checks/{code}.md"] = page
    rows = []
    for section in SECTIONS:
        page = "\n".join(_page(section.name, section.shape, examples.get(section.name)))
        pages[f"docs/transforms/{section.name}.md"] = page.rstrip() + "\n"
        about = section.shape.about.rstrip(".")
        rows.append(f"| [`{section.name}`]({section.name}.md) | {about} |")
    pages["docs/transforms/README.md"] = _INDEX + "\n".join(rows) + "\n"
    return pages


def sections_without_example() -> list[str]:
    """The preset sections whose page would show nothing."""
    there = transform_examples()
    return [section.name for section in SECTIONS if section.name not in there]


def _page(name: str, shape: Shape, example: tuple[Case, str] | None) -> Iterator[str]:
    yield f"# Preset section `{name}`\n"
    yield f"{shape.about}\n"
    module = _module(name)
    if module is not None:
        _first, _blank, rest = (inspect.getdoc(module) or "").partition("\n\n")
        if rest:
            yield f"{_plain(rest)}\n"
    yield "| Key | Takes | Means |"
    yield "|---|---|---|"
    yield from _keys(shape, name, [])
    yield ""
    if module is not None:
        yield from _transforms(module)
    if example is not None:
        case, made = example
        yield "## Before\n"
        yield from _files({**case.before})
        yield "## The preset\n"
        yield from _files({**case.presets})
        yield "## After\n"
        yield from _files({"manifests.yaml": made})
    yield "[All sections](README.md) · [all checks](../checks.md)"


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(f"{_TRANSFORMS}.{name}")
    except ModuleNotFoundError:
        return None


def _transforms(module: ModuleType) -> Iterator[str]:
    """What each transform of a section says of itself."""
    found = {
        name: inspect.getdoc(value) or ""
        for part in _parts(module)
        for name, value in vars(part).items()
        if inspect.isclass(value)
        and value.__module__.startswith(_TRANSFORMS)
        and "__call__" in vars(value)
        and not getattr(value, "_is_protocol", False)
    }
    if found:
        yield "## What it does\n"
        for name, text in found.items():
            yield f"**{name}.** {_plain(text)}\n"


def _parts(module: ModuleType) -> list[ModuleType]:
    """The module of a section, and those beside it whose functions it uses."""
    used = dict.fromkeys(v.__module__ for v in vars(module).values() if inspect.isfunction(v))
    beside = [name for name in used if name.startswith(f"{module.__name__}_")]
    return [module, *map(importlib.import_module, beside)]


def _plain(text: str) -> str:
    return text.replace("``", "`")


def _keys(shape: Shape, path: str, seen: list[tuple[Shape, str]]) -> Iterator[str]:
    """A row for every key, however deep; a name of one's own choice is ``NAME``.

    What has the same keys as something above it refers to that.
    """
    inner: dict[str, Shape] = {f"{path}.{key}": below for key, below in (shape.keys or {}).items()}
    if shape.values is not None:
        inner[f"{path}.NAME"] = shape.values
    if shape.items is not None and (shape.items.keys or shape.items.values):
        yield from _keys(shape.items, f"{path}[]", seen)
    for at, below in inner.items():
        known = next((where for other, where in seen if below.keys and other == below), "")
        takes = " \\| ".join(below.choices) or " or ".join(below.types)
        about = f"As `{known}`." if known else below.about.replace("|", "\\|").replace("\n", " ")
        if about or not (below.keys or below.values):
            yield f"| `{at}` | {takes} | {about} |"
        if not known:
            seen.append((below, at))
            yield from _keys(below, at, seen)


def _files(files: dict[str, str]) -> Iterator[str]:
    for name, text in files.items():
        if len(files) > 1:
            yield f"`{name}`:\n"
        yield f"```{'json' if name.endswith('.json') else 'yaml'}\n{text.rstrip()}\n```\n"
