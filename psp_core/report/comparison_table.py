"""Declared comparisons: two models on the same patients, all of them Holm-corrected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.comparison import Alternative, Comparison, delong_test, holm
from psp_core.evaluation.internal import internal_difference
from psp_core.evaluation.predictions import PATIENT, SOFT_VOTE, VALIDATION, first_repetition
from psp_core.report.formatting import NOT_KNOWN, p_value, words

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

TRAININGS = (
    ("self_supervised_small", "scratch"),
    ("self_supervised_small", "transfer"),
    ("transfer", "scratch"),
    ("proposed_finetuned", "scratch"),
    ("mri_finetuned", "scratch_mri"),
)
"""Table 4 of Gomaa 2025: where the first weights of one network come from."""

SYSTEMS = tuple(
    (GUIDED, other)
    for other in (
        *("cnn_lstm_paper", "cnn_lstm_code", "cnn_lstm_fixed", "cnn_svm", "random_feature_svm"),
        *("captk_svm", "radiomics_forest", "radiomics_forest_clinical", "lee_sequences"),
        *("densenet", "jang_forest_paper"),
    )
)
"""Table 2 of Gomaa 2025, and the further baselines."""

SIMPLE = tuple(
    (f"{GUIDED}_lesion", other)
    for other in (
        "days_only",
        "volume_only",
        "dose_only",
        "missingness_only",
        "age_mgmt",
        "majority",
    )
)
"""The proposed arm on lesion tokens against what needs no network."""

EVERY = (*DECLARED, *TRAININGS, *SYSTEMS, *SIMPLE)
"""All that is declared anywhere: one family, which page 08 corrects as a whole."""

BEST_OF = {
    "full": "full",
    "no_dose": "full",
    "clinical_only": "full",
    "no_dose_no_time": "no_dose_no_time",
    "image_only": "image_only",
    "time_only": "time_only",
    "visit_only": "time_only",
    "clinical_no_time": "full",
    "clinical_no_dose_no_time": "no_dose_no_time",
    "age_mgmt": "no_dose_no_time",
    "volume_only": "image_only",
    "dose_only": "image_only",
    "missingness": "full",
    "jang": "full",
    "jang_clinical": "clinical_only",
}
"""Smallest arm of the truth table that sees all that a feature set does; dose shows a latent
that only the image arms see, and nothing beyond them; the number of a visit follows from the
days. What sees nothing ("none") has no bound."""
NO_BOUND = ""

COLUMNS = (
    *("split", "dataset", "first_model", "second_model", "n"),
    *(*(field.name for field in fields(Comparison)), "note", "p_holm"),
)


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
        The columns of `COLUMNS`: the fields of `comparison.Comparison`, NaN where the two
        cannot be compared, for the reason in ``note``.
    """
    rows = []
    for (split, dataset), part in judged(predictions).groupby(["split", "dataset"], sort=True):
        models = set(part["model"])
        for one, two in pairs:
            if {one, two} <= models:
                names = {"split": split, "dataset": dataset, "first_model": one}
                both = _paired(part, one, two)
                rows.append(
                    {
                        **names,
                        "second_model": two,
                        **_compared(both, split, "two-sided", confidence_level),
                    }
                )
    return _corrected(rows)


def against_the_best(
    predictions: pd.DataFrame, truth: pd.DataFrame, *, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Ask of every model whether it is above the best possible score: it must not be.

    One-sided and paired against the latent oracle of the truth table, on the same phantoms:
    soft votes by DeLong, held-out folds of the training cohort within the folds, where a
    leak between folds would show.

    Parameters
    ----------
    predictions : DataFrame
    truth : DataFrame
        ``dataset, subject_id`` and ``bayes_<arm>``, of phantoms only.

    Returns
    -------
    DataFrame
        As `declared_comparisons`, the second model being ``bayes_<arm>``, or `NO_BOUND` where
        the truth table has no best score of what a model sees.
    """
    scored = judged(predictions).merge(
        truth, on=["dataset", "subject_id"], suffixes=("", "_of_truth")
    )
    rows = []
    for (split, dataset, model), part in scored.groupby(["split", "dataset", "model"], sort=True):
        seen = part["feature_set"].iloc[0]
        best = f"bayes_{BEST_OF[seen]}" if seen in BEST_OF else NO_BOUND
        names = {"split": split, "dataset": dataset, "first_model": model, "second_model": best}
        if best == NO_BOUND:
            rows.append({**names, **_not_compared(part, f"no best possible score of {seen!r}")})
            continue
        both = part.assign(first=part["y_score"], second=part[best])
        rows.append({**names, **_compared(both, split, "greater", confidence_level)})
    return _corrected(rows)


def verdict_on_best(
    table: pd.DataFrame, *, alpha: float, titles: Mapping[str, str] | None = None
) -> str:
    """Say what `against_the_best` found: how many could be compared, and how many are above.

    Rows without a bound are counted apart, and their models named as in `titles`.
    """
    is_passed = table["second_model"] == NO_BOUND
    passed = [_title(name, titles or {}) for name in table.loc[is_passed, "first_model"].unique()]
    over = (
        f" {int(is_passed.sum())} rows are passed over, since no best possible score is known of "
        f"what the model sees: {'; '.join(passed)}."
        if passed
        else ""
    )
    bounded = table[~is_passed]
    made = bounded[bounded["p_holm"].notna()]
    if made.empty:
        return f"**No comparison with the best possible score could be made.**{over}"
    held_out = int((made["split"] == VALIDATION).sum())
    told = (
        f"{len(made)} of {len(bounded)} comparisons could be made: {held_out} on held-out folds, "
        f"{len(made) - held_out} of soft votes.{over}"
    )
    above = int((made["p_holm"] < alpha).sum())
    if above == 0:
        return f"**No model is found above the best possible score.** {told}"
    return f"**{above} above the best possible score: look for a leak.** {told}"


def format_comparisons(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write comparisons as text, in their order, with the reason where one is missing."""
    rows = [
        {
            "patients": f"{words(row['dataset'])}, n = {row['n']}",
            "first": titles.get(row["first_model"], row["first_model"]),
            "second": _title(row["second_model"], titles),
            "AUCs": NOT_KNOWN
            if math.isnan(row["difference"])
            else f"{row['first']:.3f}, {row['second']:.3f}",
            "difference": _difference(row),
            "p": p_value(row["p_value"]),
            "p, Holm": p_value(row["p_holm"]),
            "note": row["note"],
        }
        for row in table.to_dict("records")
    ]
    columns = ["patients", "first", "second", "AUCs", "difference", "p", "p, Holm"]
    columns += ["note"] if any(row["note"] for row in rows) else []
    return pd.DataFrame(rows, columns=columns)


def _title(name: str, titles: Mapping[str, str]) -> str:
    if name == NO_BOUND:
        return NOT_KNOWN
    if name.startswith("bayes_"):
        return f"best possible ({name.removeprefix('bayes_').replace('_', ' ')})"
    return titles.get(name, name)


def _difference(row: Mapping[Any, Any]) -> str:
    if math.isnan(row["difference"]):
        return NOT_KNOWN
    bounds = "" if math.isnan(row["lower"]) else f" ({row['lower']:+.3f} to {row['upper']:+.3f})"
    return f"{row['difference']:+.3f}{bounds}"


def judged(predictions: pd.DataFrame) -> pd.DataFrame:
    """What speaks for each model: held-out folds in the training cohort, elsewhere the vote."""
    first = first_repetition(predictions)
    chosen: pd.DataFrame = first[(first["member"] == SOFT_VOTE) != (first["split"] == VALIDATION)]
    return chosen


def _paired(rows: pd.DataFrame, one: str, two: str) -> pd.DataFrame:
    keys = [*PATIENT, "seed", "fold", "y_true"]
    first, second = (
        rows.loc[rows["model"] == name, [*keys, "y_score"]].rename(columns={"y_score": column})
        for name, column in ((one, "first"), (two, "second"))
    )
    both: pd.DataFrame = first.merge(second, on=keys)
    return both


def _compared(
    both: pd.DataFrame, split: object, alternative: Alternative, level: float
) -> dict[str, Any]:
    """Compare ``first`` with ``second``; NaN with the reason where that cannot be."""
    scores = (both["y_true"], both["first"], both["second"])
    try:
        found = (
            internal_difference(
                *scores, both["fold"], alternative=alternative, confidence_level=level
            )
            if split == VALIDATION
            else delong_test(*scores, alternative=alternative, confidence_level=level)
        )
    except UndefinedMetricError as error:
        return _not_compared(both, str(error))
    return {"n": len(both), **asdict(found), "note": ""}


def _not_compared(rows: pd.DataFrame, reason: str) -> dict[str, Any]:
    return {"n": len(rows), **asdict(Comparison(*[math.nan] * 8)), "note": reason}


def _corrected(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if table.empty:
        return table
    corrected = [holm(part["p_value"]) for _, part in table.groupby(["split", "dataset"])]
    ordered = table.sort_values(["split", "dataset"], kind="stable")
    return ordered.assign(p_holm=[value for part in corrected for value in part])
