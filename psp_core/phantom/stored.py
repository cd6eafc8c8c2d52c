"""Float values as the integers that a file stores, by one rule for every patient.

A scale taken from an image's own maximum would write the brightness of a lesion
into the header. Here the scale is an argument, the same for all images of a
collection, and a value that does not fit is an error.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from psp_core.errors import StoredRangeError

StoredType = Literal["int16", "uint8", "uint16", "uint32"]


def stored_integers(
    values: npt.NDArray[np.generic],
    *,
    slope: float,
    intercept: float = 0.0,
    dtype: StoredType,
    what: str,
) -> npt.NDArray[np.integer]:
    """Round values to integers with ``value = slope * stored + intercept``.

    Parameters
    ----------
    values : array, shape (D, H, W)
        Values in their own unit.
    slope : float
        Unit per stored step.
    intercept : float, default 0.0
        Value of a stored zero.
    dtype : {"int16", "uint8", "uint16", "uint32"}
        Type of the file.
    what : str
        Name of the image for the error message.

    Returns
    -------
    integer array, shape (D, H, W)
        Little endian, C order.

    Raises
    ------
    StoredRangeError
        If a value is not finite or does not fit the type.
    """
    # 24 bits of a float32 hold every 16-bit integer, not every 32-bit one
    scaled: npt.NDArray[np.floating] = values.astype(
        np.float64 if dtype == "uint32" else np.float32
    )
    scaled -= intercept
    scaled /= slope
    low, high = float(scaled.min()), float(scaled.max())
    limits = np.iinfo(dtype)
    if not (low >= limits.min - 0.5 and high < limits.max + 0.5):
        raise StoredRangeError(
            f"{what}: values from {low * slope + intercept:g} to {high * slope + intercept:g} "
            f"do not fit {dtype} with slope {slope:g} and intercept {intercept:g}; "
            "they must be finite: rescale the image or pass another slope"
        )
    little_endian = np.dtype(dtype).newbyteorder("<")
    return np.ascontiguousarray(np.rint(scaled, out=scaled).astype(little_endian))
