"""One model in two subsets: unpaired, with counts, and a reason where there is no figure."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from psp_core.errors import TableError
from psp_core.evaluation.intervals import delong_interval
from psp_core.evaluation.unpaired import compare_unpaired
from psp_core.report.subset_differences import (
    COLUMNS,
    format_subset_differences,
    subset_differences,
)
from tests.report.results import TITLES, make_predictions

PREDICTIONS = make_predictions()
PATIENTS = PREDICTIONS.drop_duplicates(["dataset", "subject_id"])[
    ["dataset", "subject_id", "timepoint"]
].assign(days_since_rt=[50.0 + 100 * (i // 2 % 2) for i in range(35)])


def differences(minimum: int = 3, predictions: pd.DataFrame = PREDICTIONS) -> pd.DataFrame:
    return subset_differences(predictions, PATIENTS, minimum_per_class=minimum)


def test_both_parts_have_their_own_patients_and_counts() -> None:
    table = differences()
    assert tuple(table) == COLUMNS
    assert set(table["dataset"]) == {"external"}  # no held-out folds
    row = table[table["model"] == "proposed"].iloc[0]
    votes = PREDICTIONS.query("member == 'soft_vote' and model == 'proposed'")
    early = votes["subject_id"].isin(PATIENTS.query("days_since_rt <= 84")["subject_id"])
    parts = [votes[early], votes[~early]]
    expected = compare_unpaired(
        *(delong_interval(part["y_true"], part["y_score"]) for part in parts)
    )
    for name, value in vars(expected).items():
        assert row[name] == pytest.approx(value, nan_ok=True)
    assert row["n_true_progression_first"] == parts[0]["y_true"].sum()
    assert row["n_pseudoprogression_second"] == (~parts[1]["y_true"]).sum()


def test_too_few_of_a_class_are_one_row_with_all_counts() -> None:
    table = differences(minimum=5)
    assert table["difference"].isna().all()
    shown = format_subset_differences(table, TITLES)
    assert shown["model"].tolist() == ["–"]
    assert shown["note"].iloc[0].startswith("not estimable (")
    assert shown["note"].iloc[0].count(" PsP") == 2


def test_the_text_has_counts_and_the_difference_with_its_sign() -> None:
    table = differences()
    shown = format_subset_differences(table, TITLES)
    assert shown["model"].tolist() == ["proposed", "clinical"]
    counts = shown["event up to 12 weeks after radiotherapy, true / pseudoprogression"]
    assert counts.str.fullmatch(r"\d / \d").all()
    assert "note" not in shown
    assert shown["difference"].str.match(r"[+-]\d\.\d{3}").all()
    assert format_subset_differences(table.iloc[:0], TITLES).empty


def test_a_set_without_days_has_nobody_in_either_part() -> None:
    unknown = PATIENTS.assign(days_since_rt=math.nan)
    table = subset_differences(PREDICTIONS, unknown, minimum_per_class=1)
    assert set(table["note"]) == {"not estimable (0 TP, 0 PsP and 0 TP, 0 PsP)"}


def test_an_unknown_subset_raises() -> None:
    with pytest.raises(TableError, match="nonsense"):
        subset_differences(
            PREDICTIONS, PATIENTS, subsets=("nonsense", "older"), minimum_per_class=1
        )
