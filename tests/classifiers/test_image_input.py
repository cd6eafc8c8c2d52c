"""Which tokens a network sees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psp_core.classifiers.image_input import ImageInput, TokenScale, image_input
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError


def with_shares(cohort: Any, shares: np.ndarray) -> Tokens:
    return Tokens(cohort[2].keys, cohort[2].values, shares.astype(np.float32))


def test_lesion_tokens_are_those_with_a_lesion_voxel_and_the_rest_fills_up(cohort: Any) -> None:
    rows, _, tokens = cohort
    shares = np.zeros((40, 8))
    shares[0, [1, 5]] = 0.1
    shares[1:, 6] = 1.0
    found = image_input(with_shares(cohort, shares), rows, "lesion")
    assert found.values.shape == (40, 2, 16)
    assert found.mask is not None
    assert found.mask.sum(axis=1).tolist() == [2] + [1] * 39
    assert np.array_equal(found.values[0], tokens.values[0, [1, 5]])
    assert np.array_equal(found.values[7][found.mask[7]], tokens.values[7, [6]])


def test_a_patient_without_lesion_tokens_keeps_all(cohort: Any) -> None:
    shares = np.zeros((40, 8))
    shares[1:, 0] = 1.0
    found = image_input(with_shares(cohort, shares), cohort[0], "lesion")
    assert found.mask is not None
    assert found.mask.sum(axis=1).tolist() == [8] + [1] * 39


def test_on_their_scale_the_tokens_that_count_have_mean_zero_and_sd_one(cohort: Any) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(5, 3, (6, 9, 4)).astype(np.float32)
    values[..., 3] = 2.5
    image = ImageInput(values, rng.random((6, 9)) < 0.7)
    scaled = TokenScale.of(image).apply(image).values[image.mask]
    assert scaled.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert scaled.std(axis=0) == pytest.approx([1, 1, 1, 0], abs=1e-6)


def test_no_tokens_raise(cohort: Any) -> None:
    with pytest.raises(EstimatorError, match="sees the image, but was given no tokens"):
        image_input(None, cohort[0], "all")


def test_another_choice_of_tokens_raises(cohort: Any) -> None:
    with pytest.raises(EstimatorError, match="'brain'; expected 'all' or 'lesion'"):
        image_input(cohort[2], cohort[0], "brain")  # type: ignore[arg-type]
