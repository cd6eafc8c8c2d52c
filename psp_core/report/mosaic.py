"""Many small pictures in one: a mosaic of slices with outlines."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

OUTLINE = "#e4b23a"
TILE_INCHES = 0.95
MARGIN = 1  # dark voxels between tiles

Images = npt.NDArray[np.floating]


def tile(images: npt.NDArray[np.generic], columns: int, *, fill: float) -> Images:
    """Lay pictures (n, H, W) side by side, `columns` in a row.

    Returns
    -------
    float array, shape (rows * (H + 1) - 1, columns * (W + 1) - 1)
        `fill` between the pictures and after the last one.
    """
    n, height, width = images.shape
    rows = -(-n // columns)
    sheet = np.full((rows * columns, height + MARGIN, width + MARGIN), fill, dtype=np.float32)
    sheet[:n, :height, :width] = images
    laid = sheet.reshape(rows, columns, height + MARGIN, width + MARGIN).swapaxes(1, 2)
    return laid.reshape(rows * (height + MARGIN), -1)[:-MARGIN, :-MARGIN]


def plot_mosaic(
    images: npt.NDArray[np.floating],
    titles: Sequence[str],
    *,
    outlines: npt.NDArray[np.bool_] | None = None,
    columns: int = 8,
    window: tuple[float, float] | None = None,
    marked: Sequence[bool] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a mosaic of slices.

    Parameters
    ----------
    images : float array, shape (n, H, W)
        Pictures as they are to be seen: first row up, first column left.
    titles : sequence of str
        One short name per picture, written into it.
    outlines : bool array, shape (n, H, W), optional
        Masks whose borders are drawn.
    columns : int, default 8
        Pictures in a row.
    window : (low, high), optional
        Grey levels; by default the 1st to the 98th percentile of all pictures.
    marked : sequence of bool, optional
        Pictures whose name is written in red.
    """
    n, height, width = images.shape
    columns = min(columns, n)
    rows = -(-n // columns)
    if ax is None:
        size = (columns * TILE_INCHES, rows * TILE_INCHES * height / width)
        _, ax = plt.subplots(figsize=size, layout="constrained")
    low, high = window or (float(np.percentile(images, 1)), float(np.percentile(images, 98)))
    ax.imshow(tile(images, columns, fill=high), cmap="gray", vmin=low, vmax=high)
    if outlines is not None and outlines.any():
        drawn = tile(outlines, columns, fill=0.0)
        ax.contour(drawn, [0.5], colors=OUTLINE, linewidths=0.7)
    for number, title in enumerate(titles):
        row, column = divmod(number, columns)
        ax.text(
            column * (width + MARGIN) + 0.03 * width,
            row * (height + MARGIN) + 0.03 * height,
            title,
            color="#ff6f5e" if marked is not None and marked[number] else "white",
            fontsize=6,
            va="top",
        )
    ax.set_axis_off()
    return ax
