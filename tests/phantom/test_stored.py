"""One rule from values to stored integers."""

import numpy as np
import pytest

from psp_core.errors import StoredRangeError
from psp_core.phantom.stored import stored_integers


def test_value_is_slope_times_stored_plus_intercept_within_half_a_step() -> None:
    values = np.random.default_rng(0).uniform(-1000, 2000, size=(3, 4, 5))
    stored = stored_integers(values, slope=0.5, intercept=-1024, dtype="uint16", what="CT")
    assert stored.dtype == np.dtype("<u2")
    np.testing.assert_allclose(0.5 * stored - 1024, values, atol=0.25001)


def test_scale_does_not_depend_on_the_rest_of_the_image() -> None:
    values = np.full((2, 2, 2), 100.0)
    brighter = values.copy()
    brighter[0, 0, 0] = 30_000
    first, second = (
        stored_integers(v, slope=1, dtype="int16", what="MR") for v in (values, brighter)
    )
    np.testing.assert_array_equal(first[1], second[1])


def test_32_bit_integers_keep_every_step() -> None:
    values = np.array([[[60.000001, 60.000002]]])
    stored = stored_integers(values, slope=1e-6, dtype="uint32", what="dose")
    assert stored.ravel().tolist() == [60_000_001, 60_000_002]


@pytest.mark.parametrize("bad", [-1.0, 70_000.0, np.nan, np.inf])
def test_value_that_does_not_fit_is_refused(bad: float) -> None:
    values = np.array([[[1.0, bad]]])
    with pytest.raises(StoredRangeError, match=r"FLAIR: .*do not fit uint16"):
        stored_integers(values, slope=1, dtype="uint16", what="FLAIR")
