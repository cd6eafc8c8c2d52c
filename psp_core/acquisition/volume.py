"""Images as volumes: a DICOM series or a NIfTI file to values on a grid in LPS mm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from psp_core.acquisition.dicomfile import (
    HEAD_BYTES,
    is_directory,
    looks_like_dicom,
    number,
    parse,
    promises_dicom,
    text,
)
from psp_core.acquisition.files import FileRef, Source, as_ref, list_files, read_all
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.nifti import is_nifti, read_nifti
from psp_core.acquisition.pixels import decode_pixels
from psp_core.acquisition.stack import Slice, read_slice, stack_slices
from psp_core.errors import (
    AmbiguousSeriesError,
    FrameOfReferenceError,
    GeometryError,
    GridMismatchError,
    MissingInputError,
    UnreadableFileError,
)

KEYWORDS = (
    "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID", "Modality", "Rows", "Columns",
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness",
    "SpacingBetweenSlices", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PlanarConfiguration",
    "RescaleSlope", "RescaleIntercept", "PixelData",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Volume:
    """Values on a grid.

    Attributes
    ----------
    values : float array, shape (D, H, W)
        MR in arbitrary units, CT in HU (float32); dose in Gy (float64).
    grid : Grid
        Where the voxels lie, LPS mm.
    frame_uid : str or None
        Frame of reference; None where the format has none (NIfTI).
    """

    values: npt.NDArray[np.floating]
    grid: Grid
    frame_uid: str | None = None

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise GridMismatchError(
                f"values have shape {self.values.shape}, their grid {self.grid.shape}"
            )


def read_volume(source: Source | Sequence[Source]) -> Volume:
    """Read one image.

    Parameters
    ----------
    source : path, FileRef or sequence of them
        A NIfTI file, a folder holding one DICOM series, or the files of
        one series (``DicomIndex.files``) in any order.

    Returns
    -------
    Volume
        float32 values, rescaled per slice; DICOM slices grow along their normal,
        NIfTI slices along the third axis of the file.

    Raises
    ------
    MissingInputError
        If a file is not there, or a folder has no DICOM file.
    UnreadableFileError
        If a file or archive is cut off, not of its format, in colour or in a syntax
        that cannot be decoded.
    AmbiguousSeriesError
        If the files belong to several series.
    FrameOfReferenceError
        If the files belong to several frames of reference.
    GeometryError
        If the slices do not form one regular grid (see ``stack.stack_slices``), or
        a NIfTI header gives no single position (see ``nifti.read_nifti``).
    """
    if not isinstance(source, (str, Path, FileRef)):
        return _read_series([as_ref(item) for item in source], "series")
    ref = as_ref(source)
    if is_nifti(ref.path) and not ref.location.is_dir():
        values, grid = read_nifti(ref)
        return Volume(values, grid)
    if ref.location.is_dir():
        listing = list_files(ref.location)
        if listing.unreadable:
            bad, reason = listing.unreadable[0]
            raise UnreadableFileError(
                f"{ref.path}: {len(listing.unreadable)} file(s) cannot be read, first {bad.name} "
                f"({reason}); the series may have a hole"
            )
        refs = [item.ref for item in listing.candidates]
        return _read_series(refs, ref.path, others_allowed=True)
    return _read_series([ref], ref.name)


def _read_series(refs: Iterable[FileRef], source: str, *, others_allowed: bool = False) -> Volume:
    """Read the slices of one series into one volume."""
    slices: list[Slice] = []
    planes: list[npt.NDArray[np.float32]] = []
    series: Counter[str] = Counter()
    frames: Counter[str] = Counter()
    for ref, data in read_all(refs):
        if others_allowed and _is_other_file(data, ref):
            continue
        dataset = parse(data, ref.name, tags=KEYWORDS)
        if others_allowed and is_directory(dataset):
            continue
        series[text(dataset, "SeriesInstanceUID")] += 1
        frames[text(dataset, "FrameOfReferenceUID")] += 1
        if len(series) == 1:
            slices.append(read_slice(dataset, ref.name))
            planes.append(_plane(dataset, ref.name))
    if not series:
        raise MissingInputError(f"{source}: no DICOM file to read")
    if len(series) > 1:
        found = ", ".join(f"{uid} ({n} files)" for uid, n in sorted(series.items()))
        raise AmbiguousSeriesError(f"{source}: {len(series)} series, expected one: {found}")
    (series_uid,) = series
    name = f"series {series_uid}" if series_uid else source
    if len(frames) > 1:
        found = ", ".join(f"{uid or 'none'} ({n} files)" for uid, n in sorted(frames.items()))
        raise FrameOfReferenceError(f"{name}: {len(frames)} frames of reference: {found}")
    order, grid = stack_slices(slices, name)
    (frame_uid,) = frames
    return Volume(np.stack([planes[i] for i in order]), grid, frame_uid or None)


def _is_other_file(data: bytes, ref: FileRef) -> bool:
    """Tell a licence or a table that happens to lie beside the images."""
    name = ref.member or ref.path
    return not looks_like_dicom(data[:HEAD_BYTES]) and not promises_dicom(name, len(data))


def _plane(dataset: Dataset, name: str) -> npt.NDArray[np.float32]:
    """Values of one slice: stored integers × slope + intercept."""
    if (number(dataset, "NumberOfFrames") or 1) > 1:
        raise GeometryError(
            f"{name}: multi-frame image; expected one slice per file. "
            "Convert it first, for example with dcm2niix"
        )
    stored = decode_pixels(dataset, name)
    slope, intercept = number(dataset, "RescaleSlope"), number(dataset, "RescaleIntercept")
    if slope == 0:
        raise UnreadableFileError(f"{name}: RescaleSlope is 0; every voxel would be equal")
    if slope is None and intercept is None:
        return stored.astype(np.float32)
    values = stored.astype(np.float64) * (1.0 if slope is None else slope) + (intercept or 0.0)
    return values.astype(np.float32)
