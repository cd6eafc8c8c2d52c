"""RT dose in Gy: scaling, both forms of frame offsets, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from psp_core.acquisition.dose import Dose, read_dose
from psp_core.errors import (
    AmbiguousSeriesError,
    DoseUnitsError,
    GeometryError,
    GridMismatchError,
    UnreadableFileError,
)

Make = Callable[..., Dataset]
Save = Callable[..., list[Path]]
STORED = np.random.default_rng(0).integers(0, 60_000, size=(4, 3, 5)).astype(np.uint32)


@pytest.fixture
def read(tmp_path: Path, make_dose: Make, save: Save) -> Callable[..., Dose]:
    def _read(stored: npt.NDArray[np.integer] = STORED, **tags: object) -> Dose:
        (path,) = save([make_dose(stored, **tags)], tmp_path, ["RD.dcm"])
        return read_dose(path)

    return _read


@pytest.fixture
def beams(tmp_path: Path, make_dose: Make, make_item: Make, save: Save) -> Callable[..., Dose]:
    """Return a reader of two BEAM doses; the tags of the second can be changed."""

    def _read(**changes: object) -> Dose:
        plan = [make_item(ReferencedSOPInstanceUID="1.2.3.6")]
        tags = {"DoseSummationType": "BEAM", "ReferencedRTPlanSequence": plan}
        first = make_dose(STORED, **tags)
        second = make_dose(STORED, scaling=0.003, **(tags | {"SOPInstanceUID": "1.9"} | changes))
        return read_dose(save([first, second], tmp_path))

    return _read


@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_gray_is_stored_integers_times_scaling(
    kind: type[np.integer], read: Callable[..., Dose]
) -> None:
    dose = read(STORED.astype(kind), scaling=0.0012345)
    assert dose.volume.values.dtype == np.float64
    np.testing.assert_allclose(dose.volume.values, STORED * 0.0012345, rtol=1e-15)
    assert (dose.summation_type, dose.dose_type, dose.n_files) == ("PLAN", "PHYSICAL", 1)
    assert dose.frame_uid == "1.2.3.9"
    assert dose.referenced_plan_uid == ""


def test_doubling_the_scaling_doubles_the_dose(read: Callable[..., Dose]) -> None:
    once, twice = read(scaling=0.001), read(scaling=0.002)
    np.testing.assert_allclose(twice.volume.values, 2 * once.volume.values)


def test_each_voxel_lies_where_its_header_says(read: Callable[..., Dose]) -> None:
    grid = read().volume.grid
    np.testing.assert_allclose(grid.to_world([2, 1, 4]), [-10 + 4 * 2.0, -20 + 2.5, 30 + 6])


def test_both_forms_of_offsets_and_both_directions_are_the_same_dose(
    read: Callable[..., Dose],
) -> None:
    expected = read().volume
    z = [30.0, 33.0, 36.0, 39.0]
    top = [-10.0, -20.0, 39.0]
    variants = [
        read(GridFrameOffsetVector=z),
        read(STORED[::-1], GridFrameOffsetVector=[0.0, -3.0, -6.0, -9.0], ImagePositionPatient=top),
        read(STORED[::-1], GridFrameOffsetVector=z[::-1], ImagePositionPatient=top),
    ]
    for dose in variants:
        np.testing.assert_array_equal(dose.volume.values, expected.values)
        assert dose.volume.grid.same_grid(expected.grid)


def test_absolute_offsets_are_z_also_where_the_normal_points_down(
    read: Callable[..., Dose],
) -> None:
    dose = read(
        ImageOrientationPatient=[1, 0, 0, 0, -1, 0], GridFrameOffsetVector=[30.0, 33, 36, 39]
    )
    for d in range(4):  # slices grow along the normal, which is -z here
        assert dose.volume.grid.to_world([d, 0, 0])[2] == pytest.approx(39 - 3 * d)
        np.testing.assert_allclose(dose.volume.values[d], STORED[3 - d] * 0.001)


def test_the_geometry_agrees_with_other_software(
    tmp_path: Path, make_dose: Make, save: Save
) -> None:
    offsets = [0.0, -3.0, -6.0, -9.0]
    (path,) = save([make_dose(STORED, GridFrameOffsetVector=offsets)], tmp_path)
    image = SimpleITK.ReadImage(str(path))
    volume = read_dose(path).volume
    for index in [(0, 0, 0), (4, 2, 3), (1, 2, 1)]:
        world = image.TransformIndexToPhysicalPoint(index)
        d, h, w = volume.grid.to_index(world).round().astype(int)
        np.testing.assert_allclose(volume.grid.to_world([d, h, w]), world, atol=1e-6)
        assert volume.values[d, h, w] == pytest.approx(image[index] * 0.001)


def test_a_single_frame_takes_its_thickness_from_the_header(read: Callable[..., Dose]) -> None:
    dose = read(STORED[:1], SliceThickness=4)
    assert dose.volume.grid.spacing_mm == pytest.approx((4, 2.5, 2.0))
    dose = read(STORED[:1], GridFrameOffsetVector=[0.0, 5.0, 10.0])
    assert dose.volume.grid.spacing_mm[0] == pytest.approx(5)
    with pytest.raises(GeometryError, match=r"RD.dcm: one frame without SliceThickness"):
        read(STORED[:1])


def test_beams_of_one_plan_are_added_up(beams: Callable[..., Dose]) -> None:
    dose = beams()
    np.testing.assert_allclose(dose.volume.values, STORED * 0.004)
    assert (dose.summation_type, dose.n_files) == ("BEAM", 2)
    assert dose.referenced_plan_uid == "1.2.3.6"


def test_beams_on_different_grids_are_refused(beams: Callable[..., Dose]) -> None:
    with pytest.raises(GridMismatchError, match=r"BEAM doses of one plan lie on different grids"):
        beams(PixelSpacing=[2.5, 2.5])


def test_files_that_are_not_the_beams_of_one_plan_are_refused(
    beams: Callable[..., Dose], make_item: Make
) -> None:
    with pytest.raises(AmbiguousSeriesError, match=r"2 dose files with DoseSummationType BEAM, PL"):
        beams(DoseSummationType="PLAN")
    other = [make_item(ReferencedSOPInstanceUID="1.2.3.7")]
    with pytest.raises(AmbiguousSeriesError, match=r"do not name one plan, dose type and frame"):
        beams(ReferencedRTPlanSequence=other)
    with pytest.raises(AmbiguousSeriesError, match=r"do not name one plan, dose type and frame"):
        beams(DoseType="EFFECTIVE")
    with pytest.raises(AmbiguousSeriesError, match=r"a dose file was given twice"):
        beams(SOPInstanceUID="1.2.3.5.1")
    with pytest.raises(AmbiguousSeriesError, match=r"no dose file was given"):
        read_dose([])


def test_a_list_of_one_file_is_that_file(tmp_path: Path, make_dose: Make, save: Save) -> None:
    paths = save([make_dose(STORED)], tmp_path)
    np.testing.assert_array_equal(read_dose(paths).volume.values, STORED * 0.001)


@pytest.mark.parametrize("units", ["RELATIVE", "", "CGY"])
def test_doses_not_in_gray_are_refused(units: str, read: Callable[..., Dose]) -> None:
    with pytest.raises(DoseUnitsError, match=rf"DoseUnits is {units or 'missing'}, expected GY"):
        read(DoseUnits=units)


def test_a_dose_difference_is_refused(read: Callable[..., Dose]) -> None:
    with pytest.raises(DoseUnitsError, match=r"DoseType is ERROR, a difference from the wanted"):
        read(DoseType="ERROR")


@pytest.mark.parametrize("name", ["rtdose.dcm", "rtdose_1frame.dcm", "rtdose_rle.dcm"])
def test_relative_doses_of_other_makers_are_refused(name: str) -> None:
    with pytest.raises(DoseUnitsError, match=r"DoseUnits is RELATIVE"):
        read_dose(str(get_testdata_file(name, download=False)))


def test_the_relative_reference_dose_is_refused(reference_dir: Path) -> None:
    with pytest.raises(DoseUnitsError, match=r"rtdose.dcm: DoseUnits is RELATIVE"):
        read_dose(reference_dir / "pydicom_rt" / "rtdose.dcm")


@pytest.mark.parametrize("scaling", [0, None])
def test_a_dose_without_scaling_is_refused(
    scaling: float | None, read: Callable[..., Dose]
) -> None:
    with pytest.raises(UnreadableFileError, match=r"DoseGridScaling is (0.0|None), expected a pos"):
        read(DoseGridScaling=scaling)


@pytest.mark.parametrize(
    ("offsets", "message"),
    [
        ([0.0, 3, 6, 10], "irregular GridFrameOffsetVector: gaps 3 to 4 mm, tolerance 0.06 mm"),
        ([0.0, 3, 3, 6], "irregular GridFrameOffsetVector"),
        ([0.0, 0, 0, 0], "irregular GridFrameOffsetVector"),
        ([12.0, 15, 18, 21], r"starts with 12; expected 0, or z of the position \(30 mm\)"),
        ([0.0, 3, 6], "4 frames but 3 values in GridFrameOffsetVector"),
        (None, "4 frames but 0 values in GridFrameOffsetVector"),
    ],
)
def test_impossible_offsets_are_refused(
    offsets: list[float] | None, message: str, read: Callable[..., Dose]
) -> None:
    with pytest.raises(GeometryError, match=message):
        read(GridFrameOffsetVector=offsets)


def test_absolute_offsets_of_a_sagittal_dose_are_refused(read: Callable[..., Dose]) -> None:
    with pytest.raises(GeometryError, match=r"of an axial dose"):
        read(ImageOrientationPatient=[0, 1, 0, 0, 0, -1], GridFrameOffsetVector=[30.0, 33, 36, 39])


def test_a_cut_dose_is_refused(tmp_path: Path, make_dose: Make, save: Save) -> None:
    (path,) = save([make_dose(STORED)], tmp_path)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(UnreadableFileError, match=r"the file ends inside PixelData"):
        read_dose(path)
