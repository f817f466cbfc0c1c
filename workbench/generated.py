"""``python -m workbench.generated [--update]``: files that are made from the code.

Without ``--update`` nothing is written; a file that is not what it would be made to is named, and
the exit code is 1.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
URLS = "migrations_app.api.urls"
MANUAL = ("docs/checks", "docs/transforms")
"""Folders in which every page is made from the code."""
_SHOWN_LINES = 40


def openapi() -> str:
    """The description of the API. A warning of its maker is an error here."""
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiYamlRenderer
    from drf_spectacular.validation import validate_schema

    GENERATOR_STATS.reset()
    generator: Any = SchemaGenerator
    schema = generator(urlconf=URLS).get_schema(request=None, public=True)
    if GENERATOR_STATS:
        GENERATOR_STATS.emit_summary()
        raise SystemExit("The API cannot be described without warnings.")
    check: Any = validate_schema
    check(schema)
    renderer: Any = OpenApiYamlRenderer()
    return str(renderer.render(schema, renderer_context={}), "utf-8")


def preset_schema() -> str:
    """The JSON Schema of presets."""
    from migrations_app.domain.presets.document import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def manual() -> dict[str, str]:
    """The pages about checks and preset sections."""
    from workbench.manual import manual_pages

    return manual_pages()


FILES: dict[str, Callable[[], str]] = {
    "docs/openapi.yaml": openapi,
    "docs/preset.schema.json": preset_schema,
}


def main(arguments: Sequence[str]) -> int:
    """Compare or write every file."""
    import django
    from django.utils import translation

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    django.setup()
    update, stale = "--update" in arguments, 0
    with translation.override("en"):
        for name, make in FILES.items():
            stale += _settle(ROOT / name, make(), update=update)
        pages = manual()
        for name, text in pages.items():
            stale += _settle(ROOT / name, text, update=update)
        stale += sum(_leave(path, update=update) for path in _left_over(pages))
    return 1 if stale else 0


def _left_over(pages: Mapping[str, str]) -> list[Path]:
    """Pages of checks and sections that are no more."""
    there = [path for folder in MANUAL for path in sorted((ROOT / folder).glob("*.md"))]
    return [path for path in there if path.relative_to(ROOT).as_posix() not in pages]


def _leave(path: Path, *, update: bool) -> bool:
    """Whether a page that nothing makes any more stays."""
    if update:
        path.unlink()
    print(f"{path.relative_to(ROOT)} {'removed' if update else 'is made of nothing'}")
    return not update


def _settle(path: Path, wanted: str, *, update: bool) -> bool:
    """Whether the file is out of date and stays so."""
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    if present == wanted:
        return False
    name = path.relative_to(ROOT)
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, encoding="utf-8")
        print(f"{name}: written")
        return False
    print(f"{name} is out of date: run bin/check --update, and look at the difference.")
    lines = difflib.unified_diff(
        present.splitlines(), wanted.splitlines(), "as it is", "as it would be", lineterm="", n=1
    )
    for _number, line in zip(range(_SHOWN_LINES), lines, strict=False):
        print(f"  {line}")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
