"""Rows of text for the card of a model, from the tables of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from psp_core.cohorts.subgroups import SUBGROUPS
from psp_core.cohorts.subsets import SUBSETS
from psp_core.report.card_sets import Roots, set_with_owner
from psp_core.report.formatting import NOT_KNOWN, decimal, in_words, with_interval, words
from psp_core.report.results_table import over_folds
from psp_core.report.set_grid import set_name

Rows = tuple[Mapping[str, str], ...]
NO_FIGURE = "no set has enough patients of both classes"


def performance_rows(summary: pd.DataFrame, roots: Roots) -> Rows:
    """AUC with interval and counts, one row per set of patients.

    Parameters
    ----------
    summary : DataFrame
        Rows of one model of `evaluation.summary.results_summary`.
    roots : mapping of str to str or None
        See `card_sets.roots_of`: whose patients each row is of stands in it.
    """
    rows = tuple(
        {
            "patients": _patients(one, roots),
            "n": _counts(one),
            "AUC (interval)": with_interval(one["auc"], one["lower"], one["upper"]),
            "mean of folds": over_folds(one, "fold_auc"),
            "note": one["note"] or NOT_KNOWN,
        }
        for one in _records(summary)
    )
    return rows or ({"patients": NO_FIGURE},)


def subgroup_rows(subsets: pd.DataFrame, roots: Roots) -> Rows:
    """AUC in the subsets in which it can be estimated; those without are counted.

    Parameters
    ----------
    subsets : DataFrame
        Rows of one model of `report.subset_results.subset_results`.
    roots : mapping of str to str or None
    """
    titles = {name: one.title for name, one in {**SUBSETS, **SUBGROUPS}.items()}
    parts = subsets[subsets["subset"] != "all"]
    known = parts[parts["auc"].notna()]
    rows = [
        {
            "subset": titles.get(one["subset"], words(one["subset"])),
            "patients": _patients(one, roots),
            "n": _counts(one),
            "AUC (interval)": with_interval(one["auc"], one["lower"], one["upper"]),
        }
        for one in _records(known)
    ]  # fmt: skip
    few = len(parts) - len(known)
    if few or not rows:
        told = f"{few} of {len(parts)} subsets have no figure: too few patients of a class"
        rows.append({"subset": told, "patients": NOT_KNOWN, "n": NOT_KNOWN,
                     "AUC (interval)": NOT_KNOWN})  # fmt: skip
    return tuple(rows)


def calibration_rows(table: pd.DataFrame, roots: Roots) -> Rows:
    """Brier score beside that of the set's own share, intercept and slope, one row per set.

    Parameters
    ----------
    table : DataFrame
        Rows of one model of `evaluation.decision_tables.calibration_table`.
    roots : mapping of str to str or None
    """
    rows = tuple(
        {
            "patients": _patients(one, roots),
            "n": _counts(one),
            "Brier score": decimal(one["brier"]),
            "of the share alone": decimal(one["null_brier"]),
            "intercept": with_interval(one["intercept"], *_bounds(one, "intercept"), digits=2),
            "slope": with_interval(one["slope"], *_bounds(one, "slope"), digits=2),
            "note": one["note"] or NOT_KNOWN,
        }
        for one in _records(table)
    )
    return rows or ({"patients": NO_FIGURE},)


def _counts(row: Mapping[str, Any]) -> str:
    return f"{row['n']} ({row['n_true_progression']} true progression)"


def _bounds(row: Mapping[str, Any], name: str) -> tuple[float, float]:
    return row[f"{name}_lower"], row[f"{name}_upper"]


def _patients(row: Mapping[str, Any], roots: Roots) -> str:
    name = str(row["dataset"])
    return set_with_owner(name, roots, called=set_name(row["split"], name))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    notes = in_words(table["note"].fillna(""))
    return [
        {str(key): value for key, value in row.items()}
        for row in table.assign(note=notes).to_dict("records")
    ]
