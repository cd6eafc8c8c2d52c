"""Agreement of rankings against values by hand."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.explain.stability import agreement


def test_equal_rankings_agree_wholly_and_opposite_ones_not_at_all() -> None:
    same = agreement([[3, 2, 1], [30, 20, 10]], top=2)
    assert (same.kendall_w, same.mean_spearman, same.top_overlap) == pytest.approx((1, 1, 1))
    opposite = agreement([[3, 2, 1], [1, 2, 3]], top=1)
    assert (opposite.kendall_w, opposite.mean_spearman) == pytest.approx((0, -1))
    assert (opposite.top_overlap, opposite.top_by_chance) == pytest.approx((0, 1 / 3))


def test_kendall_by_hand_and_its_relation_to_spearman() -> None:
    found = agreement([[4, 3, 2, 1], [4, 2, 3, 1], [3, 4, 2, 1]], top=2)
    # rank sums 4, 6, 8, 12 around 7.5: 12 * 35 / (9 * 60)
    assert found.kendall_w == pytest.approx(12 * 35 / (9 * 60))
    assert found.mean_spearman == pytest.approx((3 * found.kendall_w - 1) / 2)
    assert found.top_overlap == pytest.approx((0.5 + 1 + 0.5) / 3)


def test_ties_are_corrected_for() -> None:
    assert agreement([[2, 1, 1], [2, 1, 1]], top=1).kendall_w == pytest.approx(1)


@pytest.mark.parametrize(
    ("values", "top"),
    [([[1, 2]], 1), ([[1], [2]], 1), ([[1, 2], [2, 1]], 3), ([[1, 2], [2, 1]], 0)],
)
def test_too_little_to_compare_raises(values: list[list[int]], top: int) -> None:
    with pytest.raises(UndefinedMetricError, match="expected at least two"):
        agreement(values, top=top)


def test_a_ranking_without_an_order_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="no order"):
        agreement(np.array([[1, 2], [1, 1]]), top=1)
