"""Results of a table with several time points per patient: AUCs that count patients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from psp_core.errors import TableError, UndefinedMetricError
from psp_core.evaluation.clustered import clustered_interval

NEEDED = ("subject_id", "y_true", "y_score")
NAMES = ("model", "dataset")
CLUSTERED = (
    *("n_patients", "n", "n_true_progression", "n_pseudoprogression"),
    *("patients_true_progression", "patients_pseudoprogression"),
    *("auc", "standard_error", "lower", "upper", "note"),
)


def clustered_summary(
    table: pd.DataFrame, *, minimum_per_class: int = 5, confidence_level: float = 0.95
) -> pd.DataFrame:
    """AUC over all time points, with an interval that lets those of a patient be alike.

    Parameters
    ----------
    table : DataFrame
        One row per time point: ``subject_id``, ``y_true`` (bool, or 0 and 1; those of a patient
        may differ) and ``y_score`` (of a model that has not seen the patient); with ``model``
        or ``dataset`` there is a result for each.
    minimum_per_class : int, default 5
        With fewer patients who have a time point of a class there is no estimate, at least 1.
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        `NAMES` that the table has, then `CLUSTERED`: counts of patients and time points, and
        `clustered.clustered_interval`, NaN where ``note`` says why.

    Raises
    ------
    TableError
        If a column misses, or holds values that cannot be.
    UndefinedMetricError
        If `minimum_per_class` is below 1, or the level is not in (0, 1).
    """
    if minimum_per_class < 1:
        raise UndefinedMetricError(
            f"minimum_per_class is {minimum_per_class}; an AUC needs at least 1 of each class"
        )
    _check(table)
    names = [name for name in NAMES if name in table]
    rows = []
    for values, part in table.groupby(names, sort=False) if names else [((), table)]:
        truth = part["y_true"].astype(bool)
        of_class = [int(part.loc[here, "subject_id"].nunique()) for here in (truth, ~truth)]
        row: dict[str, Any] = {
            **dict(zip(names, values, strict=True)),
            "n_patients": int(part["subject_id"].nunique()),
            "n": len(part),
            "n_true_progression": int(truth.sum()),
            "n_pseudoprogression": int((~truth).sum()),
            "patients_true_progression": of_class[0],
            "patients_pseudoprogression": of_class[1],
            **dict.fromkeys(("auc", "standard_error", "lower", "upper"), math.nan),
            "note": "",
        }
        if min(of_class) < minimum_per_class:
            row["note"] = (
                f"not estimable ({of_class[0]} patients with true progression, {of_class[1]} with "
                f"pseudoprogression; {minimum_per_class} of each are asked for)"
            )
        else:
            found = clustered_interval(
                truth, part["y_score"], part["subject_id"], confidence_level=confidence_level
            )
            row |= {
                name: getattr(found, name) for name in ("auc", "standard_error", "lower", "upper")
            }
            if math.isnan(found.lower):
                row["note"] = "no interval: the variance is 0, or a class has one patient"
        rows.append(row)
    return pd.DataFrame(rows, columns=[*names, *CLUSTERED])


def _check(table: pd.DataFrame) -> None:
    """Raise with every fault at once."""
    faults = [f"column {name!r} misses" for name in NEEDED if name not in table]
    if not faults:
        score = pd.to_numeric(table["y_score"], errors="coerce").to_numpy(dtype=float)
        if not np.isfinite(score).all():
            faults.append("column 'y_score' holds what is no finite number")
        if not table["y_true"].isin([0, 1]).all():
            faults.append("column 'y_true' holds other values than true and false, or 1 and 0")
        known = [name for name in ("subject_id", *NAMES) if name in table]
        faults += [f"column {name!r} has gaps" for name in known if table[name].isna().any()]
    if faults:
        raise TableError("time points", faults)
