"""Three planes through a grid, as they are looked at: small enough to keep for every scan."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.resample import resample
from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.dosimetry.samples import DOSE_FRAME
from psp_core.preprocessing.standard import Placed
from psp_core.preprocessing.transform import Rigid

SHOWN_MM = 12.0  # beyond the brain


def plane_grids(grid: Grid) -> tuple[Grid, Grid, Grid]:
    """Axial, coronal and sagittal plane through the middle of a cubic grid.

    Parameters
    ----------
    grid : Grid, shape (S, S, S)
        Axes feet to head, front to back, right to left.

    Returns
    -------
    tuple of Grid, shape (1, S, S)
        Rows and columns as radiologists look at them: front or head up, the patient's
        right (front in the sagittal plane) on the left.
    """
    side = grid.shape[0]
    d, h, w = (grid.affine[:3, axis] for axis in range(3))
    middle = side // 2
    top = grid.to_world((side - 1, 0, 0))

    def plane(
        across: npt.NDArray[np.float64],
        down: npt.NDArray[np.float64],
        right: npt.NDArray[np.float64],
        corner: npt.NDArray[np.float64],
    ) -> Grid:
        affine = np.eye(4)
        affine[:3, :3] = np.stack([across, down, right], axis=1)
        affine[:3, 3] = corner
        return Grid((1, side, side), affine)

    return (
        plane(d, h, w, grid.to_world((middle, 0, 0))),
        plane(h, -d, w, top + middle * h),
        plane(w, -d, h, top + middle * w),
    )


def take_planes(volume: Volume, grid: Grid, to_volume: Rigid) -> npt.NDArray[np.float32]:
    """Planes of a volume through a grid of another frame.

    Parameters
    ----------
    to_volume : Rigid
        From the frame of `grid` to that of `volume`.

    Returns
    -------
    float32 array, shape (3, S, S)
        NaN outside the field of view.
    """
    return np.stack(
        [resample(volume, to_volume.carry(plane))[0] for plane in plane_grids(grid)]
    ).astype(np.float32)


def take_pictures(
    placed: Mapping[str, Placed], outlined: Mapping[str, Placed], brain: Placed, grid: Grid
) -> tuple[list[str], npt.NDArray[np.float16], npt.NDArray[np.bool_]]:
    """Planes of every image through one grid, each with the outline of a mask.

    They end 12 mm beyond the brain: the skull is seen, the face is not.

    Parameters
    ----------
    placed : mapping of str to Placed
        Images by name.
    outlined : mapping of str to Placed
        By the image that it is drawn on: a mask, best one of another image.
    brain : Placed
        Brain mask.

    Returns
    -------
    names : list of str
        Images in order.
    planes : float16 array, shape (n, 3, S, S)
        Grey values up to 1, the 99.5th percentile; CT in HU. NaN outside its field of view.
    outlines : bool array, shape (n, 3, S, S)
    """
    planes, outlines = [], []
    inside = take_outlines(brain.volume, grid, brain.from_template)
    shown = np.stack([_widened(plane, SHOWN_MM / grid.spacing_mm[0]) for plane in inside])
    for name, image in placed.items():
        taken = np.where(shown, take_planes(image.volume, grid, image.from_template), np.nan)
        if name != DOSE_FRAME:
            top = np.nanpercentile(taken, 99.5) if np.isfinite(taken).any() else 1.0
            taken = taken / max(float(top), 1e-6)
        planes.append(taken.astype(np.float16))
        mask = outlined[name]
        outlines.append(take_outlines(mask.volume, grid, mask.from_template))
    return list(placed), np.stack(planes), np.stack(outlines)


def take_outlines(mask: Volume, grid: Grid, to_mask: Rigid) -> npt.NDArray[np.bool_]:
    """Planes of a mask through a grid of another frame, (3, S, S); arguments as `take_planes`."""
    inside: npt.NDArray[np.bool_] = take_planes(mask, grid, to_mask) > 0.5  # NaN: outside
    return inside


def _widened(mask: npt.NDArray[np.bool_], voxels: float) -> npt.NDArray[np.bool_]:
    """A mask (S, S) and what lies within some voxels of it; nothing if it is empty."""
    near: npt.NDArray[np.bool_] = distance_transform_edt(~mask) <= voxels
    return near & mask.any()
