"""Effect sizes: by hand, and the columns they keep."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.classifiers.effect_size import KeepLargestEffects, cohen_d
from psp_core.errors import EstimatorError

TRUTH = np.array([True, True, True, False, False, False])


def test_cohen_d_is_the_difference_over_the_pooled_sd() -> None:
    values = np.array([[4.0, 1], [5, 1], [6, 1], [1, 1], [2, 1], [3, 1]])
    assert cohen_d(values, TRUTH) == pytest.approx([3 / 1.0, 0])


def test_the_largest_effects_stay_whatever_their_sign() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 10))
    truth = np.arange(200) < 120
    values[truth, 7] -= 3
    values[truth, 2] += 2
    fitted = KeepLargestEffects(kept=2).fit(values, truth)
    assert fitted.kept_.tolist() == [7, 2]
    np.testing.assert_array_equal(fitted.transform(values), values[:, [7, 2]])


@pytest.mark.parametrize(("kept", "number"), [(0.2, 2), (0.01, 1), (3, 3), (99, 10)])
def test_a_number_or_a_share_is_kept(kept: float, number: int) -> None:
    values = np.random.default_rng(0).normal(size=(6, 10))
    assert len(KeepLargestEffects(kept=kept).fit(values, TRUTH).kept_) == number


def test_one_class_is_said() -> None:
    with pytest.raises(EstimatorError, match="all 3 training patients are of one class"):
        KeepLargestEffects().fit(np.zeros((3, 2)), [True] * 3)
