"""Command line: ``python -m psp_core.params params/demo.yaml 'seed: 3'`` checks a params file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from psp_core.errors import PSPError
from psp_core.params.reading import read_params


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a params file with its overrides; give the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m psp_core.params", description="Check a params file; silent if it is right."
    )
    parser.add_argument("params_file")
    parser.add_argument("overrides", nargs="?", default="")
    given = parser.parse_args(arguments)
    try:
        read_params(given.params_file, given.overrides)
    except PSPError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
