"""``python -m workbench.generated [--update]``: files that are made from the code.

Without ``--update`` nothing is written; a file that is not what it would be made to is named, and
the exit code is 1.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
URLS = "migrations_app.api.urls"
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


def checks() -> str:
    """The page about every check."""
    from migrations_app.domain.checks.pages import checks_page

    return checks_page()


FILES: dict[str, Callable[[], str]] = {
    "docs/openapi.yaml": openapi,
    "docs/preset.schema.json": preset_schema,
    "docs/checks.md": checks,
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
    return 1 if stale else 0


def _settle(path: Path, wanted: str, *, update: bool) -> bool:
    """Whether the file is out of date and stays so."""
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    if present == wanted:
        return False
    name = path.relative_to(ROOT)
    if update:
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
