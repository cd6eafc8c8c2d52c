"""What the audit says of honest tables."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.audit.alarms import ALARMS, HONEST, NOT_AS_NAMED, false_alarms
from psp_core.audit.fold_figures import Folds
from psp_core.audit.fold_rows import check_fold_row, joint_example
from psp_core.audit.made_tables import made_table
from psp_core.audit.printed import Printed

COUNTS = {"n_positive": 11, "n_negative": 9}
FOLDS = [(7, 5), (7, 5), (7, 5), (7, 5), (6, 5)]


def test_an_honest_table_raises_no_alarm_unless_scores_tie() -> None:
    table = false_alarms(tables=12, **COUNTS, folds=FOLDS, decimals=3, models=4, seed=1)
    assert tuple(table.columns) == ALARMS
    assert list(zip(table["tables"], table["called"], strict=True)) == list(HONEST)
    is_tied = table["tables"] == "rates and AUCs, scores to one decimal"
    as_named = table[(table["called"] == NOT_AS_NAMED) & ~is_tied]
    assert as_named["k"].tolist() == [0, 0, 0]
    assert table.loc[is_tied, "k"].item() > 6
    assert table["k"].tolist()[4] == table["k"].tolist()[6] == 0
    none = table.loc[table["k"] == 0, "exact_upper"]
    assert none.to_numpy() == pytest.approx(1 - 0.025 ** (1 / 12))


def test_scores_of_one_decimal_tie_and_change_no_rate_out_of_counts() -> None:
    rng = np.random.default_rng(3)
    made = made_table(rng, **COUNTS, decimals=6, models=8, score_decimals=1)
    halves = [float(row["auc"]) * 198 for row in made.values()]
    assert all(abs(one - round(one)) < 1e-3 for one in halves)
    assert any(round(one) % 2 for one in halves)


def test_an_honest_row_of_two_decimals_is_possible_together() -> None:
    """The first of several means that print the same leaves no counts; another one does."""
    tp, tn = (6, 4, 6, 5, 4), (4, 3, 5, 4, 3)
    folds = Folds((7, 7, 7, 7, 6), (5,) * 5)
    parts = {
        "sensitivity": np.divide(tp, folds.positive),
        "specificity": np.divide(tn, folds.negative),
        "accuracy": np.divide(np.add(tp, tn), folds.denominators("accuracy")),
    }
    figures = {
        name: (Printed(f"{rates.mean():.2f}"), Printed(f"{rates.std():.2f}"))
        for name, rates in parts.items()
    }
    checked = check_fold_row(figures, folds)
    assert len(checked["accuracy"].rounded) > 1
    assert joint_example(checked, folds)
