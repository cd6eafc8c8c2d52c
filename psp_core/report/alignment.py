"""Pictures of a registration: one scan with the outlines of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from psp_core.report.mosaic import OUTLINE

DOUBT = "#b2182b"
PLANES = ("axial", "coronal", "sagittal")

Planes = npt.NDArray[np.floating]


def plot_alignment(
    pictures: Mapping[str, Planes],
    outlines: Mapping[str, npt.NDArray[np.bool_]],
    *,
    title: str = "",
    is_doubtful: bool = False,
    windows: Mapping[str, tuple[float, float]] | None = None,
    axes: Sequence[Sequence[Axes]] | None = None,
) -> npt.NDArray[np.object_]:
    """Draw scans of one patient in one frame, each with the outline of another.

    Parameters
    ----------
    pictures : mapping of str to float array, shape (3, S, S)
        Axial, coronal and sagittal slice of each scan, as they are to be seen; NaN
        outside its field of view.
    outlines : mapping of str to bool array, shape (3, S, S)
        By scan: the mask that is outlined on it. Where the two belong together, the
        outline follows an edge of the picture.
    is_doubtful : bool, default False
        Write the title in red.
    windows : mapping of str to (low, high), optional
        Grey levels by scan; by default the 1st to the 99.5th percentile.

    Returns
    -------
    array of Axes, shape (scans, 3)
    """
    if axes is None:
        size = (7.4, 2.6 * len(pictures))
        _, grid = plt.subplots(len(pictures), 3, figsize=size, squeeze=False, layout="constrained")
    else:
        grid = np.array(axes, dtype=object).reshape(len(pictures), 3)
    for row, (name, planes) in zip(grid, pictures.items(), strict=True):
        seen = planes[np.isfinite(planes)]  # nothing, if the map leads past the image
        shown = np.nan_to_num(planes, nan=float(seen.min()) if seen.size else 0.0)
        low, high = (windows or {}).get(name) or np.percentile(shown, [1, 99.5]).tolist()
        for ax, plane, where, mask in zip(row, shown, PLANES, outlines[name], strict=True):
            ax.imshow(plane, cmap="gray", vmin=low, vmax=high)
            if mask.any() and not mask.all():
                ax.contour(mask, [0.5], colors=OUTLINE, linewidths=0.9)
            ax.set_axis_off()
            ax.set_title(f"{name}, {where}", fontsize="small")
    if title:
        grid[0, 0].figure.suptitle(
            title, fontsize="medium", color=DOUBT if is_doubtful else "black"
        )
    return grid
