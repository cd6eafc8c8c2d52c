"""Single variables of time: separated classes, small classes, parts of a printed size."""

import numpy as np
import pandas as pd
import pytest

from psp_core.cohorts.timing_selections import Selection
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.separated import separated_bounds
from psp_core.report.timing_alone import at_printed_counts, days_by_visit, single_variables


def selection(n_true: int = 40, n_pseudo: int = 30, apart: float = 30.0) -> Selection:
    rng = np.random.default_rng(0)
    is_true = np.arange(n_true + n_pseudo) < n_true
    rows = pd.DataFrame(
        {
            "subject_id": [f"P-{number}" for number in range(len(is_true))],
            "label": np.where(is_true, "true_progression", "pseudoprogression"),
            "days_since_rt": np.round(rng.gamma(2, 20, len(is_true))) + apart * is_true,
            "visit_number": np.where(is_true, 2.0, 1.0),
        }
    )
    return Selection("a rule", "all events", rows, without_class=4)


def test_days_and_visit_are_ranked_as_they_are_with_the_counts_beside() -> None:
    one = selection()
    table = single_variables([one]).set_index("score")
    is_true = one.rows["label"] == "true_progression"
    assert table.loc["days_since_rt", "auc"] == auc(is_true, one.rows["days_since_rt"])
    assert table.loc["days_since_rt", "n_pseudoprogression"] == 30
    assert table.loc["days_since_rt", "without_class"] == 4


def test_separated_classes_have_exact_bounds_and_say_so() -> None:
    row = single_variables([selection()]).set_index("score").loc["visit_number"]
    expected = separated_bounds(1.0, n_positive=40, n_negative=30)
    assert (row["auc"], row["lower"], row["upper"]) == (1.0, *expected)
    assert (row["logit_lower"], row["logit_upper"]) == expected
    assert row["note"] == "classes fully separated: exact bounds"


def test_a_visit_that_is_the_same_for_all_is_no_variable() -> None:
    one = selection()
    same = Selection(one.rule, one.patients, one.rows.assign(visit_number=1.0))
    empty = Selection(one.rule, "nobody", one.rows.iloc[:0])
    table = single_variables([same, empty])
    assert table["score"].tolist() == ["days_since_rt", "days_since_rt"]
    assert table["note"].tolist()[1] == "not estimable: fewer than 5 of a class"


def test_quartiles_of_a_class_of_few_are_not_told() -> None:
    table = days_by_visit([selection(40, 4), Selection("a", "b", selection().rows, 90.0)])
    assert table["n"].tolist() == [40, 4]
    assert table["median"].notna().tolist() == [True, False]
    assert table["lower_quartile"].iloc[0] < table["upper_quartile"].iloc[0]


def test_parts_of_a_printed_size_lie_around_the_auc_and_small_ones_wider() -> None:
    one = selection()
    table = at_printed_counts([one, selection(40, 20)], draws=200, seed=0, targets=(0.0, 0.753))
    whole = single_variables([one])["auc"].iloc[0]
    large, small = table.iloc[0], table.iloc[1]
    assert (large["n_true_progression"], large["n_pseudoprogression"]) == (34, 25)
    assert (small["n_true_progression"], small["n_pseudoprogression"]) == (11, 9)
    assert large["median"] == pytest.approx(whole, abs=0.01)
    assert small["upper"] - small["lower"] > large["upper"] - large["lower"]
    assert (table["reach_0.000"] == 1).all()
    assert len(table) == 3  # 20 patients are too few for 25


def test_the_whole_table_drawn_is_its_own_auc() -> None:
    one = selection(34, 25)
    row = at_printed_counts([one], draws=3, seed=0).iloc[0]
    assert row["lower"] == row["upper"] == pytest.approx(single_variables([one])["auc"].iloc[0])


def test_without_a_selection_that_is_large_enough_there_is_no_row_but_every_column() -> None:
    table = at_printed_counts([selection(10, 30)], draws=3, seed=0, targets=(0.753,))
    assert table.empty
    assert {"set", "median", "reach_0.753"} <= set(table.columns)


def test_no_draw_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="at least one part of the table"):
        at_printed_counts([selection()], draws=0, seed=0)
