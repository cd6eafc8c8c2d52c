"""Structure sets read back by programs that are not ours."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.uid import CTImageStorage

from psp_core.errors import StoredRangeError
from psp_core.phantom.dicom_header import SeriesHeader
from psp_core.phantom.dicom_image import encode_ct_series
from psp_core.phantom.dicom_structures import FILE_BYTES, ReferencedSeries, encode_structures
from psp_core.phantom.identity import unique_identifier
from psp_core.phantom.patient import Image, PhantomPatient, Structure

Headers = Callable[..., SeriesHeader]


@pytest.fixture
def drawn_on(patient: PhantomPatient, header: Headers) -> ReferencedSeries:
    ct = patient.planning.ct
    return ReferencedSeries(header(), CTImageStorage, ct.affine, len(ct.values))


@pytest.fixture
def rtstruct(header: Headers) -> SeriesHeader:
    return header(
        modality="RTSTRUCT",
        series_number=0,
        series_description="RTSTRUCT",
        series_uid=unique_identifier("structures"),
    )


def test_names_contours_and_references_are_complete(
    patient: PhantomPatient, drawn_on: ReferencedSeries, rtstruct: SeriesHeader
) -> None:
    content = encode_structures(patient.planning.structures, rtstruct, drawn_on, "varian")
    ds = pydicom.dcmread(BytesIO(content))
    names = [roi.ROIName for roi in ds.StructureSetROISequence]
    assert names == ["BODY", "BrainStem", "Lens_L", "GTV", "FU_1_CE", "FU_2_FLAIR"]
    counts = [len(roi.get("ContourSequence", [])) for roi in ds.ROIContourSequence]
    assert counts == [len(drawn.contours) for drawn in patient.planning.structures]
    numbers = [roi.ROINumber for roi in ds.StructureSetROISequence]
    assert numbers == [roi.ReferencedROINumber for roi in ds.ROIContourSequence]
    assert numbers == [roi.ReferencedROINumber for roi in ds.RTROIObservationsSequence]
    frame = ds.ReferencedFrameOfReferenceSequence[0]
    study = frame.RTReferencedStudySequence[0]
    series = study.RTReferencedSeriesSequence[0]
    ct = drawn_on.header
    assert frame.FrameOfReferenceUID == ds.FrameOfReferenceUID == ct.frame_uid
    assert study.ReferencedSOPInstanceUID == ct.study_uid
    assert series.SeriesInstanceUID == ct.series_uid
    slices = [item.ReferencedSOPInstanceUID for item in series.ContourImageSequence]
    assert slices == [ct.instance_uid(d + 1) for d in range(len(patient.planning.ct.values))]
    # the third plane of the body is drawn on the slice at 49.3 mm, the fourth of the CT
    third = ds.ROIContourSequence[0].ContourSequence[2]
    assert third.ContourImageSequence[0].ReferencedSOPInstanceUID == ct.instance_uid(4)


def test_both_dialects_hold_the_same_contours(
    patient: PhantomPatient, drawn_on: ReferencedSeries, rtstruct: SeriesHeader
) -> None:
    read = [
        pydicom.dcmread(
            BytesIO(encode_structures(patient.planning.structures, rtstruct, drawn_on, system))
        )
        for system in ("varian", "amphora")
    ]
    assert [ds.StructureSetROISequence[1].ROIName for ds in read] == ["BrainStem", "brain stem"]
    assert read[0].ROIContourSequence == read[1].ROIContourSequence


def test_file_size_does_not_depend_on_the_lesion(
    patient: PhantomPatient, drawn_on: ReferencedSeries, rtstruct: SeriesHeader
) -> None:
    body, *rest = patient.planning.structures
    grown = (body, *(replace(drawn, contours=drawn.contours * 5) for drawn in rest))
    sizes = {
        len(encode_structures(structures, rtstruct, drawn_on, system))
        for structures in ((), (body,), patient.planning.structures, grown)
        for system in ("varian", "amphora")
    }
    assert sizes == {FILE_BYTES}


def test_structures_that_do_not_fit_are_refused(
    patient: PhantomPatient, drawn_on: ReferencedSeries, rtstruct: SeriesHeader
) -> None:
    for file_bytes, structures in ((2000, patient.planning.structures), (20_001, ())):
        with pytest.raises(StoredRangeError, match=f"does not fit a file of {file_bytes} bytes"):
            encode_structures(structures, rtstruct, drawn_on, "varian", file_bytes=file_bytes)


@pytest.mark.foreign
def test_dciodvfy_reports_no_error(
    patient: PhantomPatient,
    drawn_on: ReferencedSeries,
    rtstruct: SeriesHeader,
    foreign_program: Callable[..., str],
    tmp_path: Path,
) -> None:
    content = encode_structures(patient.planning.structures, rtstruct, drawn_on, "amphora")
    (tmp_path / "1.dcm").write_bytes(content)
    report = foreign_program("dciodvfy", tmp_path / "1.dcm")
    assert "RTStructureSet" in report
    assert "Error" not in report


@pytest.mark.foreign
def test_plastimatch_rasterises_the_drawn_volume_in_its_place(
    header: Headers,
    rtstruct: SeriesHeader,
    foreign_program: Callable[..., str],
    tmp_path: Path,
) -> None:
    affine = np.array([[0, 0, 1.0, -40], [0, 1, 0, -35], [2, 0, 0, 10], [0, 0, 0, 1]])
    ct = Image(np.zeros((20, 70, 80), dtype=np.float32), affine)
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    # an elliptic cylinder off every plane of symmetry: semi-axes 12 and 7 mm, 8 slices of 2 mm
    planes = [16.0 + 2 * k for k in range(8)]
    contours = tuple(
        np.column_stack([12 * np.cos(angle) + 15, 7 * np.sin(angle) - 9, np.full(90, z)])
        for z in planes
    )
    drawn_on = ReferencedSeries(header(), CTImageStorage, affine, 20)
    (tmp_path / "in").mkdir()
    for number, content in enumerate(encode_ct_series(ct, header())):
        (tmp_path / "in" / f"{number}.dcm").write_bytes(content)
    structures = [Structure("gtv", contours)]
    (tmp_path / "rs.dcm").write_bytes(encode_structures(structures, rtstruct, drawn_on, "varian"))
    foreign_program(
        "plastimatch",
        "convert",
        "--input",
        tmp_path / "rs.dcm",
        "--referenced-ct",
        tmp_path / "in",
        "--output-prefix",
        tmp_path / "out",
        "--prefix-format",
        "nrrd",
    )
    mask = SimpleITK.ReadImage(str(tmp_path / "out" / "GTV.nrrd"))
    inside = np.argwhere(SimpleITK.GetArrayFromImage(mask) > 0)
    volume_mm3 = len(inside) * np.prod(mask.GetSpacing())
    assert volume_mm3 == pytest.approx(np.pi * 12 * 7 * 8 * 2, rel=0.03)
    d, h, w = inside.mean(axis=0).tolist()
    centre_mm = mask.TransformContinuousIndexToPhysicalPoint((w, h, d))
    np.testing.assert_allclose(centre_mm, (15, -9, 23), atol=0.6)
