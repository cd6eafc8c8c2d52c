"""Table 2 of Jang 2018: its counts, and the reruns' figures by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.evaluation.predictions import NO_FOLD, SOFT_VOTE
from psp_core.report.jang_results import (
    COUNTS,
    jang_arms,
    jang_beside,
    jang_figures,
    jang_printed,
)


def votes(scores: list[float], truth: list[bool]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "experiment": "e", "preset": "", "feature_set": "jang", "n_train": 9,
            "model": "m", "seed": 0, "permutation": 0, "fold": NO_FOLD, "member": SOFT_VOTE,
            "split": "test", "dataset": "external", "y_true": truth, "y_score": scores,
            "threshold": 0.5, "subject_id": [str(n) for n in range(len(truth))], "timepoint": 1,
        }
    )  # fmt: skip


def test_printed_recalls_are_counts_of_the_class_they_stand_under() -> None:
    for row in jang_printed().to_dict("records"):
        called = row["recall"] * COUNTS[row["class"]]
        assert called == pytest.approx(round(called), abs=0.06)


def test_figures_of_both_classes_are_those_by_hand() -> None:
    found = jang_figures(
        votes([0.9, 0.6, 0.2, 0.7, 0.1], [True, True, True, False, False]), dataset="external"
    ).set_index("class")
    assert found.loc["true_progression", "precision"] == pytest.approx(2 / 3)
    assert found.loc["true_progression", "recall"] == pytest.approx(2 / 3)
    assert found.loc["pseudoprogression", "f1"] == pytest.approx(0.5)
    assert found.loc["pseudoprogression", "auc"] == pytest.approx(4 / 6)
    assert found["patients"].to_dict() == {"pseudoprogression": 2, "true_progression": 3}


def test_what_does_not_exist_is_nan() -> None:
    found = jang_figures(votes([0.1, 0.2], [True, True]), dataset="external")
    found = found.set_index("class")
    assert found.loc["true_progression", ["precision", "auc", "auprc"]].isna().all()
    assert jang_figures(votes([0.1], [True]), dataset="other").empty


def test_reruns_follow_the_printed_row_of_their_arm() -> None:
    figures = jang_figures(votes([0.9, 0.2], [True, False]), dataset="external")
    table = jang_beside(figures, {"m": "rerun"}, {"m": "model_2"}, described="phantoms")
    places = table.index[table["model"] == "rerun"].tolist()
    assert len(table) == 8
    assert [table["model"][place - 1] for place in places] == [
        "model 2, printed as PD",
        "model 2, printed as PsPD",
    ]
    assert table.loc[places, "recall"].tolist() == ["1.00", "1.00"]


def test_only_models_of_the_paper_rerun_an_arm() -> None:
    models = ["lee_sequences", "jang_forest_paper", "cnn_lstm_image_code", "cnn_lstm_fixed"]
    assert jang_arms(models) == {
        "jang_forest_paper": "model_3",
        "cnn_lstm_image_code": "model_2",
        "cnn_lstm_fixed": "model_1",
    }
