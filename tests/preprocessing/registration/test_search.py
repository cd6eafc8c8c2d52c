"""The search with engines of the test's own: what is compared, what is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psp_core.errors import RegistrationError
from psp_core.preprocessing.registration.pyramid import Pyramid, build_pyramid
from psp_core.preprocessing.registration.search import Search


@pytest.fixture(scope="module")
def pyramid(heads: list[Any]) -> Pyramid:
    return build_pyramid(heads[0].t1ce, "t1ce", 6.0, None)


def shifted(x_mm: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[0, 3] = x_mm
    return matrix


def stay(*images: Any, **settings: Any) -> np.ndarray:
    return np.asarray(images[2])


def fail_on_the_left(*images: Any, **settings: Any) -> np.ndarray:
    if images[2][0, 3] < 0:
        raise RegistrationError("left")
    return np.asarray(images[2])


def test_ends_come_with_the_most_similar_first(pyramid: Pyramid) -> None:
    found = Search(pyramid, pyramid, stay, 0).ends([shifted(x) for x in (9.0, 0.0, 4.0)])
    assert [end[0, 3] for end in found] == [0.0, 4.0, 9.0]


def test_a_start_that_fails_is_left_out(pyramid: Pyramid) -> None:
    found = Search(pyramid, pyramid, fail_on_the_left, 0).ends([shifted(-3.0), shifted(3.0)])
    assert [end[0, 3] for end in found] == [3.0]


def test_all_starts_failing_raises_with_every_reason_once(pyramid: Pyramid) -> None:
    starts = [shifted(x) for x in (-1.0, -2.0, 500.0)]
    with pytest.raises(
        RegistrationError, match="all 3 starts failed: left; the head left the moving field"
    ):
        Search(pyramid, pyramid, fail_on_the_left, 0).ends(starts)


def test_a_shift_puts_every_point_apart_by_its_length(pyramid: Pyramid) -> None:
    search = Search(pyramid, pyramid, stay, 0)
    assert search.apart(shifted(-3.0), shifted(4.0)) == pytest.approx(7.0)


def test_a_map_out_of_the_field_is_not_similar(pyramid: Pyramid) -> None:
    search = Search(pyramid, pyramid, stay, 0)
    assert search.similarity(shifted(150.0)) == 0
    assert search.similarity(np.eye(4)) > 1
