"""Recorded summaries: figures of a table that a reader may not have at hand.

A recorded file holds summary figures only, no patient row and no study ID, with the
digest of its input and the command that writes it again.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts import burdenko
from psp_core.errors import MissingInputError, PSPError, UnreadableFileError
from psp_core.report.clinical_summary import ClinicalSummary, summarise_clinical_table
from psp_core.runs import write_json

RECORDED_FOLDER = Path(__file__).resolve().parents[2] / "book" / "recorded"
CLINICAL_FILE = "burdenko_clinical.json"


def write_recorded(path: Path, summary: ClinicalSummary) -> None:
    """Write a summary as JSON, the same bytes for the same summary; NaN is null."""
    content = {
        "source": {
            "title": f"{burdenko.TITLE}, clinical table",
            "doi": burdenko.DOI,
            "licence": burdenko.CLINICAL_TABLE_LICENCE,
        },
        "input_sha256": summary.input_sha256,
        "command": summary.command,
        "label_rule": summary.label_rule,
        "figures": {name: _json(value) for name, value in summary.figures.items()},
        "tables": {
            name: {
                "columns": list(table.columns),
                "rows": [[_json(cell) for cell in row] for row in table.to_numpy(dtype=object)],
            }
            for name, table in summary.tables.items()
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, content)


def read_recorded(path: Path) -> ClinicalSummary:
    """Read a recorded summary; it is marked as recorded.

    Raises
    ------
    MissingInputError
        If there is no such file.
    UnreadableFileError
        If it is no recorded summary.
    """
    if not path.is_file():
        raise MissingInputError(
            f"no recorded summary {path.name}; give the clinical table in burdenko.clinical_table"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tables = {name: _table(**table) for name, table in content["tables"].items()}
        return ClinicalSummary(
            figures=content["figures"],
            tables=tables,
            label_rule=content["label_rule"],
            input_sha256=content["input_sha256"],
            command=content["command"],
            is_recorded=True,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFileError(
            f"{path.name} is no recorded summary ({type(error).__name__}); write it again"
        ) from error


def clinical_summary(table: str | Path | None, **options: Any) -> ClinicalSummary:
    """Summarise the clinical table that the params name, else read the recorded summary.

    Takes what `clinical_summary.summarise_clinical_table` does; a recorded summary has
    the options that it was written with.

    Raises
    ------
    MissingInputError
        If a table is named and not there: a recorded summary must not hide a wrong path.
    """
    if table is None:
        return read_recorded(RECORDED_FOLDER / CLINICAL_FILE)
    path = Path(table).expanduser()
    if not path.exists():
        raise MissingInputError(
            f"the clinical table {path.name!r} that the params name is not there; "
            "give its path, or null for the recorded summary"
        )
    return summarise_clinical_table(path, **options)


def origin_text(summary: ClinicalSummary) -> str:
    """Say in Markdown on what data the figures of a summary rest."""
    digest = summary.input_sha256[:12]
    rule = f"label rule `{summary.label_rule}`"
    if summary.is_recorded:
        return (
            "> **Recorded.** The clinical table was not at hand when this page was made: these "
            f"figures were computed from it before. Input SHA-256 `{digest}…`, {rule}, "
            f"written by `{summary.command}`."
        )
    return f"> **Computed now** from the clinical table, SHA-256 `{digest}…`, {rule}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the recorded summary of a clinical table; returns the exit status."""
    parser = argparse.ArgumentParser(description="Record the summary of the clinical table.")
    parser.add_argument("table", type=Path, help="the clinical CSV, or a folder that holds it")
    parser.add_argument(
        "--output", type=Path, default=RECORDED_FOLDER / CLINICAL_FILE, help="JSON file to write"
    )
    chosen = parser.parse_args(arguments)
    try:
        write_recorded(chosen.output, summarise_clinical_table(chosen.table))
    except PSPError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _json(value: Any) -> Any:
    """Turn a cell into JSON; what is not finite is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _table(columns: list[str], rows: list[list[Any]]) -> pd.DataFrame:
    """Rebuild a table; null in a column of numbers is NaN."""
    table = pd.DataFrame(rows, columns=columns)
    numbers = [name for name in columns if not any(isinstance(cell, str) for cell in table[name])]
    return table.astype(dict.fromkeys(numbers, float))


if __name__ == "__main__":
    raise SystemExit(main())
