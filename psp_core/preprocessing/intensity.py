"""Grey values on one scale: histogram landmarks of the encoder, then z-scores in the brain.

Landmarks are fitted from the percentiles of many cases, so each case is read once. They
equal those of ``torchio.HistogramStandardization``, whose import alone takes seconds.

References
----------
Nyúl 2000, IEEE Trans Med Imaging 19:143.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from psp_core.errors import EmptyMaskError, GridMismatchError, IntensityError

Floats = npt.NDArray[np.float64]

PERCENTILES = (1, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 99)
SCALE = (0.0, 100.0)  # where the first and last percentile of an average case go
# TorchIO fits the quartiles and leaves them out when it applies the landmarks.
USED = [k for k, percent in enumerate(PERCENTILES) if percent not in (25, 75)]
SAME = 1e-5  # percentiles of a case closer than this are one; as TorchIO


@dataclass(frozen=True)
class Landmarks:
    """Standard scale of every channel, and what it was fitted on.

    Attributes
    ----------
    channels : mapping of str to tuple of float
        Landmark of each percentile, by channel.
    collections : tuple of str
        Collections of the cases.
    cases : int
        Number of cases.
    """

    channels: Mapping[str, tuple[float, ...]]
    collections: tuple[str, ...]
    cases: int

    def record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "percentiles": list(PERCENTILES),
            "channels": {name: list(values) for name, values in self.channels.items()},
            "collections": list(self.collections),
            "cases": self.cases,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Landmarks:
        """Read what `record` wrote.

        Raises
        ------
        IntensityError
            If the landmarks belong to other percentiles or do not rise.
        """
        if tuple(record["percentiles"]) != PERCENTILES:
            raise IntensityError(
                f"landmarks of percentiles {list(record['percentiles'])}, expected "
                f"{list(PERCENTILES)}; fit them again"
            )
        channels = {
            name: tuple(_rising(np.array(values, dtype=np.float64), name).tolist())
            for name, values in record["channels"].items()
        }
        return cls(channels, tuple(record["collections"]), int(record["cases"]))


def percentiles(values: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_]) -> Floats:
    """Percentiles `PERCENTILES` of a case in its brain.

    Parameters
    ----------
    values : float array, shape (D, H, W)
        One channel.
    mask : bool array, shape (D, H, W)
        Brain.

    Returns
    -------
    float array, shape (P,)

    Raises
    ------
    GridMismatchError
        If the arrays differ in shape.
    EmptyMaskError
        If the mask has no voxel.
    IntensityError
        If a value in the mask is NaN or infinite.
    """
    found: Floats = np.percentile(_inside(values, mask), PERCENTILES).astype(np.float64)
    return found


def fit_landmarks(table: npt.ArrayLike) -> Floats:
    """Landmarks of a channel from the percentiles of many cases.

    Parameters
    ----------
    table : float array, shape (N, P)
        One row of `percentiles` per case.

    Returns
    -------
    float array, shape (P,)
        Each case's range is stretched to `SCALE`, then all are averaged.

    Raises
    ------
    IntensityError
        If there is no case, a case has no range, or the landmarks do not rise.
    """
    rows = np.asarray(table, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(PERCENTILES) or not len(rows):
        raise IntensityError(
            f"a table of percentiles has shape (cases, {len(PERCENTILES)}), found {rows.shape}"
        )
    width = rows[:, -1] - rows[:, 0]
    flat = np.flatnonzero(~(width > 0))
    if flat.size:
        raise IntensityError(
            f"{flat.size} of {len(rows)} cases have no range of grey values, first row {flat[0]}; "
            "leave them out"
        )
    low, high = SCALE
    slopes = (high - low) / width
    stretched = low + slopes[:, None] * (rows - rows[:, :1])
    return _rising(stretched.mean(axis=0), "fitted channel")


def apply_landmarks(
    values: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_], landmarks: npt.ArrayLike
) -> npt.NDArray[np.float32]:
    """Move the percentiles of a case to the landmarks, linear between them and beyond.

    Parameters
    ----------
    values : float array, shape (D, H, W)
        One channel.
    mask : bool array, shape (D, H, W)
        Brain.
    landmarks : float array, shape (P,)
        From `fit_landmarks`.

    Returns
    -------
    float32 array, shape (D, H, W)
        0 outside the mask.

    Raises
    ------
    GridMismatchError, EmptyMaskError, IntensityError
        As `percentiles`; also if the landmarks do not rise.
    """
    inside = _inside(values, mask)
    goals = _rising(np.asarray(landmarks, dtype=np.float64), "given")[USED]
    marks = np.percentile(inside, PERCENTILES)[USED]
    steps = np.diff(marks)
    slopes = np.diff(goals) / np.where(steps < SAME, np.inf, steps)
    part = np.digitize(inside, marks[1:-1])
    moved = np.zeros(values.shape, dtype=np.float32)
    moved[mask] = slopes[part] * (inside - marks[part]) + goals[part]
    return moved


def z_score(
    values: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """Shift and scale to mean 0 and standard deviation 1 in the mask; 0 outside it.

    Raises
    ------
    GridMismatchError, EmptyMaskError, IntensityError
        As `percentiles`; also if all values in the mask are equal.
    """
    inside = _inside(values, mask)
    mean, deviation = inside.mean(), inside.std()
    if not deviation > 0:
        raise IntensityError(
            f"all {inside.size} values in the mask are {mean:g}: a z-score is undefined; "
            "look at the image"
        )
    scored = np.zeros(values.shape, dtype=np.float32)
    scored[mask] = (inside - mean) / deviation
    return scored


def _inside(values: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_]) -> Floats:
    """Values in a mask, checked, float64 of shape (N,)."""
    if values.shape != mask.shape:
        raise GridMismatchError(
            f"values have shape {values.shape}, the mask {mask.shape}; resample the mask first"
        )
    inside: Floats = values[mask].astype(np.float64)
    if not inside.size:
        raise EmptyMaskError("the mask has no voxel: grey values of the brain are undefined")
    if not np.isfinite(inside).all():
        raise IntensityError(
            f"{int((~np.isfinite(inside)).sum())} values in the mask are NaN or infinite; set "
            "what the field of view does not cover to 0, or shrink the mask"
        )
    return inside


def _rising(landmarks: Floats, name: str) -> Floats:
    if landmarks.shape != (len(PERCENTILES),) or not (np.diff(landmarks) > 0).all():
        raise IntensityError(
            f"landmarks ({name}) must be {len(PERCENTILES)} rising numbers, found "
            f"{np.round(landmarks, 3).tolist()}; look at the cases they were fitted on"
        )
    return landmarks
