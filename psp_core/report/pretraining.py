"""How an encoder was pre-trained: losses by part, collapse, and what it restores."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from psp_core.report.formatting import words

COLOUR = "#3f6fb2"
SMOOTHED_SHARE = 0.02  # of the steps, for the line over the single values
SEQUENCES = ("T1CE", "FLAIR")
LEVEL_COLOURS = {"spread": COLOUR, "narrow": "#e0a030", "collapsed": "#b2182b"}


def plot_parts(history: pd.DataFrame) -> Figure:
    """Draw total loss, its parts and the share of the brain that was corrupted, over the steps.

    Parameters
    ----------
    history : DataFrame
        ``step, loss, restoration, contrastive, corrupted``.
    """
    figure, axes = plt.subplots(1, 4, figsize=(9.0, 2.3), layout="constrained")
    width = max(3, round(SMOOTHED_SHARE * len(history)))
    for ax, name in zip(axes, ("loss", "restoration", "contrastive", "corrupted"), strict=True):
        ax.plot(history["step"], history[name], color="0.8", linewidth=0.6)
        smooth = history[name].rolling(width, center=True, min_periods=1).median()
        ax.plot(history["step"], smooth, color=COLOUR, linewidth=1.4)
        top = 1.0 if name == "corrupted" else None
        ax.set(xlabel="Step", title=PARTS[name], ylim=(0, top))
        ax.spines[["top", "right"]].set_visible(False)
    return figure


PARTS = {
    "loss": "total loss",
    "restoration": "restoration (L1)",
    "contrastive": "contrastive",
    "corrupted": "brain corrupted (share)",
}


def plot_collapse(collapse: pd.DataFrame) -> Figure:
    """Draw spread and effective rank of the mean tokens at every snapshot.

    Parameters
    ----------
    collapse : DataFrame
        ``step, spread, effective_rank, level``; a point's colour is its alarm level.
    """
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 2.4), layout="constrained")
    places = np.arange(len(collapse))
    for ax, name, label in zip(
        axes,
        ("spread", "effective_rank"),
        ("spread (0 collapsed, 1 isotropic)", "effective rank"),
        strict=True,
    ):
        ax.plot(places, collapse[name], color="0.7", linewidth=1, zorder=1)
        for level, colour in LEVEL_COLOURS.items():
            is_level = (collapse["level"] == level).to_numpy()
            if is_level.any():
                ax.scatter(
                    places[is_level], collapse[name][is_level], color=colour, s=18,
                    label=words(level), zorder=2,
                )  # fmt: skip
        ax.set_xticks(places, [str(step) for step in collapse["step"]])
        ax.set(xlabel="Step", title=label, ylim=(0, 1.08 * float(collapse[name].max()) or 1.0))
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False, fontsize=8)
    return figure


def plot_restoration(
    clean: npt.NDArray[np.floating],
    view: npt.NDArray[np.floating],
    restored: npt.NDArray[np.floating],
) -> Figure:
    """Draw one axial slice of a scan: as it is, corrupted, restored.

    Parameters
    ----------
    clean, view, restored : float array, shape (2, D, H, W)
        T1CE and FLAIR; the slice is the one in which most voxels were corrupted.
    """
    changed = np.abs(view.astype(np.float32) - clean.astype(np.float32)).max(axis=0) > 0
    inside = np.abs(clean).max(axis=0) > 0
    place = int((changed & inside).reshape(len(changed), -1).sum(axis=1).argmax())
    figure, axes = plt.subplots(2, 3, figsize=(5.4, 3.9), layout="constrained")
    for row, sequence, channel in zip(axes, SEQUENCES, range(2), strict=True):
        low, high = np.percentile(clean[channel].astype(np.float32), [1, 99.5])
        for ax, image in zip(row, (clean, view, restored), strict=True):
            plane = image[channel, place].astype(np.float32)  # front of the head above
            ax.imshow(plane, cmap="gray", vmin=low, vmax=high)
            ax.set_xticks([])
            ax.set_yticks([])
        row[0].set_ylabel(sequence)
    for ax, title in zip(axes[0], ("clean", "corrupted", "restored"), strict=True):
        ax.set_title(title, fontsize=10)
    return figure
