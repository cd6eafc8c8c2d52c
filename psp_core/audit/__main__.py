"""Command line: ``python -m psp_core.audit table.csv``, the audit of a table of one's own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from psp_core.audit.own_table import audit_table, read_table
from psp_core.errors import PSPError


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each row can be; 1 if one cannot be as it is named, 2 if nothing can be read."""
    parser = argparse.ArgumentParser(
        prog="python -m psp_core.audit",
        description="Ask of every row of a table whether one confusion matrix gives its figures.",
        epilog="Columns: row, n_positive, n_negative, and any of accuracy, sensitivity, "
        "specificity, ppv, npv, balanced_accuracy, f1, youden, auc; digits as printed. An empty "
        "cell is a figure that the row does not have.",
    )
    parser.add_argument("table", type=Path, help="a CSV file")
    try:
        rows = audit_table(read_table(parser.parse_args(arguments).table))
    except PSPError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{row.name}: {row.sentence}\n" for row in rows)
    return int(any(not row.is_possible for row in rows))


if __name__ == "__main__":
    sys.exit(main())
