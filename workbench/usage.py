"""How wrong usage of a command ends."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

EX_USAGE = 64


class Parser(argparse.ArgumentParser):
    """Wrong usage ends with 64: 2 means that an input could not be read."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(EX_USAGE)
