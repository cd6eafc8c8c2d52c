"""Confusion matrices hold each patient once, at that model's own threshold."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from psp_core.report.confusion import confusion_counts, confusion_panels
from tests.report.results import TITLES, make_predictions


def test_each_patient_is_counted_once_by_class() -> None:
    table = make_predictions()
    for dataset, size in (("burdenko", 20), ("external", 15)):
        counts = confusion_counts(table, dataset=dataset).set_index("model")
        assert counts.sum(axis=1).tolist() == [size, size]
        positives = table[(table["dataset"] == dataset) & table["y_true"]]["subject_id"].nunique()
        assert (counts["true_positives"] + counts["false_negatives"] == positives).all()


def test_the_threshold_of_the_row_decides() -> None:
    table = make_predictions().assign(threshold=0.0)
    counts = confusion_counts(table, dataset="external")
    assert counts[["false_negatives", "true_negatives"]].to_numpy().sum() == 0


def test_a_panel_shows_the_four_counts() -> None:
    counts = pd.DataFrame(
        [("proposed", 8, 3, 2, 7)],
        columns=["model", "true_positives", "false_negatives", "false_positives", "true_negatives"],
    )
    panels = confusion_panels(counts, TITLES)
    assert [text.get_text() for text in panels[0].texts] == ["8", "3", "2", "7"]
    assert confusion_panels(counts.iloc[:0], TITLES) == []
    plt.close("all")
