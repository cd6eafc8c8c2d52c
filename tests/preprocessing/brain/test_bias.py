"""N4: a known field is divided out, the brain keeps its mean."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, GridMismatchError
from psp_core.preprocessing.brain.bias import correct_bias
from psp_core.preprocessing.template import template_brain, template_mask

STEP = 3
VALUES = 300 * template_brain(2).values[::STEP, ::STEP, ::STEP]
MASK = template_mask(2).values[::STEP, ::STEP, ::STEP] > 0
GRID = Grid(MASK.shape, np.diag([6.0, 6.0, 6.0, 1.0]))
FIELD = 1 + 0.004 * (GRID.points() - GRID.points().mean(axis=(0, 1, 2)))[..., 1]


def unevenness(values: np.ndarray) -> float:
    """Relative spread of the field that is left."""
    left = values[MASK & (VALUES > 150)] / VALUES[MASK & (VALUES > 150)]
    return float(left.std() / left.mean())


def test_a_known_field_is_taken_out() -> None:
    seen = (VALUES * FIELD).astype(np.float32)
    corrected = correct_bias(Volume(seen, GRID), MASK)
    assert unevenness(seen) > 0.15
    assert unevenness(corrected) < 0.25 * unevenness(seen)
    assert corrected.dtype == np.float32


def test_the_mean_in_the_mask_stays() -> None:
    seen = (VALUES * FIELD).astype(np.float32)
    used = MASK & (seen > 0)
    corrected = correct_bias(Volume(seen, GRID), MASK)
    assert corrected[used].mean() == pytest.approx(seen[used].mean(), rel=1e-5)


def test_twice_the_signal_gives_twice_the_result_and_two_runs_the_same_bytes() -> None:
    seen = (VALUES * FIELD).astype(np.float32)
    once, again = (correct_bias(Volume(seen, GRID), MASK) for _ in range(2))
    assert once.tobytes() == again.tobytes()
    doubled = correct_bias(Volume(2 * seen, GRID), MASK)
    assert doubled[MASK] == pytest.approx(2 * once[MASK], rel=1e-3)


def test_a_mask_of_another_shape_raises() -> None:
    with pytest.raises(GridMismatchError, match="resample the mask"):
        correct_bias(Volume(VALUES, GRID), MASK[1:])


def test_nothing_positive_raises() -> None:
    with pytest.raises(EmptyMaskError, match="no bias field to estimate"):
        correct_bias(Volume(-VALUES, GRID), MASK)
