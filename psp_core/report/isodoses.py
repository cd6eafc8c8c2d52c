"""The lesion of one scan with the isodoses of its plan."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.resample import resample
from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.dosimetry.samples import DOSE_FRAME
from psp_core.preprocessing.store import VolumeStore
from psp_core.preprocessing.template import TEMPLATE
from psp_core.preprocessing.transform import find_map, read_maps
from psp_core.report.mosaic import OUTLINE
from psp_core.report.slices import ISODOSE_COLOURS, largest_slice


def plot_isodoses(
    aligned: VolumeStore,
    volumes: VolumeStore,
    key: str,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw T1CE through the lesion's largest extent, its outline and isodoses.

    Parameters
    ----------
    aligned, volumes : VolumeStore
        Of the run.
    key : str
        A scan with lesion, dose and known prescription.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(3.6, 3.6), layout="constrained")
    record = aligned.record(key)
    lesion = volumes.read(key, "lesion")
    number = largest_slice(lesion)
    grid = Grid(lesion.shape, np.array(record["affine"]))
    maps = read_maps(record["maps"])
    dose = record["dose"]
    values = aligned.read(key, "dose")
    planned = Volume(values, Grid(values.shape, np.array(dose["affine"])))
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world((number, 0, 0))
    plane = Grid((1, *grid.shape[1:]), affine)
    dose_gy = resample(planned, find_map(maps, TEMPLATE, DOSE_FRAME).carry(plane))[0]
    t1ce = np.asarray(volumes.open(key)[0, number], dtype=np.float32)
    low, high = np.percentile(t1ce[t1ce != 0], [1, 97]).tolist()  # 0 is outside the brain
    ax.imshow(t1ce, cmap="gray", vmin=low, vmax=high)
    ax.contour(lesion[number] > 0, [0.5], colors=OUTLINE, linewidths=1.4)
    handles = [Line2D([], [], color=OUTLINE, label="lesion")]
    for share, colour in ISODOSE_COLOURS.items():
        level = share * dose["prescription_gy"]
        if np.nanmin(dose_gy) < level < np.nanmax(dose_gy):
            ax.contour(dose_gy, [level], colors=colour, linewidths=1.0, linestyles="--")
            label = f"{level:.0f} Gy"
            handles.append(Line2D([], [], color=colour, linestyle="--", label=label))
    ax.set_title(title, fontsize="medium")
    ax.set_axis_off()
    ax.legend(handles=handles, frameon=False, fontsize="x-small", loc="upper center",
              bbox_to_anchor=(0.5, 0.0), ncols=3)  # fmt: skip
    return ax
