"""Sources draw when they are asked."""

from __future__ import annotations

import numpy as np

from psp_core.acquisition.grid import Grid
from psp_core.preprocessing.lesion.drawings import Drawers, Visit, drawings
from psp_core.preprocessing.lesion.labels import ALL_REGIONS, LesionLabels

GRID = Grid((2, 2, 2), np.eye(4))
VALUES = np.zeros((2, 2, 2, 2), np.float32)


class Counted:
    """A segmenter that counts how often it is asked."""

    calls = 0

    def predict(self, values: np.ndarray) -> np.ndarray:
        self.calls += 1
        return np.full(values.shape[1:], 4, np.uint8)


def test_a_network_draws_when_it_is_asked_and_only_once() -> None:
    segmenter = Counted()
    mask = LesionLabels(np.ones(GRID.shape, np.uint8), frozenset({"core"}))
    drawers = Drawers(segmenter=segmenter)  # type: ignore[arg-type]
    found = drawings(Visit(VALUES, VALUES, mask), GRID, None, drawers)
    assert {source: one.known for source, one in found.items()} == {
        "mask": {"core"},
        "segmenter": ALL_REGIONS,
    }
    assert found["mask"].labels is mask
    assert segmenter.calls == 0
    for _ in range(2):
        assert (found["segmenter"].labels.values == 4).all()
    assert segmenter.calls == 1


def test_contours_need_the_planning_ct() -> None:
    assert drawings(Visit(VALUES, VALUES), GRID, None, Drawers()) == {}
