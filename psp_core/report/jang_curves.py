"""Fig. 3 of Jang 2018: ROC and precision-recall curves of the folds, and their summaries."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from psp_core.evaluation.metrics import auc
from psp_core.report.formatting import decimal

POINTS = np.linspace(0, 1, 100)  # at which the published code interpolates
PRINTED = {"auc_of_mean_curve": 0.72, "auprc": 0.92}
COLOURS = {"fold": "0.75", "mean": "#d55e00", "chance": "0.6"}


def fold_figures(scores: pd.DataFrame) -> pd.Series:
    """Summaries of held-out scores, the published code's beside those that its words mean.

    Parameters
    ----------
    scores : DataFrame
        ``fold, y_true, y_score``; folds without both classes are left out of all but the
        pooled figure.

    Returns
    -------
    Series
        ``mean_auc`` of the folds; ``auc_of_mean_curve``, of the curves' mean at 100 points;
        ``mean_auprc``; ``pooled_auprc``, of all folds' scores as one ranking;
        ``last_fold_auprc``; ``folds``: how many had both classes. NaN where there is none.
    """
    folds = with_both_classes(scores)
    nothing = dict.fromkeys(
        ("mean_auc", "auc_of_mean_curve", "mean_auprc", "pooled_auprc", "last_fold_auprc"),
        math.nan,
    )
    if not folds:
        return pd.Series(nothing | {"folds": 0})
    auprc = [float(average_precision_score(part["y_true"], part["y_score"])) for part in folds]
    known = scores.dropna(subset=["y_score"])
    truth = known["y_true"].astype(bool)
    return pd.Series(
        {
            "mean_auc": float(np.mean([auc(part["y_true"], part["y_score"]) for part in folds])),
            "auc_of_mean_curve": float(np.trapezoid(_mean_curve(folds), POINTS)),
            "mean_auprc": float(np.mean(auprc)),
            "pooled_auprc": float(average_precision_score(truth, known["y_score"])),
            "last_fold_auprc": auprc[-1],
            "folds": len(folds),
        }
    )


def plot_fold_curves(scores: pd.DataFrame) -> tuple[Axes, Axes]:
    """Draw ROC and precision-recall curves, each fold thin, their mean or pool thick.

    Parameters
    ----------
    scores : DataFrame
        As in `fold_figures`.
    """
    _, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.1), layout="constrained")
    folds, figures = with_both_classes(scores), fold_figures(scores)
    left.plot([0, 1], [0, 1], color=COLOURS["chance"], linestyle=":", linewidth=0.8)
    for part in folds:
        truth = part["y_true"].astype(bool)
        false_rate, true_rate, _ = roc_curve(truth, part["y_score"])
        left.plot(false_rate, true_rate, color=COLOURS["fold"], linewidth=0.7)
        precision, recall, _ = precision_recall_curve(truth, part["y_score"])
        right.plot(recall, precision, color=COLOURS["fold"], linewidth=0.7, drawstyle="steps-post")
    if folds:
        label = f"mean curve {figures['auc_of_mean_curve']:.3f}"
        left.plot(POINTS, _mean_curve(folds), color=COLOURS["mean"], linewidth=1.6, label=label)
        known = scores.dropna(subset=["y_score"])
        precision, recall, _ = precision_recall_curve(
            known["y_true"].astype(bool), known["y_score"]
        )
        label = f"all folds {figures['pooled_auprc']:.3f}"
        right.plot(recall, precision, color=COLOURS["mean"], linewidth=1.6, label=label)
        for ax in (left, right):
            ax.legend(fontsize=7, loc="lower right", frameon=False)
    left.set(xlabel="1 − specificity", ylabel="Sensitivity", title="ROC")
    right.set(xlabel="Recall", ylabel="Precision", title="Precision and recall")
    for ax in (left, right):
        ax.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal")
        ax.spines[["top", "right"]].set_visible(False)
    return left, right


def tell_folds(scores: pd.DataFrame) -> str:
    """Say the summaries of `fold_figures` beside those printed, and where batch norm stands.

    Parameters
    ----------
    scores : DataFrame
        Of `study.jang_folds.jang_curves`.
    """
    figures, by_fold = fold_figures(scores), scores.groupby("fold")
    trained = by_fold[["training_auc", "training_auc_by_batch"]].first().mean()
    return (
        f"Over {figures['folds']:.0f} folds the mean of the AUCs is "
        f"{decimal(figures['mean_auc'])}; the published code's figure, the AUC of the mean curve, "
        f"is {decimal(figures['auc_of_mean_curve'])} (printed: {PRINTED['auc_of_mean_curve']}). "
        f"Average precision of all folds' scores: {decimal(figures['pooled_auprc'])}; mean of the "
        f"folds: {decimal(figures['mean_auprc'])}; of the last fold alone, the published code's: "
        f"{decimal(figures['last_fold_auprc'])} (printed: {PRINTED['auprc']}). On their own "
        f"training patients these networks reach a mean AUC of {decimal(trained.iloc[0])}, and "
        f"{decimal(trained.iloc[1])} where batch norm takes the means and variances of each batch, "
        "as it does in training: the running ones, with which every patient is scored, follow by "
        "a hundredth a step, Keras's default, and are kept so."
    )


def with_both_classes(scores: pd.DataFrame) -> list[pd.DataFrame]:
    """Scored patients of each fold that has both classes."""
    known = scores.dropna(subset=["y_score"])
    parts = (part for _, part in known.groupby("fold"))
    return [part for part in parts if part["y_true"].nunique() == 2]


def _mean_curve(folds: list[pd.DataFrame]) -> np.ndarray:
    """Mean of the interpolated curves; it starts at 0 and ends at 1."""
    heights = []
    for part in folds:
        false_rate, true_rate, _ = roc_curve(part["y_true"].astype(bool), part["y_score"])
        heights.append(np.interp(POINTS, false_rate, true_rate))
        heights[-1][0] = 0.0
    mean = np.mean(heights, axis=0)
    mean[-1] = 1.0
    return np.asarray(mean)
