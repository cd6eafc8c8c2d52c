"""Tables of page 13: which rows are judged, what is said where nothing can be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from psp_core.errors import TableError
from psp_core.evaluation.calibration import brier
from psp_core.evaluation.decision_tables import (
    CALIBRATION,
    calibration_table,
    decision_table,
    judged_sets,
    reliability_table,
    risk_coverage_tables,
)
from psp_core.evaluation.predictions import SOFT_VOTE
from psp_core.evaluation.utility import net_benefit
from tests.evaluation.one_model import predictions_of


def made(seed: int = 0, n_own: int = 24, n_new: int = 16) -> pd.DataFrame:
    """One model: held-out patients of three folds, and an external set with its soft vote."""
    return predictions_of(overlapping, n_folds=3, n_own=n_own, n_new=n_new, seed=seed)


def overlapping(_place: int, truth: bool, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    return np.clip(rng.normal(0.4 + 0.2 * truth, 0.15, 3), 0.01, 0.99)


def test_held_out_folds_and_soft_votes_are_judged_each_patient_once() -> None:
    found = {key["dataset"]: part for key, part in judged_sets(made())}
    assert {name: len(part) for name, part in found.items()} == {"burdenko": 24, "external": 16}
    assert set(found["external"]["member"]) == {SOFT_VOTE}


def test_calibration_stands_for_every_set_and_says_what_is_missing() -> None:
    predictions = made()
    table = calibration_table(predictions, widest_slope_interval=0.1)
    assert tuple(table.columns) == CALIBRATION
    assert table["slope"].isna().all()
    assert table["note"].str.startswith("slope not estimable: the interval is").all()
    assert table["intercept"].notna().all()
    vote = predictions[predictions["member"] == SOFT_VOTE]
    expected = brier(vote["y_true"], vote["y_score"])
    row = table[table["dataset"] == "external"].iloc[0]
    assert (row["brier"], row["null_brier"], row["n_true_progression"]) == (expected.value, 0.25, 8)


def test_one_class_has_a_sentence_once() -> None:
    predictions = made()
    table = calibration_table(predictions[predictions["y_true"]], widest_slope_interval=1)
    assert table["note"].str.fullmatch(r".* 0 negative patients: an AUC needs .*").all()
    assert table[["intercept", "slope", "scaled_brier"]].isna().all(axis=None)


def test_reliability_counts_every_patient() -> None:
    table = reliability_table(made(), bins=4)
    assert table.groupby("dataset")["n"].sum().to_dict() == {"burdenko": 24, "external": 16}


def test_bands_stand_for_soft_votes_alone() -> None:
    predictions = made()
    table = decision_table(predictions, (0.2, 0.5), samples=150, seed=0)
    own, new = (table[table["dataset"] == name] for name in ("burdenko", "external"))
    assert own["lower"].isna().all()
    assert new["lower"].notna().all()
    vote = predictions[predictions["member"] == SOFT_VOTE]
    expected = net_benefit(vote["y_true"], vote["y_score"], (0.2, 0.5))
    assert new["net_benefit"].to_numpy() == pytest.approx(expected)
    curves, areas = risk_coverage_tables(predictions, samples=150, seed=0)
    assert areas.set_index("dataset")["lower"].isna().to_dict() == {
        "burdenko": True,
        "external": False,
    }
    assert curves.groupby("dataset")["kept"].max().to_dict() == {"burdenko": 24, "external": 16}


def test_no_predictions_give_empty_tables_and_faults_are_told() -> None:
    nothing = made().iloc[:0]
    assert calibration_table(nothing, widest_slope_interval=1).empty
    assert "gain" in decision_table(nothing, (0.5,), samples=0, seed=0)
    curves, areas = risk_coverage_tables(nothing, samples=0, seed=0)
    assert curves.empty
    assert "area" in areas
    assert "share" in reliability_table(nothing, bins=3)
    with pytest.raises(TableError, match="column 'y_score' misses"):
        reliability_table(made().drop(columns="y_score"), bins=3)


def test_a_set_without_a_vote_is_not_judged() -> None:
    table = made()
    without = table[table["member"] != SOFT_VOTE]
    assert [key["dataset"] for key, _ in judged_sets(without)] == ["burdenko"]
