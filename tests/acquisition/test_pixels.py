"""Pixels of several syntaxes, and pixels that cannot be used."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from psp_core.acquisition.pixels import decode_pixels
from psp_core.errors import UnreadableFileError


@pytest.mark.parametrize("name", ["MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm"])
def test_pixels_of_several_syntaxes_are_equal(name: str) -> None:
    first = decode_pixels(dcmread(str(get_testdata_file("MR_small.dcm", download=False))), "a")
    other = decode_pixels(dcmread(str(get_testdata_file(name, download=False))), "b")
    np.testing.assert_array_equal(first, other)


def test_padded_pixel_data_are_read_without_a_warning() -> None:
    path = str(get_testdata_file("MR_small_padded.dcm", download=False))
    assert decode_pixels(dcmread(path), "a").shape == (64, 64)


def test_pixels_that_cannot_be_used_are_named(
    make_series: Callable[..., list[Dataset]], stored: npt.NDArray[np.int16]
) -> None:
    dataset = make_series(stored[:1])[0]
    dataset.PixelData = dataset.PixelData[:20]
    with pytest.raises(UnreadableFileError, match=r"a.dcm: pixel data are cut off \(20 of 84"):
        decode_pixels(dataset, "a.dcm")
    del dataset.PixelData
    with pytest.raises(UnreadableFileError, match=r"a.dcm: no pixel data"):
        decode_pixels(dataset, "a.dcm")
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
    with pytest.raises(UnreadableFileError, match=r"a.dcm: colour image \(RGB\)"):
        decode_pixels(dataset, "a.dcm")


def test_an_unknown_compression_is_named(
    make_series: Callable[..., list[Dataset]], stored: npt.NDArray[np.int16]
) -> None:
    dataset = make_series(stored[:1])[0]
    dataset.PixelData = encapsulate([b"compressed"])
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"  # MPEG2
    with pytest.raises(
        UnreadableFileError, match=r"transfer syntax MPEG2 .* decompress the series"
    ):
        decode_pixels(dataset, "a.dcm")
