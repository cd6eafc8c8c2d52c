"""The place of the lesion in the field against the phantoms' known truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from psp_core.report.formatting import count, decimal
from psp_core.runs import Run

TRUTH = Path("phantom", "truth.parquet")
FOUND, TRUE = "centroid_to_95_mm", "outfield_seen"


def read_truth(run: Run) -> pd.DataFrame | None:
    """The truth table of the phantoms that a run studies; None if all its patients are real.

    A collection with a folder of its own holds real patients, whatever phantoms the run made.
    """
    path = run.folder / TRUTH
    if not path.is_file():
        return None
    truth = pd.read_parquet(path)
    roots = {"burdenko": run.params.burdenko.root, "external": run.params.external.root}
    studied = truth[~truth["dataset"].isin([name for name, root in roots.items() if root])]
    return None if studied.empty else studied


def place_check(features: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Compare the distance of the lesion's centre to the 95 % isodose with the true one.

    The true one is measured on the noise-free scene in the frame of the head; the found one has
    gone through every stage: reading, registration, segmentation or contour, dose grid.

    Parameters
    ----------
    features : DataFrame
        ``dataset``, ``subject_id``, ``lesion_source``, ``centroid_to_95_mm``.
    truth : DataFrame
        ``dataset``, ``subject_id``, ``outfield_seen``.

    Returns
    -------
    DataFrame
        One row per collection and source: ``n``, ``correlation``, ``median_mm`` and
        ``largest_mm`` of the absolute difference; NaN where there are too few.
    """
    both = features.merge(truth[["dataset", "subject_id", TRUE]], on=["dataset", "subject_id"])
    both = both.dropna(subset=[FOUND, TRUE])
    rows = []
    for (dataset, source), part in both.groupby(["dataset", "lesion_source"], sort=False):
        apart = (part[FOUND] - part[TRUE]).abs()
        known = len(part) > 2
        rows.append(
            {
                "collection": dataset,
                "lesion drawn by": source,
                "n": len(part),
                "correlation": float(part[FOUND].corr(part[TRUE])) if known else np.nan,
                "median_mm": float(apart.median()),
                "largest_mm": float(apart.max()),
            }
        )
    columns = ["collection", "lesion drawn by", "n", "correlation", "median_mm", "largest_mm"]
    return pd.DataFrame(rows, columns=columns)


def format_place_check(table: pd.DataFrame) -> pd.DataFrame:
    """Write `place_check` as text."""
    return table[["collection", "lesion drawn by"]].assign(
        n=[count(float(n)) for n in table["n"]],
        correlation=[decimal(value, 3) for value in table["correlation"]],
        **{
            "median difference, mm": [decimal(value, 2) for value in table["median_mm"]],
            "largest difference, mm": [decimal(value, 1) for value in table["largest_mm"]],
        },
    )
