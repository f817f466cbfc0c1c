"""A PostgreSQL cluster of one's own: made in a folder, on a unix socket, gone afterwards.

``python -m tests.live.postgres COMMAND…`` runs a command with ``DATABASE_URL`` set to one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

NAME = "kakehashi"


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, None where it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster with one empty database; gives its URL."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed.")
    owner = _owner()
    with tempfile.TemporaryDirectory(prefix="kk-pg-") as name:
        folder = Path(name)
        if owner:
            shutil.chown(folder, owner)
        folder.chmod(0o700)

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [str(programs / program), *arguments],
                check=True,
                user=owner,
                group=pwd.getpwnam(owner).pw_gid if owner else None,
                extra_groups=[] if owner else None,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

        data = folder / "data"
        run("initdb", "-D", str(data), "-A", "trust", "-U", NAME, "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses= -k {folder} -c fsync=off -c synchronous_commit=off"
        run("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            folder.chmod(0o755)
            run("createdb", "-h", str(folder), "-U", NAME, NAME)
            yield f"postgres://{NAME}@/{NAME}?host={quote(str(folder))}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def _owner() -> str | None:
    """PostgreSQL does not run as root; then its own account does."""
    return "postgres" if os.geteuid() == 0 else None


if __name__ == "__main__":
    with cluster() as url:
        done = subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False)
    sys.exit(done.returncode)
