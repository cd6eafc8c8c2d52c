"""Overlap of two drawings."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import GridMismatchError
from psp_core.preprocessing.lesion.agreement import dice, held_out_dice
from psp_core.preprocessing.lesion.segmenter import Segmenter
from psp_core.preprocessing.lesion.training_cases import SegmentationCase


def test_dice_is_the_harmonic_mean_of_both_shares() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random((6, 6, 6)) < 0.4, rng.random((6, 6, 6)) < 0.6
    both = (one & other).sum()
    precision, recall = both / one.sum(), both / other.sum()
    assert dice(one, other) == pytest.approx(2 * precision * recall / (precision + recall))
    assert dice(one, other) == dice(other, one)


def test_dice_of_equal_of_apart_and_of_empty_masks() -> None:
    mask = np.zeros((3, 3, 3), dtype=bool)
    assert np.isnan(dice(mask, mask))
    mask[1] = True
    assert dice(mask, mask) == 1
    assert dice(mask, ~mask) == 0
    with pytest.raises(GridMismatchError, match="bring both to one grid first"):
        dice(mask, np.ones((3, 3, 2), dtype=bool))


def test_a_perfect_segmenter_has_one_row_of_ones_per_case(cases: list[SegmentationCase]) -> None:
    answers = [case.load()[1] for case in cases[:3]]

    class Oracle(Segmenter):
        def __init__(self) -> None:
            self.left = iter(answers)

        def predict(self, values: object) -> np.ndarray:  # noqa: ARG002
            return np.asarray(next(self.left))

    table = held_out_dice(Oracle(), cases[:3])
    assert table.columns.tolist() == ["case_id", "enhancing", "core", "whole"]
    assert table["case_id"].tolist() == [case.case_id for case in cases[:3]]
    assert (table.iloc[:, 1:] == 1).all(axis=None)
    assert held_out_dice(Oracle(), []).empty
