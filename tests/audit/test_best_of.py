"""The winner's curse, simulated and by formula."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.audit.best_of import best_of_models, best_of_normal
from psp_core.errors import UndefinedMetricError

COUNTS = {"n_positive": 11, "n_negative": 9}


def test_the_best_of_four_equal_models_shows_much_more_than_it_is() -> None:
    table = best_of_models(
        0.70, correlation=0.5, numbers=[1, 4], repetitions=4000, rng=np.random.default_rng(0),
        **COUNTS,
    ).set_index("n_models")  # fmt: skip
    assert table.loc[1, "mean"] == pytest.approx(0.70, abs=4 * table.loc[1, "error"])
    assert table.loc[4, "mean"] == pytest.approx(0.79, abs=0.006)
    assert table.loc[4, "mean"] == pytest.approx(table.loc[4, "normal_mean"], abs=0.01)
    assert table.loc[4, "low"] == pytest.approx(table.loc[4, "normal_low"], abs=0.02)
    assert table.loc[4, "low"] < 0.70 < table.loc[4, "high"]


def test_models_that_are_one_and_the_same_have_no_curse() -> None:
    mean, low, high = best_of_normal(0.70, correlation=1.0, n_models=8, **COUNTS)
    assert mean == pytest.approx(0.70, abs=1e-6)
    assert mean - low == pytest.approx(high - mean)


def test_impossible_questions_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="at least one number of 1 or more"):
        best_of_models(
            0.7, correlation=0.5, numbers=[], repetitions=9, rng=np.random.default_rng(0), **COUNTS
        )
    with pytest.raises(UndefinedMetricError, match="0 models, coverage"):
        best_of_normal(0.7, correlation=0.5, n_models=0, **COUNTS)
