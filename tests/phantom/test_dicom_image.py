"""Image series read back by programs that are not ours."""

import itertools
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK

from psp_core.errors import GeometryError, StoredRangeError
from psp_core.phantom.dicom_header import SeriesHeader
from psp_core.phantom.dicom_image import encode_ct_series, encode_mr_series
from psp_core.phantom.patient import Image, PhantomPatient

Headers = Callable[..., SeriesHeader]

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
# The first corner of the CT and of the first follow-up, as written by hand in the patient.
CT_CORNER_LPS_MM = (-30.1, -20.2, 40.3)
VISIT_CORNER_LPS_MM = (25.0, -22.0, 30.0)


def write_shuffled(files: list[bytes], folder: Path) -> None:
    """Files under names whose order says nothing of the slices."""
    folder.mkdir()
    order = np.random.default_rng(5).permutation(len(files))
    for name, content in zip(order, files, strict=True):
        (folder / f"{name:04d}.dcm").write_bytes(content)


@pytest.fixture
def images(patient: PhantomPatient, header: Headers) -> dict[str, tuple[Image, list[bytes]]]:
    """CT (axial), planning FLAIR (oblique), follow-up T1CE (oblique, slices downwards)."""
    ct, flair = patient.planning.ct, patient.planning.mr["flair"]
    t1ce = patient.follow_ups[0].mr["t1ce"]
    mr = header(modality="MR", series_number=400, series_description="MR0T2FLAIR")
    return {
        "ct": (ct, list(encode_ct_series(ct, header()))),
        "flair": (flair, list(encode_mr_series(flair, mr, "flair"))),
        "t1ce": (t1ce, list(encode_mr_series(t1ce, mr, "t1ce"))),
    }


def test_slices_carry_position_number_and_pixels_of_their_own(
    images: dict[str, tuple[Image, list[bytes]]],
) -> None:
    image, files = images["flair"]
    slices = [pydicom.dcmread(BytesIO(file)) for file in files]
    assert len(slices) == len(image.values)
    assert len({ds.SOPInstanceUID for ds in slices}) == len(slices)
    for d, ds in enumerate(slices):
        assert ds.InstanceNumber == d + 1
        assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
        position_mm = image.affine[:3, 3] + d * image.affine[:3, 0]
        np.testing.assert_allclose(ds.ImagePositionPatient, position_mm, atol=1e-9)
        np.testing.assert_array_equal(ds.pixel_array, np.rint(image.values[d]))
    row, column = np.reshape(np.array(slices[0].ImageOrientationPatient, dtype=float), (2, 3))
    np.testing.assert_allclose([row @ row, column @ column, row @ column], [1, 1, 0], atol=1e-12)


def test_ct_is_hu_after_the_intercept(images: dict[str, tuple[Image, list[bytes]]]) -> None:
    image, files = images["ct"]
    ds = pydicom.dcmread(BytesIO(files[3]))
    assert ds.RescaleIntercept == -1024
    hu = ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
    np.testing.assert_allclose(hu, image.values[3], atol=0.5001)


def test_mr_scale_is_the_one_asked_for(patient: PhantomPatient, header: Headers) -> None:
    image = patient.planning.mr["t1"]
    mr = header(modality="MR", series_description="MR00T1")
    first = next(encode_mr_series(image, mr, "t1", stored_per_unit=4.0))
    stored = pydicom.dcmread(BytesIO(first)).pixel_array
    np.testing.assert_allclose(stored / 4, image.values[0], atol=0.1251)


def test_files_have_one_size_whatever_is_in_the_image(
    patient: PhantomPatient, header: Headers
) -> None:
    image = patient.planning.mr["t1ce"]
    other = Image(image.values[::-1] * 0.3, image.affine - np.diag([0, 0, 0, 0.0]))
    other.affine[:3, 3] = (-1.5, 100.25, -333.0)
    mr = header(modality="MR")
    files = [*encode_mr_series(image, mr, "t1ce"), *encode_mr_series(other, mr, "t1ce")]
    assert len({len(file) for file in files}) == 1


def test_the_same_image_gives_the_same_bytes(patient: PhantomPatient, header: Headers) -> None:
    ct = patient.planning.ct
    assert list(encode_ct_series(ct, header())) == list(encode_ct_series(ct, header()))


def test_sheared_grid_is_refused(patient: PhantomPatient, header: Headers) -> None:
    affine = patient.planning.ct.affine.copy()
    affine[0, 0] = 1.0
    with pytest.raises(GeometryError, match=r"not orthogonal.*resample"):
        encode_ct_series(Image(patient.planning.ct.values, affine), header())


def test_hu_below_the_intercept_is_refused(patient: PhantomPatient, header: Headers) -> None:
    ct = patient.planning.ct
    with pytest.raises(StoredRangeError, match="CT: values from -2"):
        encode_ct_series(Image(ct.values - 2000, ct.affine), header())


@pytest.mark.foreign
@pytest.mark.parametrize("name", ["ct", "flair", "t1ce"])
def test_dcm2niix_sees_the_grid_and_the_voxels(
    name: str,
    images: dict[str, tuple[Image, list[bytes]]],
    foreign_program: Callable[..., str],
    tmp_path: Path,
) -> None:
    image, files = images[name]
    write_shuffled(files, tmp_path / "dicom")
    foreign_program(
        "dcm2niix", "-z", "n", "-b", "n", "-f", "out", "-o", tmp_path, tmp_path / "dicom"
    )
    read = nib.load(tmp_path / "out.nii")
    values = np.asarray(read.dataobj, dtype=float)
    # voxels of dcm2niix -> RAS -> LPS -> our (d, h, w); it may turn axes, never move a voxel
    to_index = np.linalg.inv(image.affine) @ LPS_TO_RAS @ read.affine
    turn = np.rint(to_index)
    np.testing.assert_allclose(to_index, turn, atol=1e-4)
    index = np.indices(values.shape).reshape(3, -1)
    d, h, w = (turn[:3, :3] @ index + turn[:3, 3:]).astype(int)
    assert sorted(values.shape) == sorted(image.values.shape)
    np.testing.assert_allclose(values.ravel(), np.rint(image.values[d, h, w]), atol=1e-6)
    corner = {"ct": CT_CORNER_LPS_MM, "t1ce": VISIT_CORNER_LPS_MM}.get(name)
    if corner is not None:
        brightest = np.unravel_index(values.argmax(), values.shape)
        found_mm = LPS_TO_RAS @ read.affine @ [*brightest, 1]
        np.testing.assert_allclose(found_mm[:3], corner, atol=1e-3)


@pytest.mark.foreign
@pytest.mark.parametrize("name", ["ct", "flair", "t1ce"])
def test_simpleitk_sees_the_grid_and_the_voxels(
    name: str, images: dict[str, tuple[Image, list[bytes]]], tmp_path: Path
) -> None:
    image, files = images[name]
    write_shuffled(files, tmp_path / "dicom")
    names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path / "dicom"))
    read = SimpleITK.ReadImage(names)
    values = SimpleITK.GetArrayFromImage(read).astype(float)
    shape = np.array(values.shape) - 1
    for corner in itertools.product((0, 1), repeat=3):
        d, h, w = (shape * corner).tolist()
        point_mm = read.TransformIndexToPhysicalPoint((w, h, d))
        ours = np.rint(np.linalg.inv(image.affine) @ [*point_mm, 1])[:3].astype(int)
        at_mm = image.affine @ [*ours, 1]
        np.testing.assert_allclose(point_mm, at_mm[:3], atol=1e-3)
        assert values[d, h, w] == np.rint(image.values[tuple(ours)])


@pytest.mark.foreign
@pytest.mark.parametrize("sequence", ["ct", "t1", "t1ce", "t2", "flair"])
def test_dciodvfy_reports_no_error(
    sequence: str,
    patient: PhantomPatient,
    header: Headers,
    foreign_program: Callable[..., str],
    tmp_path: Path,
) -> None:
    if sequence == "ct":
        files = encode_ct_series(patient.planning.ct, header())
    else:
        mr = header(modality="MR", series_description="MR")
        files = encode_mr_series(patient.planning.mr[sequence], mr, sequence)
    (tmp_path / "1.dcm").write_bytes(next(files))
    report = foreign_program("dciodvfy", tmp_path / "1.dcm")
    assert "CTImage" in report or "MRImage" in report
    assert "Error" not in report
