"""NIfTI files as arrays on a grid in LPS mm."""

from __future__ import annotations

import zlib
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from psp_core.acquisition.files import FileRef
from psp_core.acquisition.grid import Grid
from psp_core.errors import GeometryError, MissingInputError, UnreadableFileError

FORM_TOLERANCE_MM = 0.1  # between sform and qform, at the corners of the volume
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def is_nifti(path: str) -> bool:
    """Tell a NIfTI file by its name."""
    return path.lower().endswith((".nii", ".nii.gz"))


def read_nifti(ref: FileRef) -> tuple[npt.NDArray[np.float32], Grid]:
    """Read a 3-D NIfTI file; its third axis becomes the slices.

    The sform is used where both forms are set; they must agree to 0.1 mm at every
    corner of the volume. NaN stays NaN, scale and intercept are applied.

    Returns
    -------
    (float32 array, Grid)
        Values indexed [d, h, w] = [k, j, i] of the file.

    Raises
    ------
    MissingInputError
        If there is no such file.
    UnreadableFileError
        If the file is empty, cut off, no NIfTI, in colour or complex.
    GeometryError
        If it has no position in space, two positions that differ, several
        frames, or units other than mm.
    """
    if ref.member:
        raise UnreadableFileError(f"{ref.name}: NIfTI inside an archive; unpack it first")
    if not ref.location.is_file():
        raise MissingInputError(f"{ref.name}: no such file")
    try:
        image: Any = nib.load(ref.location)
        kind = image.get_data_dtype()
        if kind.kind not in "iufb":
            raise UnreadableFileError(
                f"{ref.name}: voxels of type {kind}, expected one number per voxel"
            )
        values = image.get_fdata(dtype=np.float32, caching="unchanged")
    except UnreadableFileError:
        raise
    except (ImageFileError, HeaderDataError, OSError, EOFError, ValueError, zlib.error) as error:
        raise UnreadableFileError(
            f"{ref.name}: not a whole NIfTI file ({type(error).__name__}); download it again"
        ) from None
    frames = values.shape[3:]
    if values.ndim < 3 or any(n != 1 for n in frames):
        raise GeometryError(f"{ref.name}: shape {values.shape}, expected one 3-D volume")
    values = values.reshape(values.shape[:3])
    header: Any = image.header
    unit = header.get_xyzt_units()[0]
    if unit not in ("mm", "unknown"):
        raise GeometryError(f"{ref.name}: positions in {unit}, expected mm")
    affine = RAS_TO_LPS @ _ras_affine(header, values.shape, ref.name)
    grid = Grid(values.shape[::-1], affine[:, [2, 1, 0, 3]])
    return np.ascontiguousarray(values.T), grid


def _ras_affine(header: Any, shape: tuple[int, ...], name: str) -> npt.NDArray[np.float64]:
    """Affine of the file, (i, j, k, 1) to RAS mm."""
    sform, qform = header.get_sform(coded=True)[0], header.get_qform(coded=True)[0]
    if sform is None and qform is None:
        raise GeometryError(
            f"{name}: neither sform nor qform is set; the file has no place in space. "
            "Convert it again from DICOM"
        )
    if sform is not None and qform is not None:
        corners = np.indices((2, 2, 2)).reshape(3, 8).T * (np.array(shape) - 1)
        apart = np.linalg.norm(np.c_[corners, np.ones(8)] @ (sform - qform).T, axis=1).max()
        if not apart <= FORM_TOLERANCE_MM:
            raise GeometryError(
                f"{name}: sform and qform place a corner {apart:.2f} mm apart (allowed "
                f"{FORM_TOLERANCE_MM} mm); set the code of the wrong one to 0"
            )
    chosen: npt.NDArray[np.float64] = np.array(sform if sform is not None else qform, dtype=float)
    return chosen
