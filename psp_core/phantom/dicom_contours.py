"""The contours of a structure set, encoded by hand.

A patient has about a thousand contours; a data set object for each costs a
quarter of a second per patient, the bytes themselves a few milliseconds.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from psp_core.errors import GeometryError, StoredRangeError
from psp_core.phantom.patient import Structure

LONGEST_VALUE = 65_534
"""Bytes that the value of a short element (a decimal string, for one) may have."""

_COLOURS = ((255, 0, 0), (0, 170, 0), (0, 90, 255), (255, 200, 0), (200, 0, 200), (0, 200, 200))


def encoded_sequence(group: int, element: int, items: Iterable[bytes]) -> bytes:
    """Encode a sequence element of already encoded items, explicit little endian."""
    body = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in items)
    return struct.pack("<HH2sHI", group, element, b"SQ", 0, len(body)) + body


def encoded_roi_contours(
    numbered: Iterable[tuple[int, Structure]],
    slice_references: Sequence[tuple[str, str]],
    affine: npt.NDArray[np.float64],
) -> bytes:
    """ROIContourSequence (3006,0039) of several structures.

    Parameters
    ----------
    numbered : iterable of (int, Structure)
        ROI numbers and what was drawn; without contours the item has a colour only.
    slice_references : sequence of (str, str)
        SOP class and instance UID of each slice of the image drawn on.
    affine : float array, shape (4, 4)
        Of that image, LPS; each contour points to the slice nearest to it.

    Returns
    -------
    bytes
        The encoded element.

    Raises
    ------
    GeometryError
        If a contour is not an array of at least three points in mm.
    StoredRangeError
        If a contour has more points than an element holds.
    """
    images = [
        encoded_sequence(
            0x3006, 0x0016, [_short(8, 0x1150, b"UI", sop_class) + _short(8, 0x1155, b"UI", uid)]
        )
        for sop_class, uid in slice_references
    ]
    return encoded_sequence(
        0x3006, 0x0039, (_roi(number, drawn, images, affine) for number, drawn in numbered)
    )


def _roi(
    number: int, drawn: Structure, images: list[bytes], affine: npt.NDArray[np.float64]
) -> bytes:
    colour = "\\".join(str(part) for part in _COLOURS[(number - 1) % len(_COLOURS)])
    item = _short(0x3006, 0x002A, b"IS", colour)
    if drawn.contours:
        contours = (_contour(drawn.name, points, images, affine) for points in drawn.contours)
        item += encoded_sequence(0x3006, 0x0040, contours)
    return item + _short(0x3006, 0x0084, b"IS", str(number))


def _contour(
    name: str,
    points: npt.NDArray[np.float64],
    images: list[bytes],
    affine: npt.NDArray[np.float64],
) -> bytes:
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < 3 or not np.isfinite(points).all():
        raise GeometryError(
            f"structure {name}: a contour has shape {points.shape}; expected (n, 3) finite points "
            "in LPS mm with n of 3 or more"
        )
    step = affine[:3, 0]
    nearest = round(float((points.mean(axis=0) - affine[:3, 3]) @ step / (step @ step)))
    coordinates = "\\".join(["%.2f"] * points.size) % tuple(points.ravel().tolist())
    if len(coordinates) > LONGEST_VALUE:
        raise StoredRangeError(
            f"structure {name}: a contour of {len(points)} points needs {len(coordinates)} bytes, "
            f"DICOM stores {LONGEST_VALUE}: draw it with fewer points"
        )
    return (
        images[min(max(nearest, 0), len(images) - 1)]
        + _short(0x3006, 0x0042, b"CS", "CLOSED_PLANAR")
        + _short(0x3006, 0x0046, b"IS", str(len(points)))
        + _short(0x3006, 0x0050, b"DS", coordinates)
    )


def _short(group: int, element: int, vr: bytes, text: str) -> bytes:
    """Encode a text element with a 16-bit length, padded to an even one."""
    value = text.encode("ascii")
    value += (b"\0" if vr == b"UI" else b" ") * (len(value) % 2)
    return struct.pack("<HH2sH", group, element, vr, len(value)) + value
