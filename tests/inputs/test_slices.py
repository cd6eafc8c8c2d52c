"""Slices around the lesion: which one is the middle, how they are cut, and whose frame it is."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from psp_core.acquisition.files import FileRef
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, GeometryError
from psp_core.inputs.slices import (
    SliceSettings,
    axial,
    carrying,
    cut_slices,
    largest_slice,
    resized,
    slices_of,
)
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.store import VolumeStore
from psp_core.preprocessing.template import TEMPLATE
from psp_core.preprocessing.transform import Rigid

KEY = "own/P1/001"


def axial_grid(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> Grid:
    """Slices towards the head, rows towards the back, columns towards the left."""
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2] = spacing
    affine[3, 3] = 1.0
    return Grid(shape, affine)


def test_the_slice_with_most_lesion_is_the_middle_one() -> None:
    mask = np.zeros((9, 5, 5), dtype=bool)
    mask[2, :2, 0] = mask[5, :3, 0] = mask[6, :3, 0] = mask[7, :3, 0] = True
    assert largest_slice(mask) == 6
    with pytest.raises(EmptyMaskError, match="no voxel"):
        largest_slice(np.zeros((2, 2, 2), dtype=bool))


def test_successive_slices_and_zeros_beyond_the_last() -> None:
    values = np.arange(6.0).reshape(6, 1, 1) * np.ones((6, 10, 10)) + 1
    volume = Volume(values.astype(np.float32), axial_grid((6, 10, 10), (3.0, 2.0, 2.0)))
    found = cut_slices(volume, 4, SliceSettings(5, 20.0, 10))
    assert found[:, 5, 5].tolist() == pytest.approx([3, 4, 5, 6, 0])


def test_the_field_of_view_is_measured_in_mm_along_each_axis() -> None:
    values = np.zeros((1, 40, 40), dtype=np.float32)
    values[0, 10:30, 15:25] = 1  # 20 mm by 20 mm around the middle
    volume = Volume(values, axial_grid((1, 40, 40), (3.0, 1.0, 2.0)))
    found = cut_slices(volume, 0, SliceSettings(1, 20.0, 20))
    np.testing.assert_allclose(found, 1, atol=1e-5)
    wider = cut_slices(volume, 0, SliceSettings(1, 100.0, 100))[0]
    assert wider.shape == (100, 100)
    assert wider[40:60, 40:60].mean() > 0.9
    assert np.abs(wider[:25]).max() < 1e-5  # padded
    assert wider.sum() == pytest.approx(400, rel=0.05)


def test_a_constant_slice_stays_constant_in_any_size() -> None:
    for side in (7, 10, 31):
        np.testing.assert_allclose(
            resized(np.full((2, 10, 10), 3.0, np.float32), side), 3, rtol=1e-5
        )


def test_a_sagittal_series_becomes_the_axial_one() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((4, 5, 6)).astype(np.float32)
    there = Volume(values, axial_grid((4, 5, 6), (3.0, 2.0, 1.0)))
    affine = there.grid.affine
    turned = values.transpose(2, 0, 1)[:, ::-1]  # columns first, slices from the head down
    columns = [affine[:, 2], -affine[:, 0], affine[:, 1], affine[:, 3] + 3 * affine[:, 0]]
    found = axial(Volume(turned, Grid((6, 4, 5), np.column_stack(columns))))
    np.testing.assert_array_equal(found.values, values)
    assert found.grid.same_grid(there.grid)


def test_an_oblique_series_keeps_its_slices() -> None:
    angle = np.deg2rad(30)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    grid = Grid((3, 4, 5), turn @ axial_grid((3, 4, 5), (1.0, 1.0, 1.0)).affine)
    values = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    np.testing.assert_array_equal(axial(Volume(values, grid)).values, values)


def prepared(
    folder: Path, *, lesion_at: int | None, shift_mm: float = 4.0
) -> tuple[Case, VolumeStore, VolumeStore]:
    """A scan whose slice d has the grey value d, and a lesion in the template's frame."""
    shape = (20, 24, 24)
    values = np.arange(20.0)[:, None, None] * np.ones(shape)
    to_ras = np.diag([-2.0, -2.0, 2.0, 1.0])
    nib.save(
        nib.Nifti1Image(values.transpose(2, 1, 0).astype(np.float32), to_ras), folder / "t1.nii"
    )
    aligned, volumes = VolumeStore(folder / "aligned"), VolumeStore(folder / "volumes")
    moved = Rigid.shift("t1ce", TEMPLATE, [0.0, 0.0, shift_mm])
    record = {
        "affine": axial_grid(shape, (2.0, 2.0, 2.0)).affine.tolist(),
        "maps": [moved.record()],
    }
    aligned.write(KEY, {}, record, digest="a")
    arrays: dict[str, npt.NDArray[np.uint8]] = {"lesion": np.zeros(shape, np.uint8)}
    arrays["brain"] = np.zeros(shape, np.uint8)
    arrays["brain"][4:15, 5:19, 5:19] = 1
    if lesion_at is not None:
        arrays["lesion"][lesion_at, 8:12, 8:12] = 1
    volumes.write(KEY, arrays, {}, digest="b")
    case = Case("own", "P1", 1, "unlabelled", False, {"t1ce": (FileRef(folder, "t1.nii"),)})
    return case, aligned, volumes


@pytest.mark.parametrize(
    ("lesion_at", "middle", "chosen_by"), [(12, 10, "lesion"), (None, 7, "brain")]
)
def test_the_lesion_is_carried_into_the_frame_of_the_scanner(
    tmp_path: Path, lesion_at: int | None, middle: int, chosen_by: str
) -> None:
    case, aligned, volumes = prepared(tmp_path, lesion_at=lesion_at)
    made = slices_of(
        KEY, cases={KEY: case}, aligned=aligned, volumes=volumes,
        settings=SliceSettings(3, 40.0, 20),
    )  # fmt: skip
    assert dict(made.record) == {"middle": middle, "chosen_by": chosen_by}
    expected = [middle - 1, middle, middle + 1]
    assert made.arrays["values"][:, 10, 10].tolist() == pytest.approx(expected)


def test_a_scan_without_anything_in_its_field_is_left_out(tmp_path: Path) -> None:
    case, aligned, volumes = prepared(tmp_path, lesion_at=None, shift_mm=500.0)
    with pytest.raises(EmptyMaskError, match="neither lesion nor brain"):
        slices_of(
            KEY, cases={KEY: case}, aligned=aligned, volumes=volumes,
            settings=SliceSettings(3, 40.0, 20),
        )  # fmt: skip


def test_made_patients_carry_their_figures_and_nothing_else() -> None:
    figures = np.random.default_rng(0).standard_normal((5, 4))
    keys = [f"made/P{number}/001" for number in range(5)]
    slices = carrying(keys, figures, side=16, n_slices=2)
    rows = pd.DataFrame(
        {"dataset": "made", "subject_id": [f"P{n}" for n in range(5)], "timepoint": 1}
    )
    found = slices.of(rows)
    assert found.shape == (5, 2, 16, 16)
    for number, (row, column) in enumerate([(4, 4), (4, 10), (10, 4), (10, 10)]):
        np.testing.assert_allclose(found[:, 1, row, column], figures[:, number], rtol=1e-6)
    assert np.ptp(found[:, :, :2], axis=0).max() == 0  # the frame is the same in everyone
    with pytest.raises(GeometryError, match="no room for 64 figures"):
        carrying(keys, np.zeros((5, 64)), side=16)
