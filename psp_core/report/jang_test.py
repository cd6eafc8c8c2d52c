"""Fig. 4 of Jang 2018: curves and confusion matrices of its three models on another centre."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.predictions import SOFT_VOTE, first_repetition
from psp_core.report.confusion import confusion_counts, confusion_panels
from psp_core.report.jang_results import COUNTS, jang_printed

COLOURS = {"paper": "#0072b2", "code": "#d55e00", "fixed": "#009e73"}  # by end of a model's name
CHANCE = "0.6"


def plot_test_curves(
    predictions: pd.DataFrame, titles: Mapping[str, str], arms: Mapping[str, str], *, dataset: str
) -> list[Axes]:
    """Draw ROC curves above, precision and recall below, a column for each printed model.

    Parameters
    ----------
    predictions : DataFrame
        Predictions table; soft votes of its first repetition are drawn.
    titles, arms : mapping of str to str
        By model: what a reader calls it, and the printed model that it reruns, of
        `jang_results.jang_arms`.
    dataset : str
        Set of patients.

    Returns
    -------
    list of Axes
        Those of the first row, then of the second. Dotted is chance; published figures stand in
        the titles, for their curves cannot be had as numbers.
    """
    rows = first_repetition(predictions[predictions["dataset"] == dataset])
    votes = rows[rows["member"] == SOFT_VOTE]
    areas = jang_printed().drop_duplicates("arm").set_index("arm")[["auc", "auprc"]]
    size = (3.1 * len(areas), 6.4)
    _, grid = plt.subplots(2, len(areas), figsize=size, layout="constrained", squeeze=False)
    patients = " + ".join(str(count) for count in COUNTS.values())
    for (above, below), arm in zip(grid.T, areas.index, strict=True):
        above.plot([0, 1], [0, 1], color=CHANCE, linestyle=":", linewidth=0.8)
        for name in _of_arm(arms, arm, titles):
            colour = COLOURS[name.rpartition("_")[2]]
            _draw(votes[votes["model"] == name], _preset(titles[name]), colour, above, below)
        printed_auc, printed_auprc = areas.loc[arm]
        called = arm.replace("_", " ").capitalize()
        above.set_title(f"{called}; printed AUC {printed_auc:.2f}\n({patients} patients)")
        below.set_title(f"{called}; printed AUPRC {printed_auprc:.2f}")
        above.set(xlabel="1 − specificity", ylabel="Sensitivity")
        below.set(xlabel="Recall", ylabel="Precision")
        for ax in (above, below):
            ax.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal")
            ax.title.set_fontsize(8)
            ax.spines[["top", "right"]].set_visible(False)
            if ax.get_legend_handles_labels()[1]:
                ax.legend(fontsize=6.5, loc="lower right", framealpha=0.85, edgecolor="none")
    return list(grid.flat)


def plot_test_counts(
    predictions: pd.DataFrame, titles: Mapping[str, str], arms: Mapping[str, str], *, dataset: str
) -> list[Axes]:
    """Draw confusion matrices, the published one of each model before its reruns.

    Parameters and set of patients as in `plot_test_curves`; published counts are those of which
    the printed recalls are rounded.
    """
    counted = pd.concat([_printed_counts(), confusion_counts(predictions, dataset=dataset)])
    shown: dict[str, str] = {}
    for arm in dict.fromkeys(jang_printed()["arm"]):
        shown[arm] = f"{arm.replace('_', ' ').capitalize()}, published"
        shown |= {name: titles[name] for name in _of_arm(arms, arm, titles)}
    return confusion_panels(counted.reset_index(drop=True), shown)


def _draw(votes: pd.DataFrame, label: str, colour: str, above: Axes, below: Axes) -> None:
    truth, score = votes["y_true"].astype(bool), votes["y_score"]
    if truth.nunique() < 2:
        return
    false_rate, true_rate, _ = roc_curve(truth, score)
    above.plot(false_rate, true_rate, color=colour, label=f"{label} {auc(truth, score):.2f}")
    precision, recall, _ = precision_recall_curve(truth, score)
    label = f"{label} {average_precision_score(truth, score):.2f}"
    below.plot(recall, precision, color=colour, drawstyle="steps-post", label=label)
    below.axhline(truth.mean(), color=CHANCE, linestyle=":", linewidth=0.8)


def _printed_counts() -> pd.DataFrame:
    recalls = jang_printed().set_index(["arm", "class"])["recall"]
    rows = []
    for arm in dict.fromkeys(recalls.index.get_level_values("arm")):
        found = {
            name: round(recalls[arm, name] * COUNTS[name])
            for name in (POSITIVE_CLASS, NEGATIVE_CLASS)
        }
        rows.append(
            {
                "model": arm,
                "true_positives": found[POSITIVE_CLASS],
                "false_negatives": COUNTS[POSITIVE_CLASS] - found[POSITIVE_CLASS],
                "false_positives": COUNTS[NEGATIVE_CLASS] - found[NEGATIVE_CLASS],
                "true_negatives": found[NEGATIVE_CLASS],
            }
        )
    return pd.DataFrame(rows)


def _of_arm(arms: Mapping[str, str], arm: str, titles: Mapping[str, str]) -> list[str]:
    return [name for name in titles if arms.get(name) == arm]


def _preset(title: str) -> str:
    """What a title says after the model: ``as printed``, ``as its code, leaks closed``."""
    return title.rpartition("Model ")[2].partition(", ")[2] or title
