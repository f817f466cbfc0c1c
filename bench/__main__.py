"""``bin/bench [NAME…]``: measure, print a table, keep the figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.measure import NotHere, Result
from bench.rows import ROWS


def main() -> int:
    """0, or 1 if a ratio is over its aim."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ROWS))
    names = parser.parse_args().names or [*ROWS]
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    results: list[Result] = []
    missing: dict[str, str] = {}
    for name in names:
        print(f"{name} …", file=sys.stderr)
        try:
            with tempfile.TemporaryDirectory(prefix="kk-bench-") as folder:
                results.append(ROWS[name](Path(folder)))
        except NotHere as error:
            missing[name] = str(error)
    print(_table(results, missing))
    path = Path(os.environ.get("WORKBENCH_DATA_DIR") or "var") / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_figures(results, missing), indent=2) + "\n", encoding="utf-8")
    print(f"Written: {path}", file=sys.stderr)
    return 0 if all(result.reached for result in results) else 1


def _table(results: list[Result], missing: Mapping[str, str]) -> str:
    lines = [
        f"{'name':<15} {'ours':>9} {'other':>9} {'ratio':>7} {'aim':>5}  what; beside what",
        "-" * 96,
    ]
    for result in results:
        aim = f"{result.aim:.2f}" if result.aim else "-"
        mark = "" if result.reached else "  ← over"
        lines.append(
            f"{result.name:<15} {result.ours:>7.3f} s {result.theirs:>7.3f} s {result.ratio:>7.2f}"
            f" {aim:>5}  {result.what}{mark}"
        )
    lines += [f"{name:<15} not measured: {reason}" for name, reason in missing.items()]
    return "\n".join(lines)


def _figures(results: list[Result], missing: Mapping[str, str]) -> dict[str, object]:
    return {
        "machine": {
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "results": [
            {
                "name": result.name,
                "what": result.what,
                "seconds": round(result.ours, 4),
                "other_seconds": round(result.theirs, 4),
                "ratio": round(result.ratio, 4),
                "aim": result.aim or None,
            }
            for result in results
        ],
        "not_measured": dict(missing),
    }


if __name__ == "__main__":
    sys.exit(main())
