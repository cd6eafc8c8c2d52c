"""Fig. 4: what is drawn of which model, and the published counts."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from psp_core.report.jang_test import COLOURS, plot_test_counts, plot_test_curves
from tests.report.test_jang_results import votes

TITLES = {
    "other": "another system",
    "cnn_lstm_code": "Jang CNN-LSTM, Model 1, as its code",
    "jang_forest_paper": "Jang random forest, Model 3, as printed",
}
ARMS = {"cnn_lstm_code": "model_1", "jang_forest_paper": "model_3"}
PREDICTIONS = pd.concat(
    votes([0.9, 0.6, 0.2, 0.7, 0.1], [True, True, True, False, False]).assign(model=name)
    for name in TITLES
)


@pytest.fixture(autouse=True)
def closed_figures() -> None:
    plt.close("all")


def test_each_model_is_drawn_in_the_column_of_the_print_it_reruns() -> None:
    panels = plot_test_curves(PREDICTIONS, TITLES, ARMS, dataset="external")
    roc, precision = panels[:3], panels[3:]
    assert [len(ax.lines) - 1 for ax in roc] == [1, 0, 1]  # without chance
    assert [len(ax.lines) for ax in precision] == [2, 0, 2]
    assert [ax.get_title().partition("\n")[0] for ax in roc] == [
        "Model 1; printed AUC 0.83",
        "Model 2; printed AUC 0.69",
        "Model 3; printed AUC 0.52",
    ]
    assert precision[1].get_title() == "Model 2; printed AUPRC 0.81"
    assert roc[0].get_legend_handles_labels()[1] == ["as its code 0.67"]  # 4 of 6 pairs
    assert roc[0].lines[1].get_color() == COLOURS["code"]
    assert roc[2].lines[1].get_color() == COLOURS["paper"]
    assert np.unique(precision[0].lines[1].get_ydata()) == pytest.approx([0.6])  # prevalence


def test_published_counts_stand_before_the_reruns() -> None:
    panels = plot_test_counts(PREDICTIONS, TITLES, ARMS, dataset="external")
    shown = [ax.get_title().replace("\n", " ") for ax in panels]
    assert shown == [
        "Model 1, published",
        "Jang CNN-LSTM, Model 1, as its code",
        "Model 2, published",
        "Model 3, published",
        "Jang random forest, Model 3, as printed",
    ]
    counts = [[text.get_text() for text in ax.texts] for ax in panels]
    assert counts[0] == ["8", "3", "2", "6"]
    assert counts[1] == ["2", "1", "1", "1"]
    assert counts[2] == ["7", "4", "4", "4"]
    assert counts[3] == ["10", "1", "8", "0"]


def test_one_class_alone_has_no_curve() -> None:
    only = PREDICTIONS[PREDICTIONS["y_true"]]
    roc, *_ = plot_test_curves(only, TITLES, ARMS, dataset="external")
    assert len(roc.lines) == 1
    assert roc.get_legend() is None
