"""Fig. S1 of Jang 2018: its scrambled control, and how far one draw of chance can lie from 0.5."""

from __future__ import annotations

import math

import pandas as pd

from psp_core.report.formatting import NOT_KNOWN, decimal
from psp_core.report.jang_curves import PRINTED, fold_figures, with_both_classes

PRINTED_SCRAMBLED = 0.47
PRINTED_COUNTS, PRINTED_FOLDS = (37, 22), 10  # true and pseudoprogression of the training set


def null_sd(n_positive: int, n_negative: int) -> float:
    """Standard deviation of an AUC where the order of the patients is chance alone.

    Exact for one ranking without ties; Mann and Whitney, Ann Math Stat 1947;18:50. NaN
    without both classes.
    """
    if not n_positive or not n_negative:
        return math.nan
    return math.sqrt((n_positive + n_negative + 1) / (12 * n_positive * n_negative))


def scrambled_table(curves: pd.DataFrame, scrambled: pd.DataFrame) -> pd.DataFrame:
    """AUC on permuted labels, beside the printed one and the one on the labels as they are.

    Parameters
    ----------
    curves, scrambled : DataFrame
        Of `study.jang_folds.jang_curves` and `jang_scrambled`.

    Returns
    -------
    DataFrame
        Text; the last two columns say how far one draw of chance lies from 0.5 (standard
        deviation): as one ranking of all patients, and as the mean of the folds, if folds were
        drawn apart. The latter is unknown of the print, whose folds have no counts.
    """
    counts = [str(number) for number in PRINTED_COUNTS]
    rows = [
        {"labels": labels, "patients (TP + PsP)": " + ".join(counts), "folds": str(PRINTED_FOLDS),
         "mean AUC": NOT_KNOWN, "AUC of the mean curve": decimal(printed, 2),
         "SD of one ranking": decimal(null_sd(*PRINTED_COUNTS)), "SD of the folds' mean": NOT_KNOWN}
        for labels, printed in (
            ("as they are, printed", PRINTED["auc_of_mean_curve"]),
            ("permuted once, printed", PRINTED_SCRAMBLED),
        )
    ]  # fmt: skip
    for labels, scores in (("as they are", curves), ("permuted once", scrambled)):
        figures, (positive, negative) = fold_figures(scores), _counts(scores)
        spreads = [null_sd(*_counts(part)) for part in with_both_classes(scores)]
        of_mean = math.sqrt(sum(sd**2 for sd in spreads)) / len(spreads) if spreads else math.nan
        rows.append(
            {"labels": labels, "patients (TP + PsP)": f"{positive} + {negative}",
             "folds": f"{figures['folds']:.0f}", "mean AUC": decimal(figures["mean_auc"]),
             "AUC of the mean curve": decimal(figures["auc_of_mean_curve"]),
             "SD of one ranking": decimal(null_sd(positive, negative)),
             "SD of the folds' mean": decimal(of_mean)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _counts(scores: pd.DataFrame) -> tuple[int, int]:
    truth = scores.dropna(subset=["y_score"])["y_true"].astype(bool)
    return int(truth.sum()), int((~truth).sum())
