"""An image as the bytes of a NIfTI-1 file: RAS affine, reproducible, by one rule for all."""

from __future__ import annotations

import gzip
from typing import Any

import nibabel as nib
import numpy as np

from psp_core.phantom.patient import Image
from psp_core.phantom.stored import StoredType, stored_integers

_Nifti1Header: Any = nib.Nifti1Header  # without types in nibabel
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_DATA_OFFSET = 352
_NO_EXTENSION = bytes(4)
_SCANNER_CODE = 1
_FASTEST = 1  # gzip level: half the bytes of no compression in a tenth of the time of level 9


def encode_nifti(image: Image, *, dtype: StoredType, slope: float = 1.0, what: str) -> bytes:
    """Encode an image as an uncompressed NIfTI-1 file.

    Parameters
    ----------
    image : Image
        Shape (D, H, W) with an LPS affine; the file's axes are (W, H, D) in RAS.
    dtype : {"int16", "uint8", "uint16", "uint32"}
        Type in the file.
    slope : float, default 1.0
        ``scl_slope``: value per stored step, the same for a whole collection.
    what : str
        Name of the image for an error message.

    Returns
    -------
    bytes
        352 bytes of header and the voxels; sform and qform both have code 1.

    Raises
    ------
    StoredRangeError
        If a value is not finite or does not fit the type.
    """
    stored = stored_integers(image.values, slope=slope, dtype=dtype, what=what)
    affine_ras = _LPS_TO_RAS @ image.affine[:, [2, 1, 0, 3]]
    header = _Nifti1Header(endianness="<")
    header.set_data_dtype(dtype)
    header.set_data_shape(stored.shape[::-1])
    header.set_qform(affine_ras, code=_SCANNER_CODE)
    header.set_sform(affine_ras, code=_SCANNER_CODE)
    header.set_xyzt_units("mm")
    header.set_slope_inter(slope, 0.0)
    header["vox_offset"] = _DATA_OFFSET
    # (D, H, W) in C order is (W, H, D) in Fortran order, which is how NIfTI lies on disk
    return bytes(header.binaryblock) + _NO_EXTENSION + stored.tobytes()


def compressed(content: bytes) -> bytes:
    """Compress a file with gzip, without name or time."""
    return gzip.compress(content, compresslevel=_FASTEST, mtime=0)
