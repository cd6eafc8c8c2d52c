"""Near-copies among standardised scans, whatever their IDs.

All brains look alike, so each scan is compared by what sets it apart from the mean scan of
its collection, without what changes slowly, for the field of a coil is new in every scan.
Scans of one patient under one ID are never compared: two visits are alike by nature.

Measured on 779 prepared phantoms (2.5 mm): two people correlate by 0.62 at most, nearly all
by less than 0.45. Copies moved into another collection have at least 0.80 with noise, another
gain or contrast, or shifts of a voxel along each axis, 0.78 with a trimmed brain mask, 0.72
with 2.5 mm of blur, 0.59 turned by 3 degrees; scans of one person taken again 0.80.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.ndimage import gaussian_filter

from psp_core.preprocessing.store import VolumeStore

Floats = npt.NDArray[np.float32]

FINE = 32  # cells along each edge where a pair is confirmed; half as many where it is looked for
LARGEST_SHIFT = 2  # voxels along each axis: two brain masks of one head centre it differently
FEWEST = 20  # scans of a collection from which on it has a mean of its own; ours
SLOW_CELLS = 3.0  # standard deviation of the smoothing whose result is slow
SMALLEST_SHARE = 0.05  # of the brain in a smoothed cell, below which slow changes are not told
COARSE_MARGIN = 0.2  # below the least correlation a pair is still looked at more closely
SHIFT_MARGIN = 0.3  # and up to here, at the fine scale, a small shift may explain what lacks
BLOCK = 256  # scans whose correlations with all others are held at once
PAIR = ("first", "second", "correlation")


def near_copies(
    store: VolumeStore, keys: Iterable[str], *, least_correlation: float
) -> pd.DataFrame:
    """Pairs of scans that show one scan, or one head on one day.

    Holds 32 kB per scan in memory and reads each scan once, those of likely pairs again.

    Parameters
    ----------
    store : VolumeStore
        With the arrays ``values`` (2, D, H, W) and ``brain`` (D, H, W) of each scan, on one
        grid; at least three scans, for two differ from their mean in opposite ways.
    keys : iterable of str
        Scans to compare, ``dataset/subject_id/timepoint``.
    least_correlation : float
        From which on a pair counts as copies, 0 to 1.

    Returns
    -------
    DataFrame
        `PAIR`; ``first`` before ``second``, the highest correlation first.

    Raises
    ------
    MissingInputError
        If the store lacks a scan.
    """
    names = sorted(set(keys))
    described = np.empty((len(names), 2 * (FINE // 2) ** 3), dtype=np.float32)
    sums: dict[str, npt.NDArray[np.float64]] = {}
    for number, key in enumerate(names):
        details = _details(*_scored(store, key))
        sums[_collection(key)] = sums.get(_collection(key), 0.0) + details.astype(np.float64)
        described[number] = _halved(details).ravel()
    centres = _centres(sums, Counter(map(_collection, names)))
    for number, key in enumerate(names):
        described[number] = _unit(described[number] - _halved(centres[_collection(key)]).ravel())
    rows = []
    for one, other in _likely(names, described, least_correlation - COARSE_MARGIN):
        found = _confirmed(store, names[one], names[other], centres, least_correlation)
        if found >= least_correlation:
            rows.append((names[one], names[other], found))
    table = pd.DataFrame(rows, columns=list(PAIR)).astype({"correlation": float})
    return table.sort_values("correlation", ascending=False, kind="stable", ignore_index=True)


def _scored(store: VolumeStore, key: str) -> tuple[Floats, Floats]:
    """Both channels with mean 0 and deviation 1 in the brain, 0 outside it, and the brain."""
    brain = store.read(key, "brain") > 0
    values = store.read(key, "values").astype(np.float32)
    for channel in values:
        inside = channel[brain]
        spread = inside.std() if inside.size else 0.0
        channel[~brain] = 0.0
        channel[brain] = (inside - inside.mean()) / spread if spread > 0 else 0.0
    return values, brain[None].astype(np.float32)


def _details(values: Floats, brain: Floats) -> Floats:
    """Cells of a scan without what changes slowly over the brain, as the field of a coil does."""
    cells, share = _cells(values), _cells(brain)
    sigma = (0.0, *[SLOW_CELLS] * 3)
    slow = gaussian_filter(cells, sigma) / np.maximum(gaussian_filter(share, sigma), SMALLEST_SHARE)
    return np.asarray(cells - slow * share, dtype=np.float32)


def _cells(values: Floats) -> Floats:
    """Means of `FINE` cells along each edge: (2, FINE, FINE, FINE)."""
    for axis, side in enumerate(values.shape[1:], start=1):
        starts = np.linspace(0, side, FINE, endpoint=False).astype(int)
        lengths = np.diff(starts, append=side)
        shape = [FINE if one == axis else 1 for one in range(values.ndim)]
        # `reduceat` gives the voxel itself where two cells of a small cube start at one voxel
        values = np.add.reduceat(values, starts, axis=axis) / np.maximum(lengths, 1).reshape(shape)
    return np.asarray(values, dtype=np.float32)


def _halved(cells: npt.NDArray[np.floating]) -> Floats:
    """Means of groups of eight cells: (2, FINE / 2, FINE / 2, FINE / 2)."""
    half = FINE // 2
    grouped = cells.reshape(len(cells), half, 2, half, 2, half, 2)
    return np.asarray(grouped.mean(axis=(2, 4, 6)), dtype=np.float32)


def _centres(
    sums: Mapping[str, npt.NDArray[np.float64]], counts: Mapping[str, int]
) -> dict[str, Floats]:
    """Mean scan of each collection; of all scans where it has too few of its own."""
    overall = sum(sums.values(), start=np.float64(0)) / max(sum(counts.values()), 1)
    return {
        name: np.asarray(total / counts[name] if counts[name] >= FEWEST else overall, np.float32)
        for name, total in sums.items()
    }


def _likely(names: list[str], described: Floats, least: float) -> Iterator[tuple[int, int]]:
    """Pairs of different patients that are alike at the coarse scale."""
    patients = np.array([key.rpartition("/")[0] for key in names])
    for start in range(0, len(names), BLOCK):
        alike = described[start : start + BLOCK] @ described[start:].T >= least
        for row, column in np.argwhere(alike).tolist():
            one, other = start + row, start + column
            if one < other and patients[one] != patients[other]:
                yield one, other


def _confirmed(
    store: VolumeStore, first: str, second: str, centres: Mapping[str, Floats], enough: float
) -> float:
    """Correlation at the fine scale, under the best small shift where that could be enough."""
    centre = centres[_collection(second)]
    fixed = _unit((_details(*_scored(store, first)) - centres[_collection(first)]).ravel())
    moving = np.concatenate(_scored(store, second))

    def correlation(scan: Floats) -> float:
        return float(fixed @ _unit((_details(scan[:2], scan[2:]) - centre).ravel()))

    best = correlation(moving)
    for axis in (1, 2, 3) if best >= enough - SHIFT_MARGIN else ():
        shifts = range(-LARGEST_SHIFT, LARGEST_SHIFT + 1)
        found = {shift: correlation(np.roll(moving, shift, axis)) for shift in shifts}
        chosen = max(found, key=lambda shift: found[shift])
        moving, best = np.roll(moving, chosen, axis), found[chosen]
    return best


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0 else vector


def _collection(key: str) -> str:
    return key.partition("/")[0]
