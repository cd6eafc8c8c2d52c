"""Pictures of slices: which way up, and nothing asked for is left out."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.report.slices import largest_slice, plot_plan, plot_slice

SHAPE = (4, 12, 10)


def volume(rows: tuple, columns: tuple, *, sides: tuple = (1, 1, 1)) -> Volume:
    """Make a volume whose rows and columns run along the given LPS directions."""
    affine = np.eye(4)
    axes = np.stack([np.cross(columns, rows), rows, columns], axis=1).astype(float)
    affine[:3, :3] = axes * sides
    values = np.random.default_rng(0).uniform(1, 100, SHAPE)
    return Volume(values, Grid(SHAPE, affine), None)


def square(name: str, plane: float) -> Structure:
    points = np.array([[2, 2, plane], [6, 2, plane], [6, 8, plane], [2, 8, plane]], dtype=float)
    return Structure(name, 1, (points,), "CLOSED_PLANAR", None, None)


AXIAL = volume((0, 1, 0), (1, 0, 0))


def test_the_largest_slice_has_the_most_labelled_voxels() -> None:
    labels = np.zeros(SHAPE, dtype=int)
    labels[1, :2] = 1
    labels[2, :5] = 4
    assert largest_slice(labels) == 2
    assert largest_slice(labels[::-1]) == 1


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ((0, 1, 0), (1, 0, 0)),  # axial, as DICOM stores it
        ((0, -1, 0), (-1, 0, 0)),  # axial, as NIfTI in RAS stores it
        ((0, 1, 0), (-1, 0, 0)),
        ((0, 0, 1), (1, 0, 0)),  # coronal, feet first
        ((0, 0, -1), (0, 1, 0)),  # sagittal
    ],
)
def test_left_and_front_are_where_a_radiologist_expects_them(rows: tuple, columns: tuple) -> None:
    ax = plot_slice(volume(rows, columns), 1)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    to_the_right = np.sign(right - left) * np.array(columns)
    downwards = np.sign(bottom - top) * np.array(rows)
    assert to_the_right.sum() == 1  # towards the patient's left, or back in a sagittal slice
    assert downwards @ (0, 1, -1) == 1  # towards the back, or the feet


def test_a_voxel_is_drawn_as_high_and_wide_as_it_is() -> None:
    ax = plot_slice(volume((0, 1, 0), (1, 0, 0), sides=(5, 2, 1)), 0)
    assert ax.get_aspect() == 2


def test_an_outline_is_drawn_where_a_slice_is_labelled_and_only_there() -> None:
    labels = np.zeros(SHAPE, dtype=int)
    labels[2, 3:6, 3:6] = 4
    assert len(plot_slice(AXIAL, 2, labels=labels).collections) == 1
    assert len(plot_slice(AXIAL, 1, labels=labels).collections) == 0


def test_the_window_is_that_asked_for() -> None:
    assert plot_slice(AXIAL, 0, window=(-100, 150)).images[0].get_clim() == (-100, 150)
    low, high = plot_slice(AXIAL, 0).images[0].get_clim()
    assert (low, high) == (0, np.percentile(AXIAL.values, 99.5))


def test_the_picture_is_drawn_where_it_is_asked() -> None:
    _, ax = plt.subplots()
    assert plot_slice(AXIAL, 0, ax=ax) is ax


def plan(*planes: float, dose_gy: float = 60.0) -> plt.Axes:
    structures = {f"S{n}": square(f"S{n}", plane) for n, plane in enumerate(planes)}
    dose = np.full(SHAPE, np.nan)
    dose[:, 2:10, 2:8] = np.linspace(0, dose_gy, 8)[:, None]
    return plot_plan(AXIAL, dose, structures, 1, names=list(structures), prescription_gy=60)


def test_a_contour_is_drawn_on_its_slice_to_half_a_slice() -> None:
    # The slice axis of a right-handed grid with rows back and columns left runs to the head.
    assert AXIAL.grid.to_index([[0, 0, 1]])[0, 0] == 1
    drawn = {line.get_label(): line for line in plan(1.0, 1.5, 0.5, 1.6, 3.0).lines}
    assert len(drawn) == 3
    points = next(iter(drawn.values())).get_xydata()
    assert points[0].tolist() == points[-1].tolist() == [2, 2]
    assert points.max(axis=0).tolist() == [6, 8]


def test_every_structure_is_drawn_and_named_however_many() -> None:
    ax = plan(*[1.0] * 9)
    assert len(ax.lines) == 9
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names[:9] == [f"S{n}" for n in range(9)]


def test_isodoses_are_shares_of_the_prescription_that_the_slice_reaches() -> None:
    def isodoses(dose_gy: float) -> list[str]:
        texts = plan(dose_gy=dose_gy).get_legend().get_texts()
        return [text.get_text() for text in texts]

    assert isodoses(60) == ["57 Gy", "48 Gy", "30 Gy", "12 Gy"]
    assert isodoses(40) == ["30 Gy", "12 Gy"]
    assert isodoses(0) == []
