"""NIfTI bytes: places, values, sizes."""

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK

from psp_core.errors import StoredRangeError
from psp_core.phantom.nifti_file import compressed, encode_nifti
from psp_core.phantom.patient import Image, PhantomPatient


@pytest.fixture
def oblique(patient: PhantomPatient) -> Image:
    return patient.planning.mr["flair"]


def test_voxels_lie_where_they_lay(oblique: Image, tmp_path: Path) -> None:
    (tmp_path / "a.nii").write_bytes(encode_nifti(oblique, dtype="int16", slope=0.25, what="a"))
    read = nib.load(tmp_path / "a.nii")
    assert read.shape == oblique.values.shape[::-1]
    assert (int(read.header["qform_code"]), int(read.header["sform_code"])) == (1, 1)
    np.testing.assert_allclose(read.get_qform(), read.get_sform(), atol=1e-4)
    for index in [(0, 0, 0), (9, 0, 0), (0, 17, 0), (0, 0, 19), (4, 11, 3)]:
        ras_mm = (read.affine @ [*index[::-1], 1])[:3]
        lps_mm = (oblique.affine @ [*index, 1])[:3]
        np.testing.assert_allclose(ras_mm * [-1, -1, 1], lps_mm, atol=1e-4)
        value = float(read.dataobj[index[::-1]])
        assert value == pytest.approx(float(oblique.values[index]), abs=0.1251)


@pytest.mark.foreign
def test_simpleitk_sees_the_same_lps_positions(oblique: Image, tmp_path: Path) -> None:
    (tmp_path / "a.nii").write_bytes(encode_nifti(oblique, dtype="int16", what="a"))
    read = SimpleITK.ReadImage(str(tmp_path / "a.nii"))
    for index in [(0, 0, 0), (9, 17, 19), (2, 3, 5)]:
        point_mm = read.TransformIndexToPhysicalPoint(index[::-1])
        np.testing.assert_allclose(point_mm, (oblique.affine @ [*index, 1])[:3], atol=1e-3)
        assert read[index[::-1]] == round(float(oblique.values[index]))


def test_size_depends_on_the_grid_only(oblique: Image) -> None:
    dark = Image(oblique.values * 0, oblique.affine)
    sizes = {len(encode_nifti(image, dtype="int16", what="a")) for image in (oblique, dark)}
    assert sizes == {352 + 2 * oblique.values.size}


def test_compression_keeps_no_time_and_no_name(oblique: Image) -> None:
    content = encode_nifti(oblique, dtype="int16", what="a")
    packed = compressed(content)
    assert packed == compressed(content)
    assert packed[3:8] == bytes(5)  # no flags, no time
    assert gzip.decompress(packed) == content


def test_value_that_does_not_fit_is_refused(oblique: Image) -> None:
    with pytest.raises(StoredRangeError, match=r"mask of 3: .*do not fit uint8"):
        encode_nifti(oblique, dtype="uint8", what="mask of 3")
