"""The scrambled control: what one draw of chance can give, and the printed figure beside."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.metrics import auc
from psp_core.report.formatting import NOT_KNOWN
from psp_core.report.jang_scrambled import null_sd, scrambled_table

SCORES = pd.DataFrame(
    {
        "fold": [0, 0, 0, 0, 1, 1, 2],
        "y_true": [True, True, False, False, True, False, True],
        "y_score": [0.9, 0.8, 0.2, 0.1, 0.3, 0.4, 0.5],
    }
)


def test_the_spread_of_chance_is_that_of_all_orders() -> None:
    areas = [
        auc(np.isin(range(7), chosen), range(7)) for chosen in itertools.combinations(range(7), 3)
    ]
    assert null_sd(3, 4) == pytest.approx(np.std(areas))
    assert null_sd(37, 22) == pytest.approx(0.0784, abs=1e-4)
    assert np.isnan(null_sd(0, 4))


def test_rerun_stands_beside_the_print_with_its_spreads() -> None:
    table = scrambled_table(SCORES, SCORES.assign(y_true=~SCORES["y_true"]))
    assert table["labels"].tolist() == [
        "as they are, printed",
        "permuted once, printed",
        "as they are",
        "permuted once",
    ]
    assert table["AUC of the mean curve"].tolist()[:2] == ["0.72", "0.47"]
    assert table["patients (TP + PsP)"].tolist()[1:] == ["37 + 22", "4 + 3", "3 + 4"]
    assert table["folds"].tolist() == ["10", "10", "2", "2"]
    assert table["SD of one ranking"].tolist() == ["0.078", "0.078", "0.236", "0.236"]
    # folds of 2 + 2 and 1 + 1: variances 5 / 48 and 1 / 4
    by_hand = np.sqrt(5 / 48 + 1 / 4) / 2
    assert table["SD of the folds' mean"].tolist() == [*[NOT_KNOWN] * 2, *[f"{by_hand:.3f}"] * 2]


def test_without_scores_nothing_is_estimable() -> None:
    table = scrambled_table(SCORES, SCORES.iloc[:0])
    assert table["mean AUC"].iloc[3] == "not estimable"
    assert table["SD of the folds' mean"].iloc[3] == "not estimable"
