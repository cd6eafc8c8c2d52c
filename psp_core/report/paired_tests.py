"""Declared comparisons as text, with the tests that stand beside DeLong's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from psp_core.evaluation.mcnemar import EVERYBODY
from psp_core.evaluation.predictions import VALIDATION
from psp_core.report.comparison_table import format_comparisons
from psp_core.report.formatting import NOT_KNOWN, p_value

HEADS = {
    EVERYBODY: "McNemar",
    "true_progression": "sensitivity",
    "pseudoprogression": "specificity",
}


def format_paired_tests(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `evaluation.paired_tests.with_paired_tests` as text.

    The declared test stands first, the others beside it. McNemar's cells are *only the first
    model right / only the second right: p*.
    """
    text = format_comparisons(table, titles)
    cells: dict[str, list[str]] = {"p, ranks": [_ranks(row) for row in _records(table)]}
    for group, head in HEADS.items():
        cells[head] = [_counted(row, group) for row in _records(table)]
    place = list(text.columns).index("p, Holm") + 1
    for offset, (name, column) in enumerate(cells.items()):
        text.insert(place + offset, name, column)
    return text


def _ranks(row: Mapping[str, Any]) -> str:
    """The p value; of held-out folds it is nominal, however many exchanges were counted."""
    text = p_value(row["p_ranks"])
    is_exact = row["ranks_are_exact"] and row["split"] != VALIDATION and text != NOT_KNOWN
    return f"{text}, exact" if is_exact else text


def _counted(row: Mapping[str, Any], group: str) -> str:
    counts = f"{row[f'{group}_only_first_right']} / {row[f'{group}_only_second_right']}"
    p = row[f"{group}_p_value"]
    return counts if math.isnan(p) else f"{counts}: {p_value(p)}"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
