"""``bin/corpus [--update]``: the tables of docs/corpus.md, printed or written."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.corpus.outcomes import outcomes
from tests.corpus.report import PAGE, files_section, page, server_section
from tests.live.api_server import api_server
from tests.live.corpus_on_server import judge


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/corpus", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write docs/corpus.md")
    options = parser.parse_args()
    corpus, kit = (os.environ.get(f"WORKBENCH_TEST_{name}") for name in ("CORPUS", "CLUSTER"))
    if not corpus or not Path(corpus).is_dir():
        return _missing("Set WORKBENCH_TEST_CORPUS to the folder of the corpus.")
    if options.update and not kit:
        return _missing("Set WORKBENCH_TEST_CLUSTER too: the page tells of a real server.")
    sections = [files_section([*outcomes(Path(corpus))])]
    if kit:
        with api_server(Path(kit)) as server:
            version = server.version()
            found = [*outcomes(Path(corpus), version)]
            before = [*judge(found, server, untouched=True)]
            sections.append(server_section(version, before, [*judge(found, server)]))
    text = page(sections)
    if options.update:
        PAGE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _missing(text: str) -> int:
    sys.stderr.write(text + "\n")
    return 69


if __name__ == "__main__":
    sys.exit(main())
