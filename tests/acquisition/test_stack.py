"""Slices to one grid: what is refused, and in which words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydicom.dataset import Dataset

from psp_core.acquisition.stack import Slice, read_slice, stack_slices
from psp_core.errors import GeometryError

AXES = np.array([[1.0, 0, 0], [0, 1.0, 0]])


def planes(*heights: float) -> list[Slice]:
    return [
        Slice(f"slice {i}", np.array([5.0, -7.0, z]), AXES, (0.5, 0.75), (6, 7), 3.0)
        for i, z in enumerate(heights)
    ]


def test_slices_are_sorted_along_their_normal_not_by_order() -> None:
    order, grid = stack_slices(planes(4.0, 0.0, 2.0), "series")
    assert order.tolist() == [1, 2, 0]
    assert grid.shape == (3, 6, 7)
    assert grid.spacing_mm == pytest.approx((2.0, 0.5, 0.75))
    np.testing.assert_allclose(grid.to_world([2, 0, 0]), [5, -7, 4])
    np.testing.assert_allclose(grid.to_world([0, 4, 0]), [5, -5, 0])  # rows: PixelSpacing[0]
    np.testing.assert_allclose(grid.to_world([0, 0, 4]), [8, -7, 0])  # columns: PixelSpacing[1]


def test_one_slice_takes_the_thickness_of_its_header() -> None:
    _, grid = stack_slices(planes(4.0), "series")
    assert grid.spacing_mm[0] == pytest.approx(3.0)


def test_one_slice_without_thickness_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"one slice without SpacingBetweenSlices"):
        stack_slices([replace(planes(0.0)[0], thickness_mm=None)], "series")


def test_positions_rounded_to_two_decimals_are_accepted() -> None:
    heights = [round(i * 1.333, 2) for i in range(30)]
    _, grid = stack_slices(planes(*heights), "series")
    assert grid.spacing_mm[0] == pytest.approx(1.333, abs=1e-3)


def test_a_missing_slice_is_named_with_its_neighbours() -> None:
    with pytest.raises(GeometryError, match=r"1 slice\(s\) missing: 4.000 mm between slice 2 and"):
        stack_slices(planes(0, 2, 4, 8, 10, 12), "series")


def test_irregular_spacing_is_refused_with_the_tolerance() -> None:
    with pytest.raises(GeometryError, match=r"irregular slice spacing: 2.100 mm .* tolerance 0.04"):
        stack_slices(planes(0, 2, 4, 6.1, 8.1), "series")


def test_repeated_positions_name_both_files() -> None:
    with pytest.raises(GeometryError, match=r"occur twice, first slice 1 and slice 3 at 2.00 mm"):
        stack_slices(planes(0, 2, 4, 2), "series")


def test_a_sheared_stack_is_refused_with_its_angle() -> None:
    tilted = [
        replace(plane, position_mm=plane.position_mm + np.array([0, 0.5 * i, 0]))
        for i, plane in enumerate(planes(0, 2, 4, 6))
    ]
    with pytest.raises(GeometryError, match=r"sheared stack: .*14.04 degrees, gantry tilt"):
        stack_slices(tilted, "series")


def test_one_slice_shifted_sideways_is_refused() -> None:
    shifted = planes(0, 2, 4, 6, 8)
    shifted[2] = replace(shifted[2], position_mm=shifted[2].position_mm + np.eye(3)[0])
    with pytest.raises(GeometryError, match=r"shifted sideways by up to 1.000 mm"):
        stack_slices(shifted, "series")


def test_mixed_orientations_are_refused_with_counts() -> None:
    mixed = planes(0, 2, 4)
    mixed[1] = replace(mixed[1], orientation=np.array([[0, 1.0, 0], [0, 0, -1.0]]))
    with pytest.raises(GeometryError, match=r"mixed orientations \(2 slices .* 1 others"):
        stack_slices(mixed, "series")


def test_mixed_sizes_are_refused_with_counts() -> None:
    mixed = planes(0, 2, 4)
    mixed[1] = replace(mixed[1], shape=(6, 8))
    with pytest.raises(GeometryError, match=r"mixed image sizes \(2 of 6 x 7, 1 of 6 x 8\)"):
        stack_slices(mixed, "series")


def test_mixed_pixel_spacings_are_refused_with_counts() -> None:
    mixed = planes(0, 2, 4)
    mixed[1] = replace(mixed[1], spacing_mm=(0.5, 0.8))
    with pytest.raises(GeometryError, match=r"mixed pixel spacings \(2 of 0.5 x 0.75 mm"):
        stack_slices(mixed, "series")


def header(**tags: object) -> Dataset:
    dataset = Dataset()
    defaults: dict[str, object] = {
        "ImagePositionPatient": [0, 0, 0],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [1, 1],
        "Rows": 4,
        "Columns": 5,
    }
    for keyword, value in (defaults | tags).items():
        if value is not None:
            setattr(dataset, keyword, value)
    return dataset


def test_spacing_between_slices_goes_before_slice_thickness() -> None:
    plane = read_slice(header(SliceThickness=5, SpacingBetweenSlices=6), "a.dcm")
    assert plane.thickness_mm == 6


@pytest.mark.parametrize(
    "keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows"]
)
def test_missing_geometry_is_named(keyword: str) -> None:
    with pytest.raises(GeometryError, match=rf"a.dcm: no usable {keyword}; the file has no place"):
        read_slice(header(**{keyword: None}), "a.dcm")


def test_directions_that_are_not_at_right_angles_are_refused() -> None:
    with pytest.raises(GeometryError, match=r"not two unit vectors at a right angle"):
        read_slice(header(ImageOrientationPatient=[1, 0, 0, 0.5, 0.5, 0]), "a.dcm")


def test_pixel_spacing_must_be_positive() -> None:
    with pytest.raises(GeometryError, match=r"PixelSpacing .* is not positive"):
        read_slice(header(PixelSpacing=[1, -1]), "a.dcm")
