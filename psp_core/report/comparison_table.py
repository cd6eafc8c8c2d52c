"""Declared comparisons: two models on the same patients, all of them Holm-corrected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from psp_core.evaluation.comparison import delong_test, holm
from psp_core.evaluation.internal import internal_difference
from psp_core.evaluation.predictions import PATIENT, SOFT_VOTE, VALIDATION
from psp_core.report.formatting import NOT_KNOWN, decimal

GUIDED = "proposed"
FUSED_OTHERWISE = ("concatenation", "late_mean", "full_self_attention")
DECLARED = (
    *((GUIDED, other) for other in ("clinical_network", "clinical_logistic", "mri_only")),
    *((GUIDED, other) for other in ("days_only", "majority")),
    *((GUIDED, other) for other in FUSED_OTHERWISE),
    *((f"{GUIDED}_lesion", f"{other}_lesion") for other in FUSED_OTHERWISE),
    ("proposed_lesion", GUIDED),
    ("mri_only_lesion", "mri_only"),
)
"""The paper's claims, the fusion arms, and lesion tokens against all."""

BEST_OF = {
    "full": "full",
    "no_dose": "full",
    "clinical_only": "full",
    "no_dose_no_time": "no_dose_no_time",
    "image_only": "image_only",
    "time_only": "time_only",
}
"""Smallest arm of the truth table that sees all that a feature set does; dose shows a latent
that only the image arms see, and nothing beyond them."""


def declared_comparisons(
    predictions: pd.DataFrame,
    pairs: Iterable[tuple[str, str]] = DECLARED,
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Compare pairs of models on every set of patients, on the patients that both score.

    External sets: the soft votes by paired DeLong. The training cohort: the means of
    within-fold AUCs, with a widened variance (`internal.internal_difference`). Holm's
    correction is over all comparisons of one set; models that are not there are passed over.

    Parameters
    ----------
    predictions : DataFrame
        See `evaluation.predictions`; the first repetition is compared.
    pairs : iterable of (first, second)

    Returns
    -------
    DataFrame
        ``split, dataset, first_model, second_model, n``, the fields of
        `comparison.Comparison`, ``p_holm``.
    """
    first_seed = _first_seed(predictions)
    rows: list[dict[str, Any]] = []
    for (split, dataset), part in first_seed.groupby(["split", "dataset"], sort=True):
        judged = part[(part["member"] == SOFT_VOTE) != (split == VALIDATION)]
        for one, two in pairs:
            both = _paired(judged, one, two)
            if both["y_true"].nunique() < 2:
                continue
            scores = (both["y_true"], both["first"], both["second"])
            found = (
                internal_difference(*scores, both["fold"], confidence_level=confidence_level)
                if split == VALIDATION
                else delong_test(*scores, confidence_level=confidence_level)
            )
            names = {"split": split, "dataset": dataset, "first_model": one, "second_model": two}
            rows.append({**names, "n": len(both), **asdict(found)})
    return _corrected(pd.DataFrame(rows))


def against_the_best(
    predictions: pd.DataFrame, truth: pd.DataFrame, *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Ask of every soft vote whether it is above the best possible score: it must not be.

    One-sided paired DeLong against the latent oracle of the truth table, on the same phantoms.

    Parameters
    ----------
    predictions : DataFrame
    truth : DataFrame
        ``dataset, subject_id`` and ``bayes_<arm>``.

    Returns
    -------
    DataFrame
        As `declared_comparisons`, the second model being ``bayes_<arm>``.
    """
    votes = _first_seed(predictions).query("member == @SOFT_VOTE")
    scored = votes.merge(truth, on=["dataset", "subject_id"], suffixes=("", "_of_truth"))
    rows: list[dict[str, Any]] = []
    for (split, dataset, model), part in scored.groupby(["split", "dataset", "model"], sort=True):
        arm = BEST_OF.get(part["feature_set"].iloc[0])
        if arm is None or part["y_true"].nunique() < 2:
            continue
        best = f"bayes_{arm}"
        found = delong_test(
            part["y_true"], part["y_score"], part[best],
            alternative="greater", confidence_level=confidence_level,
        )  # fmt: skip
        names = {"split": split, "dataset": dataset, "first_model": model, "second_model": best}
        rows.append({**names, "n": len(part), **asdict(found)})
    return _corrected(pd.DataFrame(rows))


def format_comparisons(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write comparisons as text, in their order."""
    rows = [
        {
            "patients": f"{row['dataset']}, n = {row['n']}",
            "first": titles.get(row["first_model"], row["first_model"]),
            "second": _title(row["second_model"], titles),
            "AUCs": f"{row['first']:.3f}, {row['second']:.3f}",
            "difference": _difference(row),
            "p": NOT_KNOWN if math.isnan(row["p_value"]) else decimal(row["p_value"]),
            "p, Holm": NOT_KNOWN if math.isnan(row["p_holm"]) else decimal(row["p_holm"]),
        }
        for row in table.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _title(name: str, titles: Mapping[str, str]) -> str:
    if name.startswith("bayes_"):
        return f"best possible ({name.removeprefix('bayes_').replace('_', ' ')})"
    return titles.get(name, name)


def _difference(row: Mapping[Any, Any]) -> str:
    bounds = "" if math.isnan(row["lower"]) else f" ({row['lower']:+.3f} to {row['upper']:+.3f})"
    return f"{row['difference']:+.3f}{bounds}"


def _first_seed(predictions: pd.DataFrame) -> pd.DataFrame:
    true_labels = predictions[predictions["permutation"] == 0]
    first: pd.DataFrame = true_labels[true_labels["seed"] == true_labels["seed"].min()]
    return first


def _paired(rows: pd.DataFrame, one: str, two: str) -> pd.DataFrame:
    keys = [*PATIENT, "fold", "y_true"]
    first, second = (
        rows.loc[rows["model"] == name, [*keys, "y_score"]].rename(columns={"y_score": column})
        for name, column in ((one, "first"), (two, "second"))
    )
    both: pd.DataFrame = first.merge(second, on=keys)
    return both


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        return table
    corrected = [holm(part["p_value"]) for _, part in table.groupby(["split", "dataset"])]
    ordered = table.sort_values(["split", "dataset"], kind="stable")
    return ordered.assign(p_holm=[value for part in corrected for value in part])
