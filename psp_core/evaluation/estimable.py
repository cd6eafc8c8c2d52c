"""Which sets of patients are large enough for an estimate; the others leave, and are named."""

from __future__ import annotations

import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.predictions import ARM, check_predictions

PLACE = ("dataset", "split")
COUNTS = ("n_true_progression", "n_pseudoprogression")
COLUMNS = (*PLACE, "model", *COUNTS)


def estimable(
    predictions: pd.DataFrame, minimum_per_class: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the sets with enough patients of each class from those without.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`; patients are counted under the labels as they
        are, ``permutation`` 0.
    minimum_per_class : int
        With fewer patients of a class a set has no estimate, at least 1.

    Returns
    -------
    kept : DataFrame
        Rows of what can be estimated, with their index.
    left_out : DataFrame
        `COLUMNS`, one row per ``dataset`` and ``split`` that leaves with every model,
        ``model`` being empty; of a set that stays, one per model that scores too few of it.

    Raises
    ------
    TableError
        If the predictions have faults.
    UndefinedMetricError
        If `minimum_per_class` is below 1.
    """
    if minimum_per_class < 1:
        raise UndefinedMetricError(
            f"minimum_per_class is {minimum_per_class}; an AUC needs at least 1 of each class"
        )
    kept, parts = check_predictions(predictions), []
    for keys in (PLACE, (*PLACE, *ARM)):
        counts = _counts(kept, keys)
        few = counts[counts[list(COUNTS)].min(axis=1) < minimum_per_class]
        parts.append(few.assign(model=few.get("model", "")))
        places = pd.MultiIndex.from_frame(kept[list(keys)])
        kept = kept[~places.isin(pd.MultiIndex.from_frame(few[list(keys)]))]
    filled = [part[list(COLUMNS)] for part in parts if len(part)]
    left_out = pd.concat(filled or [part[list(COLUMNS)] for part in parts[:1]], ignore_index=True)
    return kept, left_out


def _counts(predictions: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """Patients of each class by set, in the order of the table."""
    own = predictions[predictions["permutation"] == 0]
    once = own.drop_duplicates([*keys, "subject_id"])
    groups = once.groupby(list(keys), sort=False)["y_true"]
    counts = groups.agg(n="size", n_true_progression="sum").reset_index()
    counts = counts.astype({"n": int, "n_true_progression": int})
    return counts.assign(n_pseudoprogression=counts["n"] - counts["n_true_progression"])
