"""Landmarks as TorchIO's, z-scores by definition."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
import pytest

from psp_core.errors import EmptyMaskError, GridMismatchError, IntensityError
from psp_core.preprocessing.intensity import (
    PERCENTILES,
    Landmarks,
    apply_landmarks,
    fit_landmarks,
    percentiles,
    z_score,
)

Case = tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]


def draw_cases() -> list[Case]:
    """Images of three scanners: other gain, offset and contrast each."""
    cases = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        mask = rng.random((9, 10, 11)) < 0.6
        values = rng.gamma(2.0 + seed, 60.0 * (seed + 1), mask.shape) - 20 * seed
        cases.append((values.astype(np.float32), mask))
    return cases


CASES = draw_cases()
TABLE = np.stack([percentiles(*case) for case in CASES])


@pytest.fixture(scope="module")
def torchio() -> Any:
    """TorchIO, whose own imports may warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("torchio")


def test_landmarks_equal_those_torchio_fits_from_files(tmp_path: Path, torchio: Any) -> None:
    images, masks = [], []
    for number, (values, mask) in enumerate(CASES):
        for array, names in ((values, images), (mask.astype(np.float32), masks)):
            names.append(tmp_path / f"{len(images)}_{number}_{len(masks)}.nii.gz")
            nib.save(nib.Nifti1Image(array, np.eye(4)), names[-1])
    expected = torchio.HistogramStandardization.train(images, mask_path=masks, progress=False)
    assert fit_landmarks(TABLE) == pytest.approx(expected, abs=1e-6)


def test_landmarks_are_applied_as_torchio_does(torchio: Any) -> None:
    landmarks = fit_landmarks(TABLE)
    transform = torchio.HistogramStandardization({"t1ce": landmarks}, masking_method="brain")
    for values, mask in CASES:
        subject = torchio.Subject(
            t1ce=torchio.ScalarImage(tensor=values[None].copy()),
            brain=torchio.LabelMap(tensor=mask[None].astype(np.float32)),
        )
        expected = transform(subject)["t1ce"].numpy()[0]
        found = apply_landmarks(values, mask, landmarks)
        assert found[mask] == pytest.approx(expected[mask], abs=1e-4)
        assert not found[~mask].any()


def test_landmarks_follow_the_published_rule_written_as_a_loop() -> None:
    total = np.zeros(len(PERCENTILES))
    for row in TABLE:
        total += [100 * (value - row[0]) / (row[-1] - row[0]) for value in row]
    assert fit_landmarks(TABLE) == pytest.approx(total / len(TABLE))


def test_landmarks_know_no_gain_and_no_offset() -> None:
    moved = [percentiles(3 * values + 40, mask) for values, mask in CASES]
    assert fit_landmarks(moved) == pytest.approx(fit_landmarks(TABLE), abs=1e-3)


def test_a_case_on_the_scale_has_the_landmarks_as_percentiles() -> None:
    landmarks = fit_landmarks(TABLE)
    for values, mask in CASES:
        after = percentiles(apply_landmarks(values, mask, landmarks), mask)
        used = [k for k, percent in enumerate(PERCENTILES) if percent not in (25, 75)]
        assert after[used] == pytest.approx(landmarks[used], abs=0.3)


def test_order_of_grey_values_stays() -> None:
    values, mask = CASES[1]
    moved = apply_landmarks(values, mask, fit_landmarks(TABLE))[mask]
    assert (np.diff(moved[np.argsort(values[mask])]) >= 0).all()


def test_many_equal_values_do_not_divide_by_zero() -> None:
    values, mask = CASES[0]
    flat = np.where(values < np.median(values[mask]), 10.0, values).astype(np.float32)
    assert np.isfinite(apply_landmarks(flat, mask, fit_landmarks(TABLE))).all()


def test_z_score_has_mean_zero_and_deviation_one_in_the_mask_and_zero_outside() -> None:
    values, mask = CASES[2]
    scored = z_score(values, mask)
    assert scored[mask].mean() == pytest.approx(0, abs=1e-6)
    assert scored[mask].std() == pytest.approx(1, abs=1e-6)
    assert not scored[~mask].any()
    assert z_score(5 * values - 3, mask) == pytest.approx(scored, abs=1e-4)


def test_the_record_survives_json() -> None:
    fitted = tuple(fit_landmarks(TABLE).tolist())
    landmarks = Landmarks({"t1ce": fitted, "flair": fitted}, ("brats2021", "upenn_gbm"), 12)
    assert Landmarks.from_record(json.loads(json.dumps(landmarks.record()))) == landmarks


def test_a_record_of_other_percentiles_raises() -> None:
    record = Landmarks({}, (), 0).record() | {"percentiles": [1, 50, 99]}
    with pytest.raises(IntensityError, match=r"landmarks of percentiles \[1, 50, 99\]"):
        Landmarks.from_record(record)


def test_a_record_whose_landmarks_fall_raises() -> None:
    record = Landmarks({"t1ce": tuple(np.linspace(9, 0, 13))}, (), 1).record()
    with pytest.raises(IntensityError, match=r"landmarks \(t1ce\) must be 13 rising numbers"):
        Landmarks.from_record(record)


def test_landmarks_that_do_not_rise_raise() -> None:
    values, mask = CASES[0]
    with pytest.raises(IntensityError, match=r"landmarks \(given\) must be 13 rising"):
        apply_landmarks(values, mask, np.zeros(13))


def test_cases_without_range_raise() -> None:
    with pytest.raises(IntensityError, match="1 of 4 cases have no range"):
        fit_landmarks([*TABLE, np.full(13, 7.0)])


@pytest.mark.parametrize("table", [np.zeros((0, 13)), np.zeros((3, 4)), np.zeros(13)])
def test_no_table_of_percentiles_raises(table: npt.NDArray[np.float64]) -> None:
    with pytest.raises(IntensityError, match=r"shape \(cases, 13\), found"):
        fit_landmarks(table)


def test_a_constant_image_has_no_z_score() -> None:
    with pytest.raises(IntensityError, match="all 8 values in the mask are 4"):
        z_score(np.full((2, 2, 2), 4.0), np.ones((2, 2, 2), dtype=bool))


def test_unknown_values_in_the_mask_raise() -> None:
    values, mask = CASES[0]
    holes = values.copy()
    holes[mask] = np.where(np.arange(mask.sum()) < 3, np.nan, values[mask])
    with pytest.raises(IntensityError, match="3 values in the mask are NaN or infinite"):
        percentiles(holes, mask)


def test_an_empty_mask_raises() -> None:
    values, mask = CASES[0]
    with pytest.raises(EmptyMaskError, match="the mask has no voxel"):
        percentiles(values, np.zeros_like(mask))


def test_a_mask_of_another_shape_raises() -> None:
    values, mask = CASES[0]
    with pytest.raises(GridMismatchError, match="resample the mask"):
        z_score(values, mask[1:])
