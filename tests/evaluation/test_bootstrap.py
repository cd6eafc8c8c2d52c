"""The bootstrap against DeLong, and its laws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import bootstrap_interval, win_matrix
from psp_core.evaluation.intervals import delong_interval
from psp_core.evaluation.metrics import auc

RNG = np.random.default_rng(1)
Y_TRUE = np.array([True] * 120 + [False] * 90)
Y_SCORE = np.round(RNG.normal(size=210) + Y_TRUE, 2)


def test_the_mean_of_the_win_matrix_is_the_auc() -> None:
    assert win_matrix(Y_TRUE, Y_SCORE).mean() == pytest.approx(auc(Y_TRUE, Y_SCORE))


def test_with_many_patients_it_equals_delong() -> None:
    wins = win_matrix(Y_TRUE, Y_SCORE)
    drawn = bootstrap_interval(wins, samples=4000, rng=np.random.default_rng(0))
    exact = delong_interval(Y_TRUE, Y_SCORE)
    assert drawn == pytest.approx((exact.lower, exact.upper), abs=0.006)


def test_it_equals_resampling_patients_one_by_one() -> None:
    y_true, y_score = Y_TRUE[115:130], Y_SCORE[115:130]
    rng = np.random.default_rng(3)
    slow = []
    for _ in range(2000):
        kept = [rng.choice(np.flatnonzero(y_true == one), (y_true == one).sum()) for one in (1, 0)]
        slow.append(auc(y_true[np.concatenate(kept)], y_score[np.concatenate(kept)]))
    fast = bootstrap_interval(
        win_matrix(y_true, y_score), samples=4000, rng=np.random.default_rng(0)
    )
    assert fast == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])), abs=0.04)


@pytest.mark.parametrize("score", [Y_TRUE.astype(float), np.ones(210), -Y_TRUE.astype(float)])
def test_a_certainty_that_nobody_has_is_no_interval(score: npt.NDArray[np.float64]) -> None:
    wins = win_matrix(Y_TRUE, score)
    drawn = bootstrap_interval(wins, samples=20, rng=np.random.default_rng(0))
    assert np.isnan(drawn).all()


def test_one_seed_gives_one_interval() -> None:
    wins = win_matrix(Y_TRUE, Y_SCORE)
    first, second = (
        bootstrap_interval(wins, samples=50, rng=np.random.default_rng(5)) for _ in range(2)
    )
    assert first == second


def test_nothing_to_resample_raises() -> None:
    wins = win_matrix(Y_TRUE, Y_SCORE)
    with pytest.raises(UndefinedMetricError, match="0 samples"):
        bootstrap_interval(wins, samples=0, rng=np.random.default_rng(0))
    with pytest.raises(UndefinedMetricError, match=r"level 1\.5"):
        bootstrap_interval(wins, samples=5, rng=np.random.default_rng(0), confidence_level=1.5)
