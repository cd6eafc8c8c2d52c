"""Results of Gomaa 2025 as printed: external test, mean and SD over folds, soft vote.

Figures of the external test are of 20 patients of GlioCMV, 11 with true progression. The printed
specificity of a soft vote is often no multiple of 1/9; the audit page says what it can be. Of the
validation, 59 patients of Burdenko, Table 2 stands here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from psp_core.evaluation.predictions import TEST, VALIDATION

DATA = {TEST: "GlioCMV, n = 20", VALIDATION: "Burdenko, n = 59"}
FIGURES = ("auc", "accuracy", "sensitivity", "specificity")

_Row = tuple[tuple[float, float, float], ...]
# (mean, SD, soft vote) of each of FIGURES.
_PRINTED: Mapping[tuple[str, str], _Row] = {
    ("2", "cnn_lstm"): (
        (0.698, 0.060, 0.686), (0.590, 0.045, 0.550), (0.491, 0.187, 0.455), (0.711, 0.241, 0.625),
    ),
    ("2", "cnn_svm"): (
        (0.606, 0.092, 0.677), (0.570, 0.020, 0.650), (0.488, 0.093, 0.700), (0.644, 0.113, 0.633),
    ),
    ("2", "random_forest"): (
        (0.516, 0.059, 0.530), (0.560, 0.021, 0.550), (0.927, 0.036, 0.909), (0.111, 0.000, 0.555),
    ),
    ("2", "proposed"): (
        (0.748, 0.038, 0.753), (0.670, 0.090, 0.750), (0.618, 0.118, 0.727), (0.733, 0.079, 0.800),
    ),
    ("3", "mri"): (
        (0.659, 0.065, 0.717), (0.620, 0.119, 0.700), (0.454, 0.342, 0.545), (0.822, 0.160, 0.857),
    ),
    ("3", "clinical"): (
        (0.698, 0.026, 0.727), (0.630, 0.072, 0.700), (0.618, 0.121, 0.636), (0.644, 0.083, 0.778),
    ),
    ("3", "multimodal"): (
        (0.748, 0.038, 0.753), (0.670, 0.090, 0.750), (0.618, 0.118, 0.727), (0.733, 0.079, 0.800),
    ),
    ("4", "scratch"): (
        (0.675, 0.037, 0.697), (0.600, 0.045, 0.600), (0.655, 0.134, 0.545), (0.533, 0.130, 0.667),
    ),
    ("4", "transfer"): (
        (0.711, 0.060, 0.727), (0.612, 0.037, 0.650), (0.582, 0.136, 0.636), (0.645, 0.129, 0.700),
    ),
    ("4", "self_supervised"): (
        (0.748, 0.038, 0.753), (0.670, 0.090, 0.750), (0.618, 0.118, 0.636), (0.733, 0.079, 0.800),
    ),
}  # fmt: skip
_VALIDATION: Mapping[tuple[str, str], _Row] = {
    ("2", "cnn_lstm"): (
        (0.744, 0.095, math.nan), (0.797, 0.104, math.nan),
        (0.705, 0.165, math.nan), (0.880, 0.036, math.nan),
    ),
    ("2", "cnn_svm"): (
        (0.527, 0.199, math.nan), (0.558, 0.149, math.nan),
        (0.619, 0.109, math.nan), (0.480, 0.271, math.nan),
    ),
    ("2", "random_forest"): (
        (0.754, 0.110, math.nan), (0.730, 0.094, math.nan),
        (0.795, 0.144, math.nan), (0.640, 0.233, math.nan),
    ),
    ("2", "proposed"): (
        (0.883, 0.044, math.nan), (0.770, 0.062, math.nan),
        (0.819, 0.109, math.nan), (0.720, 0.078, math.nan),
    ),
}  # fmt: skip


def gomaa_results() -> pd.DataFrame:
    """The printed figures: ``split, table, arm, figure, fold_mean, fold_sd, soft_vote``.

    The validation has no soft vote (NaN).
    """
    rows = [
        {"split": split, "table": table, "arm": arm, "figure": figure, "fold_mean": mean,
         "fold_sd": sd, "soft_vote": vote}
        for split, printed in ((TEST, _PRINTED), (VALIDATION, _VALIDATION))
        for (table, arm), figures in printed.items()
        for figure, (mean, sd, vote) in zip(FIGURES, figures, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)
