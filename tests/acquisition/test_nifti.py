"""NIfTI files: RAS to LPS, and files that cannot be trusted."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from psp_core.acquisition.files import FileRef
from psp_core.acquisition.nifti import read_nifti
from psp_core.acquisition.volume import read_volume
from psp_core.errors import GeometryError, MissingInputError, UnreadableFileError

RAS = np.array([[-0.9, 0, 0, 30], [0, -1.1, 0, 40], [0, 0, 2.5, -50], [0, 0, 0, 1.0]])
VALUES = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(
        values: np.ndarray = VALUES, sform: int = 1, qform: int = 1, name: str = "t1.nii.gz"
    ) -> Path:
        image = nib.Nifti1Image(values, RAS)
        image.header.set_xyzt_units("mm")
        image.set_sform(RAS, sform)
        image.set_qform(RAS, qform)
        nib.save(image, tmp_path / name)
        return tmp_path / name

    return _write


def test_x_and_y_change_sign_and_axes_are_reversed(write: Write) -> None:
    volume = read_volume(write())
    assert volume.values.dtype == np.float32
    assert volume.frame_uid is None
    np.testing.assert_array_equal(volume.values, VALUES.T)
    for i, j, k in [(0, 0, 0), (1, 2, 3), (1, 0, 2)]:
        x, y, z, _ = RAS @ [i, j, k, 1]
        np.testing.assert_allclose(volume.grid.to_world([k, j, i]), [-x, -y, z], atol=1e-6)


@pytest.mark.parametrize("codes", [(1, 0), (0, 1), (2, 1)])
def test_either_form_will_do(write: Write, codes: tuple[int, int]) -> None:
    both = read_volume(write(name="both.nii"))
    one = read_volume(write(sform=codes[0], qform=codes[1]))
    assert one.grid.same_grid(both.grid)


def test_scale_and_intercept_are_applied(tmp_path: Path) -> None:
    image = nib.Nifti1Image(VALUES, RAS)
    image.header.set_slope_inter(0.5, -3)
    nib.save(image, tmp_path / "t1.nii")
    stored = nib.load(tmp_path / "t1.nii").get_fdata()
    np.testing.assert_array_equal(read_volume(tmp_path / "t1.nii").values, stored.T)


def test_nan_stays_nan(write: Write) -> None:
    values = VALUES.astype(np.float32)
    values[0, 1, 2] = np.nan
    read = read_volume(write(values)).values
    assert np.isnan(read[2, 1, 0])
    assert np.isnan(read).sum() == 1


def test_a_fourth_axis_of_one_frame_is_dropped(write: Write) -> None:
    np.testing.assert_array_equal(read_volume(write(VALUES[..., None])).values, VALUES.T)


def test_several_frames_are_refused(write: Write) -> None:
    with pytest.raises(GeometryError, match=r"t1.nii.gz: shape \(2, 3, 4, 2\), expected one 3-D"):
        read_volume(write(np.stack([VALUES, VALUES], axis=-1)))


def test_a_flat_image_is_refused(write: Write) -> None:
    with pytest.raises(GeometryError, match=r"shape \(6, 4\), expected one 3-D volume"):
        read_volume(write(VALUES.reshape(6, 4)))


def test_a_file_without_position_is_refused(write: Write) -> None:
    with pytest.raises(GeometryError, match=r"neither sform nor qform is set"):
        read_volume(write(sform=0, qform=0))


def test_two_positions_that_differ_are_refused(write: Write) -> None:
    path = write()
    image = nib.load(path)
    shifted = RAS.copy()
    shifted[0, 3] += 5
    image.set_sform(shifted, 1)
    nib.save(image, path)
    with pytest.raises(GeometryError, match=r"sform and qform place a corner 5.00 mm apart"):
        read_volume(path)


def test_rounding_between_the_two_forms_is_allowed(write: Write) -> None:
    path = write()
    image = nib.load(path)
    shifted = RAS.copy()
    shifted[0, 3] += 0.05
    image.set_sform(shifted, 1)
    nib.save(image, path)
    assert read_volume(path).grid.affine[0, 3] == pytest.approx(-30.05)  # the sform


def test_other_units_are_refused(write: Write) -> None:
    path = write()
    image = nib.load(path)
    image.header.set_xyzt_units("micron")
    nib.save(image, path)
    with pytest.raises(GeometryError, match=r"positions in micron, expected mm"):
        read_volume(path)


def test_colour_images_are_refused(tmp_path: Path) -> None:
    rgb = np.zeros((2, 3, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.save(nib.Nifti1Image(rgb, RAS), tmp_path / "rgb.nii")
    with pytest.raises(UnreadableFileError, match=r"expected one number per voxel"):
        read_volume(tmp_path / "rgb.nii")


def test_another_format_under_this_name_is_refused(tmp_path: Path) -> None:
    nib.save(nib.MGHImage(VALUES, RAS), tmp_path / "a.mgz")
    (tmp_path / "a.mgz").rename(tmp_path / "a.nii.gz")
    with pytest.raises(UnreadableFileError, match=r"a.nii.gz: "):
        read_volume(tmp_path / "a.nii.gz")


@pytest.mark.parametrize("name", ["t1.nii", "t1.nii.gz"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.6])
def test_cut_files_are_refused(write: Write, name: str, share: float) -> None:
    values = np.random.default_rng(0).integers(0, 999, size=(20, 20, 20)).astype(np.int16)
    path = write(values, name=name)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(UnreadableFileError, match=rf"^{name}: not a whole NIfTI file"):
        read_volume(path)


def test_a_web_page_named_nifti_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t1.nii.gz").write_bytes(gzip.compress(b"<html>404</html>" * 100))
    with pytest.raises(UnreadableFileError, match=r"t1.nii.gz: not a whole NIfTI file"):
        read_volume(tmp_path / "t1.nii.gz")


def test_missing_files_and_archives_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"^sub/t1.nii.gz: no such file"):
        read_nifti(FileRef(tmp_path, "sub/t1.nii.gz"))
    with pytest.raises(UnreadableFileError, match=r"NIfTI inside an archive; unpack it first"):
        read_nifti(FileRef(tmp_path, "a.zip", "t1.nii.gz"))
