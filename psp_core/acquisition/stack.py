"""Parallel slices to one regular grid, or an error that says what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from psp_core.acquisition.dicomfile import number, numbers
from psp_core.acquisition.grid import Grid
from psp_core.errors import GeometryError

DIRECTION_TOLERANCE = 1e-4  # of a direction cosine, between slices
UNIT_TOLERANCE = 1e-3  # of length and right angle of the direction cosines
SPACING_TOLERANCE = 0.02  # of the typical gap between slices
SPACING_TOLERANCE_MM = 0.02  # positions are often written with two decimals
SHEAR_TOLERANCE = 0.002  # drift per slice, of the gap: 0.1 degree


@dataclass(frozen=True)
class Slice:
    """Geometry of one image plane, as its header states it.

    Attributes
    ----------
    name : str
        What errors call the file.
    position_mm : float array, shape (3,)
        Centre of the first pixel, LPS mm.
    orientation : float array, shape (2, 3)
        Direction of growing column index, and of growing row index.
    spacing_mm : tuple of float
        Between rows, and between columns.
    shape : tuple of int
        Rows, columns.
    thickness_mm : float or None
        Gap to the next plane, or thickness, if the header says so.
    """

    name: str
    position_mm: npt.NDArray[np.float64]
    orientation: npt.NDArray[np.float64]
    spacing_mm: tuple[float, float]
    shape: tuple[int, int]
    thickness_mm: float | None

    @property
    def normal(self) -> npt.NDArray[np.float64]:
        """Unit vector across the plane: row direction × column direction."""
        normal = np.cross(self.orientation[0], self.orientation[1])
        unit: npt.NDArray[np.float64] = normal / np.linalg.norm(normal)
        return unit


def read_slice(dataset: Dataset, name: str) -> Slice:
    """Read the geometry of one image plane.

    Raises
    ------
    GeometryError
        If a geometry tag is missing or makes no sense.
    """
    position = numbers(dataset, "ImagePositionPatient", 3)
    orientation = numbers(dataset, "ImageOrientationPatient", 6)
    spacing = numbers(dataset, "PixelSpacing", 2)
    rows, columns = number(dataset, "Rows"), number(dataset, "Columns")
    if not (position and orientation and spacing and rows and columns):
        found = {
            "ImagePositionPatient": position,
            "ImageOrientationPatient": orientation,
            "PixelSpacing": spacing,
            "Rows": rows,
            "Columns": columns,
        }
        lacking = ", ".join(keyword for keyword, value in found.items() if not value)
        raise GeometryError(f"{name}: no usable {lacking}; the file has no place in space")
    directions = np.array(orientation).reshape(2, 3)
    if not np.allclose(directions @ directions.T, np.eye(2), rtol=0, atol=UNIT_TOLERANCE):
        raise GeometryError(
            f"{name}: ImageOrientationPatient {orientation} is not two "
            "unit vectors at a right angle"
        )
    if min(spacing) <= 0:
        raise GeometryError(f"{name}: PixelSpacing {spacing} is not positive")
    thickness = number(dataset, "SpacingBetweenSlices") or number(dataset, "SliceThickness")
    return Slice(
        name=name,
        position_mm=np.array(position),
        orientation=directions,
        spacing_mm=(spacing[0], spacing[1]),
        shape=(int(rows), int(columns)),
        thickness_mm=abs(thickness) if thickness else None,
    )


def stack_slices(slices: Sequence[Slice], source: str) -> tuple[npt.NDArray[np.intp], Grid]:
    """Sort slices along their normal and build the grid they form.

    Parameters
    ----------
    slices : sequence of Slice
        In any order.
    source : str
        What errors call the stack.

    Returns
    -------
    (int array, Grid)
        Order of the slices, and a grid whose first axis grows along the normal.

    Raises
    ------
    GeometryError
        If orientations, pixel spacings or sizes are mixed, positions repeat, a
        slice is missing, gaps differ by more than 2 % (or 0.02 mm), the stack is
        sheared by more than 0.1 degree, or a single slice has no thickness.
    """
    _check_uniform(slices, source)
    first = slices[0]
    positions = np.stack([plane.position_mm for plane in slices])
    along = positions @ first.normal
    order = np.argsort(along, kind="stable")
    if len(slices) == 1:
        if first.thickness_mm is None:
            raise GeometryError(
                f"{source}: one slice without SpacingBetweenSlices or SliceThickness; "
                "its volume is unknown"
            )
        step = first.normal * first.thickness_mm
    else:
        _check_gaps(along[order], [slices[i].name for i in order], source)
        step = (positions[order[-1]] - positions[order[0]]) / (len(slices) - 1)
        _check_line(positions[order], step, first.normal, source)
    affine = np.eye(4)
    affine[:3, 0] = step
    affine[:3, 1] = first.orientation[1] * first.spacing_mm[0]
    affine[:3, 2] = first.orientation[0] * first.spacing_mm[1]
    affine[:3, 3] = positions[order[0]]
    return order, Grid((len(slices), *first.shape), affine)


def _check_uniform(slices: Sequence[Slice], source: str) -> None:
    """Raise if the slices do not share size, pixel spacing and orientation."""
    first = slices[0]
    sizes = Counter(plane.shape for plane in slices)
    if len(sizes) > 1:
        found = ", ".join(f"{n} of {size[0]} x {size[1]}" for size, n in sizes.most_common())
        raise GeometryError(f"{source}: mixed image sizes ({found}); expected one size per series")
    spacings = Counter(plane.spacing_mm for plane in slices)
    if not np.allclose(np.array(list(spacings)), first.spacing_mm, rtol=1e-4, atol=0):
        found = ", ".join(f"{n} of {s[0]:g} x {s[1]:g} mm" for s, n in spacings.most_common())
        raise GeometryError(f"{source}: mixed pixel spacings ({found}); expected one per series")
    directions = np.stack([plane.orientation for plane in slices])
    same = np.abs(directions - first.orientation).max(axis=(1, 2)) <= DIRECTION_TOLERANCE
    if not same.all():
        raise GeometryError(
            f"{source}: mixed orientations ({int(same.sum())} slices like "
            f"{first.orientation.round(4).tolist()}, {int((~same).sum())} others, first "
            f"{directions[~same][0].round(4).tolist()}); "
            "a localizer? read one orientation at a time"
        )


def _check_gaps(along: npt.NDArray[np.float64], names: Sequence[str], source: str) -> None:
    """Raise if the gaps between sorted slices are not all alike."""
    gaps = np.diff(along)
    repeated = np.flatnonzero(gaps <= SPACING_TOLERANCE_MM / 2)
    if repeated.size:
        i = repeated[0]
        raise GeometryError(
            f"{source}: {repeated.size} slice position(s) occur twice, first {names[i]} and "
            f"{names[i + 1]} at {along[i]:.2f} mm; "
            "several acquisitions in one series? read them apart"
        )
    typical = float(np.median(gaps))
    tolerance = max(SPACING_TOLERANCE * typical, SPACING_TOLERANCE_MM)
    odd = np.flatnonzero(np.abs(gaps - typical) > tolerance)
    if not odd.size:
        return
    i = odd[0]
    multiples = gaps[odd] / typical
    whole = np.abs(multiples - multiples.round()) <= 0.1
    found = f"{gaps[i]:.3f} mm between {names[i]} and {names[i + 1]}, typical gap {typical:.3f} mm"
    if whole.all() and (multiples > 1.5).all():
        missing = int((multiples.round() - 1).sum())
        raise GeometryError(
            f"{source}: {missing} slice(s) missing: {found}; download the series again"
        )
    raise GeometryError(
        f"{source}: irregular slice spacing: {found}, tolerance {tolerance:.3f} mm; "
        "resample the series to a regular grid first"
    )


def _check_line(
    positions: npt.NDArray[np.float64],
    step: npt.NDArray[np.float64],
    normal: npt.NDArray[np.float64],
    source: str,
) -> None:
    """Raise if the slices are shifted against each other within their planes."""
    gap = float(step @ normal)
    drift = float(np.linalg.norm(step - gap * normal))
    allowed = SHEAR_TOLERANCE * gap + SPACING_TOLERANCE_MM / len(positions)
    if drift > allowed:
        angle = np.degrees(np.arctan2(drift, gap))
        raise GeometryError(
            f"{source}: sheared stack: slices drift by {drift:.3f} mm each ({angle:.2f} degrees, "
            "gantry tilt?); correct the tilt first, for example with dcm2niix"
        )
    straight = positions[0] + np.arange(len(positions))[:, None] * step
    off = positions - straight
    sideways = np.linalg.norm(off - np.outer(off @ normal, normal), axis=1)
    if sideways.max() > SPACING_TOLERANCE * gap + SPACING_TOLERANCE_MM:
        raise GeometryError(
            f"{source}: slices are shifted sideways by up to {sideways.max():.3f} mm; "
            "expected one straight stack"
        )
