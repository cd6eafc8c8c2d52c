"""Average precision of every arm on every set."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.evaluation.chance import chance_p_value
from psp_core.evaluation.precision_recall import average_precision, average_precision_interval
from psp_core.evaluation.precision_summary import IN_FOLDS, PRECISION_SUMMARY, precision_summary
from tests.report.results import make_predictions

TABLE = make_predictions()
FOUND = precision_summary(TABLE, bootstrap_samples=50, seed=3)


def test_a_soft_vote_has_an_interval_and_a_p_value() -> None:
    vote = TABLE.query("model == 'proposed' and member == 'soft_vote'")
    scores = (vote["y_true"], vote["y_score"])
    expected = average_precision_interval(*scores, samples=50, rng=np.random.default_rng(3))
    row = FOUND.query("model == 'proposed' and split == 'test'").iloc[0]
    assert (row["average_precision"], row["no_skill"]) == (expected.value, expected.no_skill)
    assert (row["lower"], row["upper"]) == (expected.lower, expected.upper)
    assert row["p_chance"] == chance_p_value(*scores)
    assert (row["n"], row["n_true_progression"], row["note"]) == (15, 8, "")


def test_held_out_folds_have_the_mean_within_the_folds_alone() -> None:
    rows = TABLE.query("model == 'proposed' and split == 'validation'")
    values = [average_precision(part["y_true"], part["y_score"])
              for _, part in rows.groupby("fold")]  # fmt: skip
    row = FOUND.query("model == 'proposed' and split == 'validation'").iloc[0]
    assert row["average_precision"] == pytest.approx(np.mean(values))
    assert row["no_skill"] == 0.5
    assert row[["lower", "upper", "p_chance"]].isna().all()
    assert row["note"] == IN_FOLDS


def test_one_class_has_no_figure_and_says_why() -> None:
    found = precision_summary(TABLE[TABLE["y_true"]], bootstrap_samples=5, seed=0)
    assert found["average_precision"].isna().all()
    notes = found.groupby("split")["note"].unique().map(list).to_dict()
    assert notes["validation"] == ["no fold holds both classes; take fewer folds"]
    assert notes["test"][0].startswith("8 positive and 0 negative patients")
    assert list(precision_summary(TABLE[:0], bootstrap_samples=5, seed=0)) == list(
        PRECISION_SUMMARY
    )
