"""Which columns stay."""

from __future__ import annotations

import numpy as np

from psp_core.classifiers.collinear import DropCollinear


def columns(correlation: float) -> np.ndarray:
    """Two columns of exactly this correlation."""
    first, other = np.linalg.qr(np.random.default_rng(0).standard_normal((50, 3)))[0].T[1:]
    first, other = first - first.mean(), other - other.mean()
    first /= np.linalg.norm(first)
    other -= first * (first @ other)
    other /= np.linalg.norm(other)
    return np.column_stack([first, correlation * first + np.sqrt(1 - correlation**2) * other])


def test_the_limit_parts_columns_that_stay_from_those_that_go() -> None:
    assert DropCollinear().fit(columns(0.949)).kept_.tolist() == [0, 1]
    assert DropCollinear().fit(columns(0.951)).kept_.tolist() == [0]
    assert DropCollinear().fit(columns(-0.951)).kept_.tolist() == [0]


def test_the_first_of_a_group_stays_and_scale_does_not_matter() -> None:
    values = np.random.default_rng(1).standard_normal((30, 2))
    repeated = np.column_stack([values[:, 0], 5 - 1000 * values[:, 0], values[:, 1], values])
    assert DropCollinear().fit(repeated).kept_.tolist() == [0, 2]
    assert np.array_equal(DropCollinear().fit(repeated).transform(repeated), repeated[:, [0, 2]])


def test_a_dropped_column_does_not_drop_others() -> None:
    # b is like a, c is like b but not like a: b goes, so c stays
    rng = np.random.default_rng(2)
    a, noise, more = rng.standard_normal((3, 4000))
    b = a + 0.3 * noise
    c = b + 0.3 * more
    assert DropCollinear().fit(np.column_stack([a, b, c])).kept_.tolist() == [0, 2]


def test_constant_columns_go_and_of_only_constant_ones_the_first_stays() -> None:
    values = np.column_stack([np.full(9, 0.1), np.arange(9.0), np.zeros(9)])
    assert DropCollinear().fit(values).kept_.tolist() == [1]
    assert DropCollinear().fit(values[:, [0, 2]]).kept_.tolist() == [0]
