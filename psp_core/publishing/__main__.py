"""Command line: ``python -m psp_core.publishing --run-dir runs/demo``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from psp_core.errors import PSPError
from psp_core.publishing.book import build_book


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the book of one run; give the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m psp_core.publishing", description="Build the book of one run, offline."
    )
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--out", type=Path, help="folder of the book (default: book in the run)")
    parser.add_argument(
        "--sources", type=Path, default=Path("book"), help="the book's own pages (default: book)"
    )
    parser.add_argument(
        "--waiting", nargs="*", default=[], help="pages that are still to come, which say so"
    )
    given = parser.parse_args(arguments)
    out = given.out or given.run_dir / "book"
    try:
        index = build_book(given.run_dir, out, given.sources, waiting=given.waiting)
    except PSPError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    sys.stdout.write(f"The book: {index}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
