"""The table of abstention: its rows, what calibrates it, and that test labels decide nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from psp_core.evaluation.abstention import ABSTENTION, abstention_table
from psp_core.evaluation.conformal import FIGURES
from psp_core.evaluation.predictions import SOFT_VOTE
from tests.evaluation.one_model import predictions_of


def made(n_own: int = 20, n_new: int = 10) -> pd.DataFrame:
    """One model of two folds whose scores tell the classes apart but for every fifth patient."""
    return predictions_of(nearly_apart, n_folds=2, n_own=n_own, n_new=n_new)


def nearly_apart(place: int, truth: bool, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    middle = 0.8 if truth != (place % 5 == 0) else 0.2
    return middle + rng.uniform(-0.1, 0.1, 2)


def test_every_figure_stands_with_its_counts_and_what_calibrated_it() -> None:
    table = abstention_table(made(), alpha=0.3)
    assert tuple(table.columns) == ABSTENTION
    assert tuple(table["figure"]) == FIGURES
    assert set(table["dataset"]) == {"external"}
    covered = table[table["figure"].str.startswith("covered")]
    assert covered["n_calibration"].tolist() == [10, 10]
    assert covered["smallest_alpha"].tolist() == pytest.approx([1 / 11, 1 / 11])
    counts = table.set_index("figure")
    shares = counts.loc[["decided", "both", "none"], "k"].sum()
    assert shares == counts.loc["decided", "n"] == 10


def test_labels_of_the_test_set_change_no_set() -> None:
    predictions = made()
    is_new = predictions["split"] == "test"
    flipped = predictions.assign(y_true=predictions["y_true"] ^ is_new)
    here, there = (
        abstention_table(table, alpha=0.3).set_index("figure") for table in (predictions, flipped)
    )
    same = ["decided", "both", "none"]
    assert here.loc[same, "k"].tolist() == there.loc[same, "k"].tolist()
    assert here.loc["wrong", "k"] == there.loc["wrong", "n"] - there.loc["wrong", "k"]


def test_below_the_smallest_alpha_nobody_is_decided() -> None:
    table = abstention_table(made(), alpha=0.05).set_index("figure")
    assert (table.loc["both", "k"], table.loc["both", "n"]) == (10, 10)
    assert table.loc["wrong", "note"] == "nobody is decided"


def test_what_cannot_be_calibrated_has_rows_of_nobody_and_the_reason() -> None:
    predictions = made()
    is_new, is_vote = predictions["split"] == "test", predictions["member"] == SOFT_VOTE
    for rows, reason in (
        (is_new, "no calibration patient with true progression"),
        (is_new & is_vote, "no calibration patient with true progression"),
        (~(is_new & (predictions["fold"] == 1)), "folds [1] have no model"),
        (~is_new | is_vote, "folds [0, 1] have no model"),
    ):
        table = abstention_table(predictions[rows], alpha=0.2)
        assert tuple(table["figure"]) == FIGURES
        assert set(table["dataset"]) == {"external"}
        assert table["value"].isna().all()
        assert (table["n"] == 0).all()
        assert table["note"].str.startswith(reason).all()
