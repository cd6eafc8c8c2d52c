"""The predictions table: what it refuses, and that it comes back as it was written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from psp_core.errors import MissingInputError, TableError
from psp_core.evaluation.predictions import (
    COLUMNS,
    KEY,
    NO_FOLD,
    SOFT_VOTE,
    check_predictions,
    first_repetition,
    read_predictions,
    write_predictions,
)


def one_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "experiment": "e",
        "model": "m",
        "preset": "",
        "feature_set": "full",
        "seed": 0,
        "permutation": 0,
        "fold": 1,
        "member": "1",
        "split": "validation",
        "dataset": "burdenko",
        "subject_id": "a",
        "timepoint": 2,
        "n_train": 40,
        "y_true": True,
        "y_score": 0.7,
        "threshold": 0.5,
    }
    return row | changes


def test_a_good_table_comes_back_sorted_by_its_key(tmp_path: Path) -> None:
    vote = one_row(member=SOFT_VOTE, fold=NO_FOLD, split="test", dataset="external")
    table = pd.DataFrame([vote, one_row(subject_id="b"), one_row()])
    write_predictions(tmp_path / "predictions.parquet", table)
    found = read_predictions(tmp_path / "predictions.parquet")
    assert list(found) == list(COLUMNS)
    expected = table.sort_values(list(KEY), ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)


def test_equal_predictions_are_equal_bytes_whatever_their_order(tmp_path: Path) -> None:
    table = pd.DataFrame([one_row(), one_row(subject_id="b")])
    for name, rows in (("one", table), ("two", table[::-1])):
        write_predictions(tmp_path / name, rows)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"split": "train"}, "split .*train"),
        ({"y_score": 1.5}, "1 values of y_score"),
        ({"y_score": float("nan")}, "1 values of y_score"),
        ({"threshold": float("nan")}, "no threshold"),
        ({"member": "3"}, "member that is not their fold"),
        ({"member": SOFT_VOTE}, "member that is not their fold"),
        ({"y_true": 1}, "'y_true' holds other values than bool"),
        ({"seed": 0.5}, "'seed' holds other values than int"),
        ({"y_score": 1}, "'y_score' holds other values than float"),
        ({"extra": 1}, "'extra' is unknown"),
    ],
)
def test_a_fault_is_named(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        check_predictions(pd.DataFrame([one_row(**changes)]))


def test_all_faults_are_told_at_once() -> None:
    table = pd.DataFrame([one_row(split="x", y_score=2.0)]).drop(columns="preset")
    with pytest.raises(TableError, match="'preset' misses"):
        check_predictions(table)
    with pytest.raises(TableError, match="2 faults"):
        check_predictions(table.assign(preset=""))


def test_a_repeated_key_and_two_truths_are_faults() -> None:
    with pytest.raises(TableError, match="1 rows repeat the key"):
        check_predictions(pd.DataFrame([one_row(), one_row()]))
    with pytest.raises(TableError, match="patient a has two values of y_true"):
        check_predictions(pd.DataFrame([one_row(), one_row(model="n", y_true=False)]))


def test_a_patient_held_out_by_two_folds_of_one_repetition_is_a_fault() -> None:
    elsewhere = one_row(fold=2, member="2", y_score=0.6)
    with pytest.raises(TableError, match="patient a is held out by 2 folds"):
        check_predictions(pd.DataFrame([one_row(), elsewhere]))
    check_predictions(pd.DataFrame([one_row(), elsewhere | {"seed": 1}]))
    check_predictions(pd.DataFrame([one_row(), elsewhere | {"permutation": 1}]))
    check_predictions(pd.DataFrame([one_row(), elsewhere | {"model": "n"}]))


def test_a_patient_with_two_time_points_in_one_set_of_one_member_is_a_fault() -> None:
    with pytest.raises(TableError, match="patient a stands with several time points"):
        check_predictions(pd.DataFrame([one_row(), one_row(timepoint=3)]))


def test_the_first_repetition_is_each_arms_smallest_seed_under_true_labels() -> None:
    rows = [one_row(seed=seed, permutation=p) for seed in (3, 4) for p in (0, 1)]
    rows += [one_row(model="n", seed=4), one_row(model="n", seed=2, permutation=1)]
    first = first_repetition(pd.DataFrame(rows))
    assert first[["model", "seed", "permutation"]].to_numpy().tolist() == [["m", 3, 0], ["n", 4, 0]]
    assert first_repetition(pd.DataFrame(rows)[:0]).empty


def test_a_missing_file_says_who_writes_it(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="05_classification"):
        read_predictions(tmp_path / "predictions.parquet")


def test_a_csv_gives_the_same_table_as_parquet(tmp_path: Path) -> None:
    vote = one_row(member=SOFT_VOTE, fold=NO_FOLD, split="test", dataset="external", preset="")
    table = pd.DataFrame([vote, one_row(subject_id="007", y_true=False), one_row()])
    table.to_csv(tmp_path / "own.csv", index=False)
    pd.testing.assert_frame_equal(read_predictions(tmp_path / "own.csv"), table)
    table.astype({"y_true": int}).to_csv(tmp_path / "ones.csv", index=False)
    pd.testing.assert_frame_equal(read_predictions(tmp_path / "ones.csv"), table)


def test_a_csv_with_other_values_has_the_faults_of_any_table(tmp_path: Path) -> None:
    table = pd.DataFrame([one_row(fold="first", y_true="maybe", y_score="high")])
    table.to_csv(tmp_path / "own.csv", index=False)
    with pytest.raises(TableError, match=r"(?s)own\.csv.*'fold' holds other values than int"):
        read_predictions(tmp_path / "own.csv")
    with pytest.raises(TableError, match="'y_true' holds other values than bool"):
        read_predictions(tmp_path / "own.csv")
