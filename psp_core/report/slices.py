"""Pictures of slices: MR with lesion outline, dose and drawn structures over CT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume

STRUCTURE_COLOURS = ("#e4b23a", "#d9593d", "#7fc97f", "#66a8d9", "#c77fc9", "#f2f2f2")
ISODOSE_COLOURS = {0.95: "#d7301f", 0.80: "#fc8d59", 0.50: "#74c476", 0.20: "#6baed6"}

SHOWN_TOWARDS = (1, 1, -1)  # a picture runs right and down towards left, back and feet (LPS)


def largest_slice(labels: npt.NDArray[np.number]) -> int:
    """Index of the slice with the most labelled voxels (D, H, W)."""
    return int(np.argmax((labels > 0).reshape(len(labels), -1).sum(1)))


def plot_slice(
    volume: Volume,
    slice_number: int,
    *,
    window: tuple[float, float] | None = None,
    labels: npt.NDArray[np.number] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one slice with the outline of a mask, turned as radiologists look at it.

    The patient's right, or front in a sagittal slice, is on the left; front, or head, is up.

    Parameters
    ----------
    volume : Volume
        Slices along the first axis.
    window : (low, high), optional
        Grey levels; by default zero to the 99.5th percentile.
    labels : array, shape (D, H, W), optional
        Whatever is above zero is outlined.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(3, 3.4), layout="constrained")
    plane = volume.values[slice_number]
    low, high = window or (0.0, float(np.percentile(volume.values, 99.5)))
    sides = volume.grid.spacing_mm
    ax.imshow(plane, cmap="gray", vmin=low, vmax=high, aspect=sides[1] / sides[2])
    if labels is not None and (labels[slice_number] > 0).any():
        ax.contour(labels[slice_number] > 0, [0.5], colors="#e4b23a", linewidths=1.0)
    for axis, turn in ((1, ax.invert_yaxis), (2, ax.invert_xaxis)):
        direction = volume.grid.affine[:3, axis]
        along = int(np.argmax(np.abs(direction)))
        if direction[along] * SHOWN_TOWARDS[along] < 0:
            turn()
    ax.set_title(title, fontsize="medium")
    ax.set_axis_off()
    return ax


def plot_plan(
    ct: Volume,
    dose_gy: npt.NDArray[np.floating],
    structures: Mapping[str, Structure],
    slice_number: int,
    *,
    names: Sequence[str],
    prescription_gy: float,
    ax: Axes | None = None,
) -> Axes:
    """Draw isodoses and drawn structures over one slice of the planning CT.

    Parameters
    ----------
    dose_gy : array, shape of the CT
        Dose on the CT's grid; NaN outside the dose grid.
    names : sequence of str
        Structures to draw, as they are named in the file.
    prescription_gy : float
        Isodoses are shares of it.
    """
    ax = plot_slice(ct, slice_number, window=(-100.0, 150.0), ax=ax)
    handles = []
    for name, colour in zip(names, cycle(STRUCTURE_COLOURS), strict=False):
        for points in _in_slice(structures[name].contours, ct.grid, slice_number):
            closed = np.vstack([points, points[:1]])
            ax.plot(closed[:, 1], closed[:, 0], color=colour, linewidth=1.2)
        handles.append(Line2D([], [], color=colour, label=name))
    plane = np.nan_to_num(dose_gy[slice_number])
    for share, colour in ISODOSE_COLOURS.items():
        if plane.max() > share * prescription_gy:
            ax.contour(
                plane, [share * prescription_gy], colors=colour, linewidths=0.8, linestyles="--"
            )
            label = f"{share * prescription_gy:.0f} Gy"
            handles.append(Line2D([], [], color=colour, linestyle="--", label=label))
    ax.legend(
        handles=handles, frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5)
    )
    return ax


def _in_slice(
    contours: Iterable[npt.NDArray[np.float64]], grid: Grid, slice_number: int
) -> list[npt.NDArray[np.float64]]:
    """Contours within half a slice, as (row, column) positions."""
    indices = [grid.to_index(points) for points in contours]
    return [index[:, 1:] for index in indices if abs(float(index[0, 0]) - slice_number) <= 0.5]
