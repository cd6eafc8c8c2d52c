"""Gy and positions of a dose grid, read by other programs too."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK

from psp_core.errors import GeometryError, StoredRangeError
from psp_core.phantom.dicom_dose import encode_dose
from psp_core.phantom.dicom_header import SeriesHeader
from psp_core.phantom.identity import unique_identifier
from psp_core.phantom.patient import Image, PhantomPatient

Headers = Callable[..., SeriesHeader]
CASES = [(system, falls) for system in ("varian", "amphora") for falls in (False, True)]


@pytest.fixture
def encode(patient: PhantomPatient, header: Headers) -> Callable[..., bytes]:
    series = header(modality="RTDOSE", series_number=5, series_description="RTDOSE")
    plan = header(modality="RTPLAN", series_uid=unique_identifier("plan"))

    def encoded(system: str, descending: bool, dose: Image = patient.planning.dose) -> bytes:
        return encode_dose(dose, series, plan, system, descending=descending)

    return encoded


def physical_dose(content: bytes) -> dict[tuple[float, ...], float]:
    """Dose in Gy by the LPS position of each voxel, read by the letter of the standard."""
    ds = pydicom.dcmread(BytesIO(content))
    row, column = np.reshape(np.array(ds.ImageOrientationPatient, dtype=float), (2, 3))
    between_rows, between_columns = map(float, ds.PixelSpacing)
    dose_gy = ds.pixel_array * float(ds.DoseGridScaling)
    positions = {}
    for (d, h, w), gy in np.ndenumerate(dose_gy):
        point = np.array(ds.ImagePositionPatient, dtype=float)
        point += row * between_columns * w + column * between_rows * h
        point += np.cross(row, column) * float(ds.GridFrameOffsetVector[d])
        positions[tuple(np.round(point, 6).tolist())] = gy
    return positions


@pytest.mark.parametrize(("system", "descending"), CASES)
def test_dose_is_where_it_was_in_gy(
    system: str, descending: bool, encode: Callable[..., bytes], patient: PhantomPatient
) -> None:
    content = encode(system, descending)
    ds = pydicom.dcmread(BytesIO(content))
    assert (ds.DoseUnits, ds.DoseSummationType, ds.DoseType) == ("GY", "PLAN", "PHYSICAL")
    assert ds.DoseGridScaling != 1
    assert ds.BitsAllocated == {"varian": 32, "amphora": 16}[system]
    steps = np.diff(np.array(ds.GridFrameOffsetVector, dtype=float))
    assert ds.GridFrameOffsetVector[0] == 0
    assert (steps < 0).all() if descending else (steps > 0).all()
    dose = patient.planning.dose
    found = physical_dose(content)
    for index, gy in np.ndenumerate(dose.values):
        at_mm = dose.affine @ [*index, 1]
        assert found[tuple(np.round(at_mm[:3], 6).tolist())] == pytest.approx(gy, abs=0.00101)


def test_falling_offsets_describe_the_same_dose(encode: Callable[..., bytes]) -> None:
    assert physical_dose(encode("varian", True)) == physical_dose(encode("varian", False))


def test_a_grid_stored_downwards_keeps_its_dose(
    encode: Callable[..., bytes], patient: PhantomPatient
) -> None:
    dose = patient.planning.dose
    affine = dose.affine.copy()
    affine[:3, 3] += (len(dose.values) - 1) * affine[:3, 0]
    affine[:3, 0] *= -1
    downwards = Image(dose.values[::-1], affine)
    for descending in (False, True):
        assert physical_dose(encode("amphora", descending, downwards)) == physical_dose(
            encode("amphora", descending)
        )


def test_scaling_and_size_do_not_depend_on_the_dose(
    encode: Callable[..., bytes], patient: PhantomPatient
) -> None:
    dose = patient.planning.dose
    low = Image(dose.values * 0.2, dose.affine)
    files = [encode("amphora", False), encode("amphora", False, low)]
    assert len({len(file) for file in files}) == 1
    assert len({pydicom.dcmread(BytesIO(file)).DoseGridScaling for file in files}) == 1


def test_single_frame_is_refused(encode: Callable[..., bytes], patient: PhantomPatient) -> None:
    dose = patient.planning.dose
    with pytest.raises(GeometryError, match="found 1 dose frames"):
        encode("varian", False, Image(dose.values[:1], dose.affine))


def test_negative_dose_is_refused(encode: Callable[..., bytes], patient: PhantomPatient) -> None:
    dose = patient.planning.dose
    with pytest.raises(StoredRangeError, match="dose in Gy"):
        encode("varian", False, Image(dose.values - 1, dose.affine))


@pytest.mark.foreign
def test_dciodvfy_reports_no_error(
    encode: Callable[..., bytes], foreign_program: Callable[..., str], tmp_path: Path
) -> None:
    # 16 bits only: dciodvfy itself stops on pixel data of 32 bits, which the standard allows
    (tmp_path / "1.dcm").write_bytes(encode("amphora", True))
    report = foreign_program("dciodvfy", tmp_path / "1.dcm")
    assert "RTDose" in report
    assert "Error" not in report


@pytest.mark.foreign
@pytest.mark.parametrize("case", CASES)
def test_plastimatch_reads_the_same_gy_at_the_same_place(
    case: tuple[str, bool],
    encode: Callable[..., bytes],
    patient: PhantomPatient,
    foreign_program: Callable[..., str],
    tmp_path: Path,
) -> None:
    (tmp_path / "1.dcm").write_bytes(encode(*case))
    out = tmp_path / "dose.nrrd"
    foreign_program(
        "plastimatch", "convert", "--input", tmp_path / "1.dcm", "--output-dose-img", out
    )
    read = SimpleITK.ReadImage(str(out))
    dose = patient.planning.dose
    for index in [(0, 0, 0), (7, 9, 11), (3, 2, 10), (5, 8, 1)]:
        at_mm = (dose.affine @ [*index, 1])[:3].tolist()
        found_gy = read[read.TransformPhysicalPointToIndex(at_mm)]
        assert found_gy == pytest.approx(dose.values[index], abs=0.002)
