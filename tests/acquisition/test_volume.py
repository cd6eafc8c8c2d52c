"""DICOM series as volumes, by physical law and against real scans of three vendors."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pydicom.dataset import Dataset

from psp_core.acquisition.files import FileRef
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume, read_volume
from psp_core.errors import (
    AmbiguousSeriesError,
    FrameOfReferenceError,
    GeometryError,
    GridMismatchError,
    MissingInputError,
    UnreadableFileError,
)

MakeSeries = Callable[..., list[Dataset]]
Save = Callable[..., list[Path]]
Stored = npt.NDArray[np.int16]

SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
_ANGLE = np.radians(20)
OBLIQUE = (1.0, 0.0, 0.0, 0.0, float(np.cos(_ANGLE)), float(np.sin(_ANGLE)))


def test_values_and_positions_of_an_axial_series(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored, position=(-80, -90, 12), spacing=(0.5, 0.75), gap=3), tmp_path)
    volume = read_volume(tmp_path)
    assert volume.values.dtype == np.float32
    np.testing.assert_array_equal(volume.values, stored)
    assert volume.frame_uid == "1.2.3.9"
    assert volume.grid.spacing_mm == pytest.approx((3, 0.5, 0.75))
    np.testing.assert_allclose(volume.grid.to_world([2, 4, 1]), [-80 + 0.75, -90 + 2, 12 + 6])


@pytest.mark.parametrize("orientation", [SAGITTAL, CORONAL, OBLIQUE])
def test_each_voxel_lies_where_its_header_says(
    orientation: Sequence[float],
    tmp_path: Path,
    make_series: MakeSeries,
    save: Save,
    stored: Stored,
) -> None:
    slices = make_series(stored, position=(5, 6, 7), orientation=orientation, spacing=(0.5, 2))
    save(slices, tmp_path)
    volume = read_volume(tmp_path)
    for d, dataset in enumerate(slices):
        # DICOM PS3.3 C.7.6.2.1.1, equation C.7.6.2.1-1
        row, column = np.array(orientation[:3]), np.array(orientation[3:])
        expected = np.array(dataset.ImagePositionPatient, float) + 2 * 4 * row + 0.5 * 3 * column
        np.testing.assert_allclose(volume.grid.to_world([d, 3, 4]), expected, atol=1e-5)
        assert volume.values[d, 3, 4] == stored[d, 3, 4]


def test_moving_the_patient_moves_the_affine_and_nothing_else(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored, orientation=OBLIQUE), tmp_path / "a")
    save(make_series(stored, orientation=OBLIQUE, position=(3, -4, 5.5)), tmp_path / "b")
    here, there = read_volume(tmp_path / "a"), read_volume(tmp_path / "b")
    moved = np.eye(4)
    moved[:3, 3] = 3, -4, 5.5
    np.testing.assert_allclose(there.grid.affine, moved @ here.grid.affine, atol=1e-5)
    np.testing.assert_array_equal(there.values, here.values)


def test_file_names_and_their_order_mean_nothing(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    slices = make_series(stored)
    save(slices, tmp_path / "a")
    shuffled = [f"1-{i}.dcm" for i in (4, 1, 5, 3, 2)]
    paths = save(slices, tmp_path / "b", shuffled)
    expected = read_volume(tmp_path / "a")
    for volume in (read_volume(tmp_path / "b"), read_volume(paths), read_volume(paths[::-1])):
        np.testing.assert_array_equal(volume.values, expected.values)
        assert volume.grid.same_grid(expected.grid)


def test_a_series_written_downwards_is_the_same_volume(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored, gap=2), tmp_path / "up")
    save(make_series(stored[::-1], gap=-2, position=(0, 0, 8)), tmp_path / "down")
    up, down = read_volume(tmp_path / "up"), read_volume(tmp_path / "down")
    np.testing.assert_array_equal(up.values, down.values)
    assert up.grid.same_grid(down.grid)


def test_each_slice_is_rescaled_by_its_own_header(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    slices = make_series(stored)
    for d, dataset in enumerate(slices):
        dataset.RescaleSlope, dataset.RescaleIntercept = d + 1, -1024
    save(slices, tmp_path)
    factors = np.arange(1, 6).reshape(5, 1, 1)
    np.testing.assert_array_equal(read_volume(tmp_path).values, stored * factors - 1024)


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.uint8, np.int8])
def test_signed_and_unsigned_pixels_are_read(
    kind: type[np.integer], tmp_path: Path, make_series: MakeSeries, save: Save
) -> None:
    limits = np.iinfo(kind)
    values = np.array([limits.min, limits.max, 0, 1], dtype=kind).reshape(1, 2, 2)
    save(make_series(values), tmp_path)
    np.testing.assert_array_equal(read_volume(tmp_path).values, values)


def test_one_slice_is_a_volume_of_one_thickness(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    (path,) = save(make_series(stored[:1], gap=6), tmp_path)
    assert read_volume(path).grid.spacing_mm == pytest.approx((6, 1, 1))


def test_members_of_an_archive_are_read_in_place(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    paths = save(make_series(stored), tmp_path / "files")
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    refs = [FileRef(tmp_path, "s.zip", path.name) for path in paths[::-1]]
    np.testing.assert_array_equal(read_volume(refs).values, stored)


def test_other_files_beside_the_images_are_passed_over(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored), tmp_path)
    (tmp_path / "LICENSE").write_text("CC BY 4.0")
    (tmp_path / "._1-1.dcm").write_bytes(b"\0\5\x16\7")
    directory = make_series(stored[:1], SOPClassUID="1.2.840.10008.1.3.10")
    save(directory, tmp_path, ["DICOMDIR"])
    np.testing.assert_array_equal(read_volume(tmp_path).values, stored)


def test_a_broken_archive_beside_the_images_is_not_passed_over(
    tmp_path: Path, stored: npt.NDArray[np.int16], make_series: MakeSeries, save: Save
) -> None:
    save(make_series(stored), tmp_path / "s")
    (tmp_path / "s" / "rest.zip").write_bytes(b"half a download")
    with pytest.raises(UnreadableFileError, match=r"s: 1 file\(s\) cannot be read, first rest.zip"):
        read_volume(tmp_path / "s")


def test_an_empty_file_among_the_images_is_not_passed_over(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored), tmp_path)
    (tmp_path / "IM000006").touch()
    with pytest.raises(UnreadableFileError, match=r"IM000006: empty file"):
        read_volume(tmp_path)


def test_several_series_in_one_call_are_named(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored), tmp_path / "a")
    save(make_series(stored[:2], series="1.2.3.2"), tmp_path / "b")
    expected = r"2 series, expected one: 1.2.3.1 \(5 files\), 1.2.3.2 \(2 files\)"
    with pytest.raises(AmbiguousSeriesError, match=expected):
        read_volume(tmp_path)


def test_mixed_frames_of_reference_are_named(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    slices = make_series(stored)
    slices[3].FrameOfReferenceUID = "1.2.3.8"
    save(slices, tmp_path)
    with pytest.raises(FrameOfReferenceError, match=r"series 1.2.3.1: 2 frames of reference: 1.2"):
        read_volume(tmp_path)


def test_a_missing_slice_is_named(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    paths = save(make_series(stored), tmp_path)
    paths[2].unlink()
    with pytest.raises(GeometryError, match=r"1 slice\(s\) missing: 2.000 mm between 1-2.dcm and"):
        read_volume(tmp_path)


def test_a_tilted_gantry_is_refused(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored, shear=(0, 0.2, 0)), tmp_path)
    with pytest.raises(GeometryError, match=r"sheared stack"):
        read_volume(tmp_path)


def test_truncated_pixels_name_the_file(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    path = save(make_series(stored), tmp_path)[4]
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnreadableFileError, match=r"^1-5.dcm: the file ends inside PixelData"):
        read_volume(tmp_path)


def test_a_slope_of_zero_is_refused(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored, RescaleSlope=0, RescaleIntercept=0), tmp_path)
    with pytest.raises(UnreadableFileError, match=r"RescaleSlope is 0"):
        read_volume(tmp_path)


def test_multi_frame_images_are_refused(
    tmp_path: Path, make_series: MakeSeries, save: Save, stored: Stored
) -> None:
    save(make_series(stored[:1], NumberOfFrames=5), tmp_path)
    with pytest.raises(GeometryError, match=r"multi-frame image; expected one slice per file"):
        read_volume(tmp_path)


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"no DICOM file to read"):
        read_volume(tmp_path)
    with pytest.raises(MissingInputError, match=r"series: no DICOM file to read"):
        read_volume([])
    with pytest.raises(MissingInputError, match=r"1-1.dcm: no such file"):
        read_volume(tmp_path / "1-1.dcm")


def test_values_must_fit_their_grid() -> None:
    with pytest.raises(GridMismatchError, match=r"values have shape \(1, 2, 3\), their grid"):
        Volume(np.zeros((1, 2, 3)), Grid((3, 2, 1), np.eye(4)))


@pytest.mark.parametrize("vendor", ["ge", "siemens", "philips"])
def test_real_scans_equal_their_published_nifti(vendor: str, reference_dir: Path) -> None:
    """Source: icometrix/dicom2nifti, test data with ground truth (MIT)."""
    folder = reference_dir / "dicom2nifti_mr"
    dicom = read_volume(folder / vendor)
    truth = read_volume(folder / f"{vendor}_ground_truth.nii.gz")
    index = np.indices(truth.grid.shape).reshape(3, -1).T
    there = dicom.grid.to_index(truth.grid.to_world(index))
    nearest = there.round().astype(int)
    apart = dicom.grid.to_world(nearest) - truth.grid.to_world(index)
    assert np.abs(apart).max() < 1e-4
    np.testing.assert_array_equal(dicom.values[tuple(nearest.T)], truth.values[tuple(index.T)])
    steps = [sorted(np.abs(v.grid.affine[:3, :3]).sum(axis=0)) for v in (dicom, truth)]
    np.testing.assert_allclose(steps[0], steps[1], atol=1e-4)


def test_a_real_series_equals_its_nifti_voxel_for_voxel(reference_dir: Path) -> None:
    """Source: theibsi/data_sets, STS_002 (CC BY 3.0)."""
    dicom = read_volume(reference_dir / "rtstruct_mr" / "image")
    nifti = read_volume(reference_dir / "rtstruct_mr" / "MR_T1_image.nii.gz")
    assert dicom.grid.same_grid(nifti.grid, tolerance_mm=1e-4)
    np.testing.assert_array_equal(dicom.values, nifti.values)
