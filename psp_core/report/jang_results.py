"""Table 2 of Jang 2018 as printed, and the same figures of the reruns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.predictions import SOFT_VOTE, first_repetition
from psp_core.report.formatting import decimal

FIGURES = ("precision", "recall", "f1")
COUNTS = {POSITIVE_CLASS: 11, NEGATIVE_CLASS: 8}
DATA = "SNUBH, n = 19"
# The printed rows PD and PsPD are exchanged: their recalls are eighths and elevenths, and 11 of
# the 19 patients had true progression. They stand here under the class that the counts fit.
_PRINTED: Mapping[tuple[str, str], tuple[str, float, float, float]] = {
    ("model_1", NEGATIVE_CLASS): ("PD", 0.67, 0.75, 0.71),
    ("model_1", POSITIVE_CLASS): ("PsPD", 0.80, 0.73, 0.76),
    ("model_2", NEGATIVE_CLASS): ("PD", 0.50, 0.50, 0.50),
    ("model_2", POSITIVE_CLASS): ("PsPD", 0.64, 0.64, 0.64),
    ("model_3", NEGATIVE_CLASS): ("PD", 0.00, 0.00, 0.00),
    ("model_3", POSITIVE_CLASS): ("PsPD", 0.56, 0.91, 0.69),
}
_AREAS = {"model_1": (0.83, 0.87), "model_2": (0.69, 0.81), "model_3": (0.52, 0.59)}


def jang_printed() -> pd.DataFrame:
    """The printed figures: ``arm, class, printed_as, precision, recall, f1, auc, auprc``."""
    rows = [
        {"arm": arm, "class": name, "printed_as": printed_as}
        | dict(zip(FIGURES, figures, strict=True))
        | dict(zip(("auc", "auprc"), _AREAS[arm], strict=True))
        for (arm, name), (printed_as, *figures) in _PRINTED.items()
    ]
    return pd.DataFrame(rows)


def jang_arms(models: Iterable[str]) -> dict[str, str]:
    """The printed arm that each of these models reruns; other models are left out."""
    reruns = {
        f"{start}_{preset}": f"model_{number}"
        for number, start in enumerate(("cnn_lstm", "cnn_lstm_image", "jang_forest"), start=1)
        for preset in ("paper", "code", "fixed")
    }
    return {name: reruns[name] for name in models if name in reruns}


def jang_figures(predictions: pd.DataFrame, *, dataset: str) -> pd.DataFrame:
    """The same figures of the soft votes on one set of patients, at the frozen threshold.

    Returns
    -------
    DataFrame
        ``model, class, precision, recall, f1, auc, auprc, patients``; NaN where a figure does
        not exist, as the precision of a class that is never called.
    """
    votes = first_repetition(predictions[predictions["dataset"] == dataset])
    votes = votes[votes["member"] == SOFT_VOTE]
    rows = []
    for model, part in votes.groupby("model", sort=False):
        truth = part["y_true"].to_numpy(dtype=bool)
        called = (part["y_score"] >= part["threshold"]).to_numpy()
        both = 0 < truth.sum() < len(truth)
        areas = (math.nan, math.nan)
        if both:
            score = part["y_score"].to_numpy()
            areas = (auc(truth, score), float(average_precision_score(truth, score)))
        for name, is_positive in ((NEGATIVE_CLASS, False), (POSITIVE_CLASS, True)):
            found = precision_recall_fscore_support(
                truth == is_positive, called == is_positive, average="binary", zero_division=np.nan
            )
            figures = dict(zip(FIGURES, map(float, found[:3]), strict=True))
            count = int((truth == is_positive).sum())
            about = {"model": str(model), "class": name, "patients": count}
            rows.append(about | figures | dict(zip(("auc", "auprc"), areas, strict=True)))
    columns = ["model", "class", "patients", *FIGURES, "auc", "auprc"]
    return pd.DataFrame(rows, columns=columns)


def jang_beside(
    figures: pd.DataFrame, titles: Mapping[str, str], arms: Mapping[str, str], *, described: str
) -> pd.DataFrame:
    """Printed figures, each followed by those of the reruns of the same arm, as text.

    Parameters
    ----------
    figures : DataFrame
        From `jang_figures`.
    titles, arms : mapping of str to str
        By model: what a reader calls it, and the printed arm that it reruns.
    described : str
        What the patients of `figures` are.
    """
    rows: list[dict[str, str]] = []
    for row in jang_printed().to_dict("records"):
        rows.append(
            _text(row, f"{row['arm'].replace('_', ' ')}, printed as {row['printed_as']}",
                  f"{DATA}, {COUNTS[row['class']]} of this class")
        )  # fmt: skip
        for model, arm in arms.items():
            again = figures[(figures["model"] == model) & (figures["class"] == row["class"])]
            if arm == row["arm"]:
                rows += [
                    _text(one, titles[model], f"{described}, {one['patients']} of this class")
                    for one in again.to_dict("records")
                ]
    return pd.DataFrame(rows)


def _text(row: Mapping[Any, Any], model: str, data: str) -> dict[str, str]:
    names = {"f1": "F1-score", "auc": "AUC", "auprc": "AUPRC"}
    told = {
        names.get(name, name): decimal(float(row[name]), 2) for name in (*FIGURES, "auc", "auprc")
    }
    return {"model": model, "data": data, "class": str(row["class"]).replace("_", " "), **told}
