"""``bin/option-groups [--update]``: the tables of docs/option-groups.md, printed or written."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.live import podman_kit
from tests.live.option_groups.page import PAGE, page
from tests.live.option_groups.trial import Trial, trials
from tests.live.option_groups.workplace import workplace


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/option-groups", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write docs/option-groups.md")
    options = parser.parse_args()
    kit = os.environ.get("WORKBENCH_TEST_PODMAN5")
    if not kit:
        sys.stderr.write("Set WORKBENCH_TEST_PODMAN5 to the folder of a newer Podman.\n")
        return 69
    tried: dict[str, list[Trial]] = {}
    for program in (("podman",), (f"{kit}/podman",)):
        version, found = _all(program)
        tried[version] = found
    faults = [
        f"Podman {version}, {trial.group.name}: {fault}\n"
        for version, found in tried.items()
        for trial in found
        for fault in trial.faults
    ]
    sys.stderr.writelines(faults)
    text = page(tried)
    if options.update:
        PAGE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 1 if faults else 0


def _all(program: tuple[str, ...]) -> tuple[str, list[Trial]]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "host").mkdir()
        with (
            podman_kit.service(program, folder) as podman,
            workplace(podman, folder / "host") as place,
        ):
            return ".".join(map(str, place.version)), [*trials(place)]


if __name__ == "__main__":
    sys.exit(main())
