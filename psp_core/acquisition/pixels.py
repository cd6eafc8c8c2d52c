"""Pixels of a DICOM dataset, or a clear word on why there are none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import UID, ImplicitVRLittleEndian, UncompressedTransferSyntaxes

from psp_core.acquisition.dicomfile import PARSE_ERRORS, number, quiet, text
from psp_core.errors import UnreadableFileError


def decode_pixels(dataset: Dataset, name: str) -> npt.NDArray[np.generic]:
    """Decode stored integers, shape (rows, columns) or (frames, rows, columns).

    Raises
    ------
    UnreadableFileError
        If pixels are missing, cut off, in colour, or in a compressed syntax that
        this installation cannot decode.
    """
    if (number(dataset, "SamplesPerPixel") or 1) != 1:
        raise UnreadableFileError(
            f"{name}: colour image ({text(dataset, 'PhotometricInterpretation')}); "
            "expected one grey value per pixel"
        )
    if "PixelData" not in dataset:
        raise UnreadableFileError(f"{name}: no pixel data; the file is cut off or no image")
    syntax = UID(dataset.file_meta.get("TransferSyntaxUID", ImplicitVRLittleEndian))
    if syntax in UncompressedTransferSyntaxes:
        frames = int(number(dataset, "NumberOfFrames") or 1)
        bits = int(number(dataset, "BitsAllocated") or 16)
        needed = frames * int(dataset.Rows) * int(dataset.Columns) * bits // 8
        if len(dataset.PixelData) < needed:
            raise UnreadableFileError(
                f"{name}: pixel data are cut off ({len(dataset.PixelData)} of {needed} bytes); "
                "download it again"
            )
    try:
        with quiet():
            if "TransferSyntaxUID" not in dataset.file_meta:
                dataset.file_meta.TransferSyntaxUID = syntax
            pixels: npt.NDArray[np.generic] = dataset.pixel_array
            return pixels
    except PARSE_ERRORS as error:
        raise UnreadableFileError(
            f"{name}: pixel data in transfer syntax {syntax.name} cannot be decoded here "
            f"({type(error).__name__}); decompress the series first, for example with gdcmconv"
        ) from None
