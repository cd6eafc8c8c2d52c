"""The other tests beside DeLong's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.mcnemar import mcnemar_tests
from psp_core.evaluation.model_pairs import compare_pairs
from psp_core.evaluation.paired_tests import COLUMNS, with_paired_tests
from psp_core.evaluation.rank_permutation import rank_permutation_test
from tests.report.results import make_predictions

PREDICTIONS = make_predictions()
PAIRS = (("proposed", "clinical_network"),)
DECLARED = compare_pairs(PREDICTIONS, PAIRS)
TABLE = with_paired_tests(DECLARED, PREDICTIONS, draws=200, seed=0)


def votes() -> pd.DataFrame:
    rows = PREDICTIONS[PREDICTIONS["member"] == "soft_vote"]
    return rows.pivot_table(index=["subject_id", "y_true"], columns="model", values="y_score")


def test_the_declared_test_stays_as_it_was() -> None:
    pd.testing.assert_frame_equal(TABLE[list(DECLARED)], DECLARED)
    assert list(TABLE) == [*DECLARED, *COLUMNS]


def test_votes_are_compared_by_all_exchanges_of_their_ranks() -> None:
    row = TABLE[TABLE["split"] == "test"].iloc[0]
    both = votes().reset_index()
    expected = rank_permutation_test(
        both["y_true"], both["proposed"], both["clinical_network"], rng=np.random.default_rng(0)
    )
    assert (row["p_ranks"], row["n_exchanges"]) == (expected.p_value, 2**15)
    assert row["ranks_are_exact"]


def test_held_out_folds_are_compared_within_the_folds() -> None:
    row = TABLE[TABLE["split"] == "validation"].iloc[0]
    own = PREDICTIONS[PREDICTIONS["split"] == "validation"].pivot_table(
        index=["subject_id", "y_true", "fold"], columns="model", values="y_score"
    )
    own = own.reset_index()
    expected = rank_permutation_test(
        *(own[name] for name in ("y_true", "proposed", "clinical_network")),
        fold=own["fold"],
        rng=np.random.default_rng(0),
    )
    assert row["p_ranks"] == expected.p_value
    assert expected.difference == pytest.approx(row["difference"])


def test_judgements_are_counted_at_each_models_own_threshold() -> None:
    changed = PREDICTIONS.assign(
        threshold=PREDICTIONS["threshold"].mask(PREDICTIONS["model"] == "proposed", 0.3)
    )
    row = with_paired_tests(DECLARED, changed, draws=200, seed=0)
    row = row[row["split"] == "test"].iloc[0]
    both = votes().reset_index()
    expected = mcnemar_tests(
        both["y_true"], both["proposed"] >= 0.3, both["clinical_network"] >= 0.5
    )
    for group, one in expected.items():
        for name, value in vars(one).items():
            assert row[f"{group}_{name}"] == pytest.approx(value, nan_ok=True)


def test_one_class_has_counts_and_a_reason_for_what_is_missing() -> None:
    positive = PREDICTIONS[PREDICTIONS["y_true"]]
    table = with_paired_tests(compare_pairs(positive, PAIRS), positive, draws=200, seed=0)
    assert table["p_ranks"].isna().all()
    assert table["ranks_note"].str.contains("class").all()
    assert (table["pseudoprogression_note"] == "no patients").all()


def test_no_comparison_and_no_draw() -> None:
    empty = with_paired_tests(DECLARED[:0], PREDICTIONS, draws=9, seed=0)
    assert list(empty) == [*DECLARED, *COLUMNS]
    with pytest.raises(UndefinedMetricError, match="0 draws"):
        with_paired_tests(DECLARED, PREDICTIONS, draws=0, seed=0)
