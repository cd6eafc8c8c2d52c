"""Figures of a lesion against what can be worked out by hand, or by a plain loop."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from psp_core.errors import EmptyMaskError, GridMismatchError
from psp_core.inputs.textures import binned, box, figure_names, image_figures, shape_figures


def test_a_sphere_has_the_volume_and_the_axes_of_a_sphere() -> None:
    inside = ((np.indices((41, 41, 41)) - 20) ** 2).sum(axis=0) <= 15**2
    figures = shape_figures(inside, spacing_mm=2.0)
    assert figures["shape:voxel_volume"] == 8 * inside.sum()
    assert figures["shape:mesh_volume"] == pytest.approx(4 / 3 * np.pi * 30**3, rel=0.01)
    # a mesh through voxel corners is a tenth too large, as stairs are
    assert figures["shape:surface_area"] == pytest.approx(4 * np.pi * 30**2, rel=0.1)
    assert figures["shape:elongation"] == pytest.approx(1)
    assert figures["shape:major_axis_length"] == pytest.approx(4 * 30 / np.sqrt(5), rel=0.01)


def test_a_constant_region_has_no_entropy_and_no_contrast() -> None:
    lesion = np.zeros((6, 6, 6), dtype=bool)
    lesion[1:5, 1:5, 1:5] = True
    figures = image_figures(np.full((6, 6, 6), 3.0), lesion, bins=32, spacing_mm=1.0)
    assert figures["firstorder:mean"] == 3
    for name in ("firstorder:entropy", "glcm:contrast", "glcm:joint_entropy"):
        assert figures[name] == pytest.approx(0, abs=1e-12)
    assert figures["firstorder:uniformity"] == 1


def test_two_halves_have_one_bit_and_the_co_occurrences_of_a_plain_loop() -> None:
    image = np.zeros((4, 4, 4))
    image[2:] = 7.0
    lesion = np.ones((4, 4, 4), dtype=bool)
    figures = image_figures(image, lesion, bins=2, spacing_mm=1.0)
    assert figures["firstorder:entropy"] == pytest.approx(1)
    contrasts = []
    for step in product((-1, 0, 1), repeat=3):
        if step <= (0, 0, 0):
            continue  # the other way round is the same pair
        pairs = []
        for place in np.ndindex(4, 4, 4):
            other = tuple(int(k) for k in np.add(place, step))
            if all(0 <= k < 4 for k in other):
                pairs.append(image[place] != image[other])
        contrasts.append(np.mean(pairs))
    assert len(contrasts) == 13
    assert figures["glcm:contrast"] == pytest.approx(np.mean(contrasts))


def test_textures_do_not_know_scale_and_shift_but_first_order_does() -> None:
    rng = np.random.default_rng(0)
    image, lesion = rng.normal(size=(6, 6, 6)), rng.random((6, 6, 6)) < 0.6
    one = image_figures(image, lesion, bins=8, spacing_mm=1.0)
    two = image_figures(2 * image + 5, lesion, bins=8, spacing_mm=1.0)
    assert two["firstorder:mean"] == pytest.approx(2 * one["firstorder:mean"] + 5, rel=1e-5)
    textures = [name for name in one if not name.startswith("firstorder")]
    assert [two[name] for name in textures] == pytest.approx([one[name] for name in textures])


def test_what_is_outside_the_lesion_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    image, lesion = rng.normal(size=(8, 8, 8)), np.zeros((8, 8, 8), dtype=bool)
    lesion[2:6, 2:7, 3:6] = rng.random((4, 5, 3)) < 0.8
    changed = np.where(lesion, image, 1e4)
    assert image_figures(changed, lesion, bins=8, spacing_mm=1.0) == image_figures(
        image, lesion, bins=8, spacing_mm=1.0
    )


def test_one_voxel_has_the_same_names_and_nan_where_nothing_is_defined() -> None:
    lesion = np.zeros((3, 3, 3), dtype=bool)
    lesion[1, 1, 1] = True
    figures = image_figures(np.ones((3, 3, 3)), lesion, bins=32, spacing_mm=1.0)
    assert len(figures) == 95
    assert np.isnan(figures["glcm:contrast"])
    shape = shape_figures(lesion, spacing_mm=1.0)
    assert len(shape) == len(figure_names("shape")) == 17
    assert np.isnan(shape["shape:elongation"])


def test_bins_are_of_equal_width_and_the_greatest_value_is_in_the_last() -> None:
    assert binned(np.array([0.0, 0.9, 1.0, 3.9, 4.0]), 4).tolist() == [0, 0, 1, 3, 3]


def test_a_box_keeps_its_margin_inside_the_array() -> None:
    lesion = np.zeros((9, 9, 9), dtype=bool)
    lesion[1, 4, 8] = True
    assert lesion[box(lesion, 2)].shape == (4, 5, 3)


def test_lesions_that_cannot_be_measured_are_said() -> None:
    nothing = np.zeros((3, 3, 3), dtype=bool)
    with pytest.raises(EmptyMaskError, match="no voxel, so it has no figures"):
        shape_figures(nothing, spacing_mm=1.0)
    with pytest.raises(GridMismatchError, match="bring them to one grid"):
        image_figures(np.zeros((3, 3, 4)), ~nothing, bins=4, spacing_mm=1.0)
