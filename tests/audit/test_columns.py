"""What one column of a whole table is."""

from __future__ import annotations

import math

import pytest

from psp_core.audit.columns import CANDIDATES, READINGS, ROWS, column_readings, column_rows
from psp_core.errors import AuditError
from tests.audit import gomaa

TABLE = column_readings(gomaa.ROWS, 11, 9, "specificity").set_index("reading")


def test_the_specificity_column_is_the_predictive_value_in_all_seven_testable_rows() -> None:
    best = TABLE.iloc[0]
    assert (best.name, best["n_equal"], best["n_testable"]) == ("ppv", 7, 7)
    assert best["equal"] == ", ".join(gomaa.PINNED)
    assert (best["n_equal_apart"], best["unequal"]) == (5, "")


def test_it_is_what_it_is_named_where_both_agree_only() -> None:
    assert TABLE.loc["specificity", "equal"] == "clinical, end to end"
    assert TABLE.loc["specificity", "n_equal_apart"] == 0
    assert math.isnan(TABLE.loc["specificity", "chance"])


def test_every_other_candidate_is_rejected_in_every_row() -> None:
    others = TABLE.drop(index=["ppv", "specificity"])
    assert set(others.index) == set(CANDIDATES) - {"ppv", "specificity"}
    assert set(others["n_equal"]) == {0}
    assert set(others["unequal"]) == {", ".join(gomaa.PINNED)}


def test_chance_is_the_share_of_all_matrices_over_the_rows_that_tell_apart() -> None:
    shares = {"proposed": 4, "jang": 1, "sun": 3, "mri": 1, "transfer": 1}
    printed = {
        "proposed": (4, 5),
        "jang": (5, 8),
        "sun": (5, 9),
        "mri": (6, 7),
        "transfer": (7, 10),
    }
    for row, (k, n) in printed.items():
        fitting = [
            (tp, fp)
            for tp in range(12)
            for fp in range(10)
            if (tp + fp) and tp * n == k * (tp + fp)
        ]
        shares[row] = len(fitting)
    expected = math.prod(count / 120 for count in shares.values())
    assert TABLE.loc["ppv", "chance"] == pytest.approx(expected)


def test_rows_that_decide_nothing_say_why_and_which_change_explains_them() -> None:
    rows = column_rows(gomaa.ROWS, 11, 9, "specificity").set_index("row")
    assert tuple(rows.columns) == ROWS[1:]
    apart = rows[~rows["testable"]]
    assert list(apart.index) == ["proposed, Table 4", "akbari"]
    assert "sensitivity printed for 0.727" in apart.loc["proposed, Table 4", "note"]
    assert "the other figures allow no matrix" in apart.loc["akbari", "note"]
    assert "specificity printed for 0.636" in apart.loc["akbari", "note"]
    assert rows.loc["proposed", ["left", "as_named"]].tolist() == ["TP 8, TN 7", "7/9 = 0.778"]
    assert rows.loc["clinical", "equals"] == "specificity, positive predictive value"


def test_other_columns_may_be_told_what_they_hold() -> None:
    table = column_readings(gomaa.ROWS, 11, 9, "sensitivity", meanings={"specificity": "ppv"})
    assert tuple(table.columns) == READINGS
    best = table.iloc[0]
    assert (best["reading"], best["n_equal"]) == ("sensitivity", best["n_testable"])
    assert best["n_equal"] >= 6


def test_exchanged_classes_are_told_from_every_statistic() -> None:
    rows = {
        "one": {"accuracy": "0.750", "ppv": "0.700", "sensitivity": "0.778"},
        "two": {"accuracy": "0.650", "ppv": "0.667", "sensitivity": "0.444"},
    }
    table = column_readings(rows, 11, 9, "sensitivity")
    assert table.loc[0, ["reading", "n_equal"]].tolist() == ["classes exchanged", 2]


def test_several_matrices_that_disagree_decide_nothing() -> None:
    rows = column_rows({"one": {"accuracy": "0.750", "f1": "0.762"}}, 11, 9, "f1")
    assert not rows.loc[0, "testable"]
    assert "several matrices that disagree" in rows.loc[0, "note"]


def test_a_table_without_the_column_raises() -> None:
    with pytest.raises(AuditError, match="no row has 'npv'"):
        column_readings(gomaa.ROWS, 11, 9, "npv")
