"""Declared comparisons: two models on the same patients, all of them Holm-corrected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from psp_core.evaluation.model_pairs import (
    FIRST,
    SECOND,
    compare_pairs,
    compared,
    corrected,
    not_compared,
)
from psp_core.evaluation.predictions import VALIDATION, first_repetition, judged
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


def declared_comparisons(
    predictions: pd.DataFrame,
    pairs: Iterable[tuple[str, str]] = DECLARED,
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Compare the declared pairs, see `evaluation.model_pairs.compare_pairs`."""
    return compare_pairs(predictions, pairs, confidence_level=confidence_level)


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
    scored = judged(first_repetition(predictions)).merge(
        truth, on=["dataset", "subject_id"], suffixes=("", "_of_truth")
    )
    rows = []
    for (split, dataset, model), part in scored.groupby(["split", "dataset", "model"], sort=True):
        seen = part["feature_set"].iloc[0]
        best = f"bayes_{BEST_OF[seen]}" if seen in BEST_OF else NO_BOUND
        names = {"split": split, "dataset": dataset, "first_model": model, "second_model": best}
        if best == NO_BOUND:
            rows.append({**names, **not_compared(len(part), f"no best possible score of {seen!r}")})
            continue
        both = part.assign(**{f"y_score{FIRST}": part["y_score"], f"y_score{SECOND}": part[best]})
        found = compared(both, alternative="greater", confidence_level=confidence_level)
        rows.append({**names, **found})
    return corrected(rows)


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
            "difference": signed_difference(row),
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


def signed_difference(row: Mapping[Any, Any]) -> str:
    """Write ``difference`` with its sign, and the bounds where it has any."""
    if math.isnan(row["difference"]):
        return NOT_KNOWN
    bounds = "" if math.isnan(row["lower"]) else f" ({row['lower']:+.3f} to {row['upper']:+.3f})"
    return f"{row['difference']:+.3f}{bounds}"
