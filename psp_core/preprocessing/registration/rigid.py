"""The rigid map between two volumes of one patient, with the figures to judge it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.volume import Volume
from psp_core.errors import FrameOfReferenceError, RegistrationError
from psp_core.preprocessing.registration import with_ants, with_simpleitk
from psp_core.preprocessing.registration.pyramid import build_pyramid
from psp_core.preprocessing.registration.quality import Quality, surface_distance
from psp_core.preprocessing.registration.search import Align, Search
from psp_core.preprocessing.registration.starts import draw_starts, overlap
from psp_core.preprocessing.transform import Rigid

Mask = npt.NDArray[np.bool_]
Engine = Literal["simpleitk", "ants"]

ENGINES: dict[Engine, Align] = {
    "simpleitk": with_simpleitk.align,
    "ants": with_ants.align,
}
STARTS_BACK = 2  # the way back is searched from the centres of heads and of fields
INTERPOLATION_GAIN = 0.03  # of the similarity: what blurring by half a voxel adds to aligned images
NEAR_MM = 1.0  # beside an optimum of thick slices


@dataclass(frozen=True)
class Registration:
    """A rigid map and how far to believe it.

    Attributes
    ----------
    transform : Rigid
        Maps points of the fixed to points of the moving volume.
    quality : Quality
        Figures that were not optimised.
    """

    transform: Rigid
    quality: Quality

    def record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"transform": self.transform.record(), "quality": self.quality.record()}


def register_rigid(
    fixed: Volume,
    moving: Volume,
    *,
    source: str,
    target: str,
    working_mm: float,
    seed: int,
    engine: Engine = "simpleitk",
    starts: int = 5,
    fixed_mask: Mask | None = None,
    moving_mask: Mask | None = None,
    start: Rigid | None = None,
) -> Registration:
    """Find the rigid map between two volumes.

    Every start goes the whole way from coarse to fine voxels; the end of highest mutual
    information is refined once more. The map back is searched independently.
    The start is kept if nothing better was found, or if what was found lies within
    1 mm of it and gains no more than interpolation does.

    Parameters
    ----------
    fixed, moving : Volume
        MR or CT; NaN is what was not measured.
    source, target : str
        Names of the fixed and the moving frame.
    working_mm : float
        Voxel side of the finest level; finer voxels are averaged.
    engine : {"simpleitk", "ants"}, default "simpleitk"
        Both give the same bytes for the same input and seed.
    starts : int, default 5
        Where the search begins, see ``starts.draw_starts``.
    fixed_mask, moving_mask : bool array, shape (D, H, W), optional
        Brain, or the inside of the skull: the metric looks there and 8 mm around, and
        their surfaces are compared.
    start : Rigid, optional
        What is known of the map; the files' own coordinates otherwise.

    Raises
    ------
    RegistrationError
        If an image cannot be registered, or the optimiser fails from every start.
    FrameOfReferenceError
        If `start` does not lead from `source` to `target`.
    GridMismatchError, EmptyMaskError
        If a mask does not fit its volume or has no voxel.
    """
    if start is not None and (start.source, start.target) != (source, target):
        raise FrameOfReferenceError(
            f"the start leads from {start.source} to {start.target}, expected {source} to {target}"
        )
    if starts < 1:
        raise RegistrationError(f"starts is {starts}, expected at least one")
    first = build_pyramid(fixed, source, working_mm, fixed_mask)
    second = build_pyramid(moving, target, working_mm, moving_mask)
    there = Search(first, second, ENGINES[engine], seed)
    back = Search(second, first, ENGINES[engine], seed + 1)
    given = None if start is None else start.matrix
    ends = there.ends(draw_starts(first, second, starts, given=given, seed=seed))
    ways_back = back.ends(draw_starts(second, first, STARTS_BACK, given=None, seed=seed + 1))
    best, way_back = there.refined(ends[0]), back.refined(ways_back[0])
    lying = np.eye(4) if given is None else given
    before, after = there.similarity(lying), there.similarity(best)
    near = there.apart(lying, best) <= NEAR_MM
    as_good = before >= after or (near and before >= (1 - INTERPOLATION_GAIN) * after)
    kept = Rigid(source, target, lying if as_good else best)
    surface = float("nan")
    if fixed_mask is not None and moving_mask is not None:
        surface = surface_distance(fixed_mask, fixed.grid, moving_mask, moving.grid, kept)
    others = [there.apart(end, best) for end in ends[1:]]
    others += [float("inf")] * (starts - len(ends))
    quality = Quality(
        similarity_before=before,
        similarity_after=before if as_good else after,
        start_kept=as_good,
        inverse_mm=there.apart(way_back @ best, np.eye(4)),
        spread_mm=sorted(others)[(len(others) - 1) // 2] if others else float("nan"),
        surface_mm=surface,
        overlap=overlap(kept.matrix, first, second),
    )
    return Registration(kept, quality)
